//! Periods of whole days and the intervals that a series is cut into (R23).

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use entity::Day;

use super::Invalid;
use super::zone::{date_from_day, day_from_date};

/// The most points that one series may have.
pub const MAX_POINTS: usize = 1_100;

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

/// How long one point of a series is. Weeks are ISO weeks and begin on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interval {
    /// A calendar day.
    Day,
    /// An ISO week.
    Week,
    /// A calendar month.
    Month,
    /// Three months from January, April, July or October.
    Quarter,
    /// A calendar year.
    Year,
}

impl Period {
    /// The period between two days, both included.
    pub fn new(from: Day, to: Day) -> Result<Self, Invalid> {
        if from > to {
            return Err(Invalid::new(
                "from",
                format!(
                    "from ({}) must not be after to ({})",
                    date_from_day(from),
                    date_from_day(to)
                ),
            ));
        }
        Ok(Self { from, to })
    }

    /// Cuts the period into intervals; the first and the last may be cut short by the period's ends.
    pub fn points(self, interval: Interval) -> Result<Vec<Self>, Invalid> {
        let mut points = Vec::new();
        let mut from = self.from;
        while from <= self.to {
            if points.len() == MAX_POINTS {
                return Err(Invalid::new(
                    "interval",
                    format!(
                        "from and to are more than {MAX_POINTS} intervals apart; choose a longer interval"
                    ),
                ));
            }
            let next = interval.shift(interval.start_of(from), 1);
            let to = Day(next.0 - 1).min(self.to);
            points.push(Self { from, to });
            from = next;
        }
        Ok(points)
    }

    /// The period just before: as many whole intervals where this one is whole, else as many days.
    #[must_use]
    pub fn previous(self, interval: Interval) -> Self {
        let to = Day(self.from.0 - 1);
        let after = Day(self.to.0 + 1);
        let is_whole =
            interval.start_of(self.from) == self.from && interval.start_of(after) == after;
        if !is_whole {
            let days = after.0 - self.from.0;
            return Self {
                from: Day(self.from.0 - days),
                to,
            };
        }
        let mut intervals = 0;
        while interval.shift(self.from, intervals) < after {
            intervals += 1;
        }
        Self {
            from: interval.shift(self.from, -intervals),
            to,
        }
    }
}

impl Interval {
    /// The first day of the interval that holds `day`.
    #[must_use]
    pub fn start_of(self, day: Day) -> Day {
        let date = date_from_day(day);
        match self {
            Self::Day => day,
            Self::Week => {
                Day(day.0 - i32::try_from(date.weekday().num_days_from_monday()).unwrap_or(0))
            }
            Self::Month => first_of(date.year(), date.month()),
            Self::Quarter => first_of(date.year(), date.month0() / 3 * 3 + 1),
            Self::Year => first_of(date.year(), 1),
        }
    }

    /// The start of the interval that lies `count` intervals after the one that starts on `start`.
    fn shift(self, start: Day, count: i32) -> Day {
        let months = match self {
            Self::Day => return Day(start.0 + count),
            Self::Week => {
                return day_from_date(date_from_day(start) + TimeDelta::weeks(i64::from(count)));
            }
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        };
        let date = date_from_day(start);
        let by = Months::new(count.unsigned_abs() * months);
        day_from_date(if count < 0 { date - by } else { date + by })
    }
}

fn first_of(year: i32, month: u32) -> Day {
    NaiveDate::from_ymd_opt(year, month, 1).map_or(Day(0), day_from_date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::zone::parse_day;

    fn period(from: &str, to: &str) -> Period {
        let day = |text| parse_day("from", text).expect(text);
        Period::new(day(from), day(to)).expect("in order")
    }

    #[test]
    fn r23_points_follow_the_calendar_and_are_cut_at_the_ends() {
        let months = period("2026-01-15", "2026-03-10").points(Interval::Month);
        assert_eq!(
            months,
            Ok(vec![
                period("2026-01-15", "2026-01-31"),
                period("2026-02-01", "2026-02-28"),
                period("2026-03-01", "2026-03-10"),
            ])
        );
        let weeks = period("2026-12-28", "2027-01-10")
            .points(Interval::Week)
            .expect("few");
        assert_eq!(
            weeks,
            vec![
                period("2026-12-28", "2027-01-03"),
                period("2027-01-04", "2027-01-10")
            ]
        );
    }

    #[test]
    fn r23_a_series_has_at_most_1100_points() {
        assert_eq!(
            period("2023-01-01", "2026-01-04")
                .points(Interval::Day)
                .map(|p| p.len()),
            Ok(1_100)
        );
        assert!(
            period("2023-01-01", "2026-01-05")
                .points(Interval::Day)
                .is_err()
        );
    }

    #[test]
    fn r23_previous_is_as_many_whole_intervals_or_as_many_days() {
        for (from, to, interval, previous) in [
            (
                "2026-03-01",
                "2026-03-31",
                Interval::Month,
                ("2026-02-01", "2026-02-28"),
            ),
            (
                "2026-01-01",
                "2026-12-31",
                Interval::Year,
                ("2025-01-01", "2025-12-31"),
            ),
            (
                "2024-01-01",
                "2024-12-31",
                Interval::Quarter,
                ("2023-01-01", "2023-12-31"),
            ),
            (
                "2026-03-02",
                "2026-03-31",
                Interval::Month,
                ("2026-01-31", "2026-03-01"),
            ),
            (
                "2026-11-16",
                "2026-11-22",
                Interval::Week,
                ("2026-11-09", "2026-11-15"),
            ),
        ] {
            let expected = period(previous.0, previous.1);
            assert_eq!(period(from, to).previous(interval), expected, "{from} {to}");
        }
    }

    #[test]
    fn r23_from_after_to_is_refused() {
        assert!(Period::new(Day(2), Day(1)).is_err());
    }
}
