//! When people buy: more each month, more on Sundays and evenings, most of all on Black Friday and before
//! Christmas. All in whole numbers, so that every machine draws the same instants.

use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;
use entity::{Day, Instant};
use fastrand::Rng;

use crate::domain::zone::{date_from_day, day_of, start_of_day};

/// Days that the demo looks back.
const DAYS: i32 = 2 * 365;
pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// Percent of a usual month, January first: tea and coffee are for the cold.
const MONTHS: [u64; 12] = [115, 110, 105, 95, 90, 80, 75, 78, 92, 105, 115, 120];
/// Of a thousand orders, how many come in each hour of the day.
const HOURS: [u64; 24] = [
    8, 4, 2, 2, 3, 8, 22, 42, 52, 56, 55, 52, 54, 48, 44, 46, 50, 56, 62, 78, 92, 86, 54, 24,
];

/// The days on which orders may be placed, each with its weight.
#[derive(Debug)]
pub(super) struct Calendar {
    zone: Tz,
    now: Instant,
    first: Day,
    /// The weights of all days up to and with this one.
    sums: Vec<u64>,
}

impl Calendar {
    /// The two years up to `now`.
    pub(super) fn until(now: Instant, zone: Tz) -> Self {
        let first = Day(day_of(now, zone).0 - DAYS);
        let sums = (0..=DAYS).scan(0, |sum, elapsed| {
            *sum += weight(date_from_day(Day(first.0 + elapsed)), elapsed);
            Some(*sum)
        });
        Self {
            zone,
            now,
            first,
            sums: sums.collect(),
        }
    }

    /// When an order is placed.
    pub(super) fn draw(&self, rng: &mut Rng) -> Instant {
        loop {
            let index = draw_index(&self.sums, rng);
            let day = Day(self.first.0 + i32::try_from(index).unwrap_or(0));
            let instant = self.at(day, draw_millis_of_day(rng));
            // Today is not over yet.
            if instant < self.now {
                return instant;
            }
        }
    }

    /// Some time in the evening, so many days ago.
    pub(super) fn evening(&self, days_ago: i32, rng: &mut Rng) -> Instant {
        let day = Day(day_of(self.now, self.zone).0 - days_ago);
        self.at(day, 20 * HOUR + rng.i64(0..3 * HOUR))
    }

    fn at(&self, day: Day, millis_of_day: i64) -> Instant {
        Instant(start_of_day(day, self.zone).0 + millis_of_day)
    }
}

/// Draws one of several by their weights, given as running sums.
pub(super) fn draw_index(sums: &[u64], rng: &mut Rng) -> usize {
    let total = sums.last().copied().unwrap_or(1);
    let drawn = rng.u64(0..total);
    sums.partition_point(|sum| *sum <= drawn)
}

fn draw_millis_of_day(rng: &mut Rng) -> i64 {
    let sums: Vec<u64> = HOURS
        .iter()
        .scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let hour = i64::try_from(draw_index(&sums, rng)).unwrap_or(0);
    hour * HOUR + rng.i64(0..HOUR)
}

/// How many orders a day brings, against others: the shop doubles within the two years.
fn weight(date: NaiveDate, elapsed: i32) -> u64 {
    let growth = u64::try_from(DAYS + elapsed).unwrap_or(0);
    let month = usize::try_from(date.month0()).unwrap_or(0);
    growth * MONTHS[month] * weekday_percent(date.weekday()) * season_percent(date)
}

fn weekday_percent(weekday: Weekday) -> u64 {
    match weekday {
        Weekday::Mon => 108,
        Weekday::Tue => 100,
        Weekday::Wed => 96,
        Weekday::Thu => 94,
        Weekday::Fri => 86,
        Weekday::Sat => 92,
        Weekday::Sun => 124,
    }
}

fn season_percent(date: NaiveDate) -> u64 {
    let from_black_friday = black_friday(date.year()).map(|friday| (date - friday).num_days());
    match (date.month(), date.day(), from_black_friday) {
        (_, _, Some(0)) => 420,
        (_, _, Some(1..=3)) => 260,
        (12, 1..=18, _) => 160,
        (12, 24..=26, _) => 35,
        _ => 100,
    }
}

/// The day after the fourth Thursday of November.
fn black_friday(year: i32) -> Option<NaiveDate> {
    NaiveDate::from_weekday_of_month_opt(year, 11, Weekday::Thu, 4)?.succ_opt()
}
