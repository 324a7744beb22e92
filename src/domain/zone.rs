//! Time zones: from what a clock on the wall showed to instants, and from instants to days.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;
use entity::{Day, Instant};

use super::Invalid;

/// Years that an order can lie in; anything else is a mistake in the data.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;

/// A time zone by its IANA name.
pub fn parse_zone(text: &str) -> Result<Tz, Invalid> {
    text.trim().parse().map_err(|_| {
        Invalid::new(
            "timeZone",
            format!(
                "\"{}\" is not a time zone; use an IANA name such as Europe/Berlin",
                text.trim()
            ),
        )
    })
}

/// The calendar day of an instant in a zone.
#[must_use]
pub fn day_of(instant: Instant, zone: Tz) -> Day {
    DateTime::from_timestamp_millis(instant.0).map_or(Day(0), |utc| {
        day_from_date(utc.with_timezone(&zone).date_naive())
    })
}

/// The first instant of a day in a zone.
#[must_use]
pub fn start_of_day(day: Day, zone: Tz) -> Instant {
    let midnight = date_from_day(day).and_time(chrono::NaiveTime::MIN);
    Instant(resolve_local(midnight, zone))
}

/// A day as a date.
#[must_use]
pub fn date_from_day(day: Day) -> NaiveDate {
    NaiveDate::default() + TimeDelta::days(i64::from(day.0))
}

/// A date as a day.
#[must_use]
pub fn day_from_date(date: NaiveDate) -> Day {
    Day(date.num_days_from_ce() - NaiveDate::default().num_days_from_ce())
}

/// Reads an ISO 8601 date, `2026-11-21`.
pub fn parse_day(field: &'static str, text: &str) -> Result<Day, Invalid> {
    let date = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| {
        Invalid::new(
            field,
            format!(
                "{field} must be a day such as 2026-11-21, not \"{}\"",
                text.trim()
            ),
        )
    })?;
    within_years(field, text, date.year())?;
    Ok(day_from_date(date))
}

/// Reads a time: RFC 3339, the same without an offset (then in `zone`), a bare day, or Unix seconds.
pub fn parse_instant(field: &'static str, text: &str, zone: Tz) -> Result<Instant, Invalid> {
    let text = text.trim();
    let instant = parse_with_offset(text)
        .or_else(|| parse_local(text).map(|local| resolve_local(local, zone)))
        .or_else(|| parse_unix_seconds(text))
        .ok_or_else(|| {
            Invalid::new(
                field,
                format!("{field} must be a time such as 2026-11-21T14:30:00Z, not \"{text}\""),
            )
        })?;
    within_years(field, text, year_of(Instant(instant)))?;
    Ok(Instant(instant))
}

/// Refuses instants outside of the years that an order can lie in.
pub fn check_instant(field: &'static str, instant: Instant) -> Result<Instant, Invalid> {
    let shown = DateTime::from_timestamp_millis(instant.0)
        .map_or_else(|| instant.0.to_string(), |utc| utc.to_rfc3339());
    within_years(field, &shown, year_of(instant))?;
    Ok(instant)
}

fn year_of(instant: Instant) -> i32 {
    DateTime::from_timestamp_millis(instant.0).map_or(i32::MAX, |utc| utc.year())
}

fn within_years(field: &'static str, text: &str, year: i32) -> Result<(), Invalid> {
    if YEARS.contains(&year) {
        return Ok(());
    }
    Err(Invalid::new(
        field,
        format!(
            "{field} must lie in the years {} to {}, \"{}\" does not",
            YEARS.start(),
            YEARS.end(),
            text.trim()
        ),
    ))
}

fn parse_with_offset(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%z"))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f %z"))
        .ok()
        .map(|time| time.timestamp_millis())
}

fn parse_local(text: &str) -> Option<NaiveDateTime> {
    [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
    ]
    .iter()
    .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
    .or_else(|| {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(day.and_time(chrono::NaiveTime::MIN))
    })
}

fn parse_unix_seconds(text: &str) -> Option<i64> {
    let plain = (9..=11).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    plain
        .then(|| text.parse::<i64>().ok()?.checked_mul(1_000))
        .flatten()
}

/// R24: a local time that a clock change skips moves forward, a doubled one is the earlier.
fn resolve_local(local: NaiveDateTime, zone: Tz) -> i64 {
    if let Some(time) = zone.from_local_datetime(&local).earliest() {
        return time.timestamp_millis();
    }
    let day_before = local - TimeDelta::days(1);
    let offset = zone.offset_from_utc_datetime(&day_before).fix();
    (local - TimeDelta::seconds(i64::from(offset.local_minus_utc())))
        .and_utc()
        .timestamp_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Instant {
        parse_instant("t", text, Tz::UTC).expect(text)
    }

    #[test]
    fn r24_a_skipped_local_time_moves_forward_and_a_doubled_one_is_the_earlier() {
        let berlin = parse_zone("Europe/Berlin").expect("known");
        let read = |text| parse_instant("placedAt", text, berlin).expect(text);
        assert_eq!(read("2026-03-29 02:30:00"), utc("2026-03-29T01:30:00Z"));
        assert_eq!(read("2026-10-25 02:30:00"), utc("2026-10-25T00:30:00Z"));
        assert_eq!(read("2026-07-01"), utc("2026-06-30T22:00:00Z"));
    }

    #[test]
    fn r24_a_midnight_that_does_not_exist_starts_the_day_later() {
        let sao_paulo = parse_zone("America/Sao_Paulo").expect("known");
        let day = parse_day("from", "2018-11-04").expect("a day");
        assert_eq!(start_of_day(day, sao_paulo), utc("2018-11-04T03:00:00Z"));
        assert_eq!(day_of(start_of_day(day, sao_paulo), sao_paulo), day);
    }

    #[test]
    fn times_are_read_in_the_usual_forms() {
        let expected = utc("2026-11-21T14:30:00Z");
        for text in [
            "2026-11-21T14:30:00.000Z",
            "2026-11-21T15:30:00+01:00",
            "2026-11-21 14:30:00",
            "2026-11-21T14:30",
            "2026-11-21T14:30:00+0000",
            "1795271400",
        ] {
            assert_eq!(
                parse_instant("placedAt", text, Tz::UTC),
                Ok(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn impossible_times_are_refused() {
        for text in [
            "",
            "yesterday",
            "0000-01-01T00:00:00Z",
            "2026-02-30",
            "21/11/2026",
            "9999-01-01",
        ] {
            assert!(parse_instant("placedAt", text, Tz::UTC).is_err(), "{text}");
        }
        // As it was written, not as the instant that it comes to.
        let message = parse_instant("placedAt", "0000-01-01", Tz::America__Sao_Paulo)
            .expect_err("year 0")
            .message;
        assert!(message.ends_with("\"0000-01-01\" does not"), "{message}");
    }
}
