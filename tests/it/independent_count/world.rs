//! Orders around month ends, clock changes and the end of the days to wait, and what they are by plain
//! arithmetic: nothing here calls the program, nor the libraries by which it knows zones and money.

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::support::START;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const WAIT: i64 = 14 * DAY;
/// The clock of the tests, in seconds.
pub const NOW: i64 = START.0 / 1_000;

/// Percent, and the deduction for each earlier order of the affiliate, of at most so many.
pub const RATE: &str = "7.5";
pub const DEDUCTION: &str = "0.05";
pub const MOST_EARLIER: i64 = 3;
const RATE_PERMILLE: i64 = 75;
const DEDUCTION_PERMILLE: i64 = 50;

pub const AFFILIATES: [&str; 4] = ["anna", "bert", "carl", "dora"];

/// Native words with their shares; the last two are NEW.
const WORDS: [&str; 10] = [
    "complete",
    "complete",
    "complete",
    "complete",
    "complete",
    "cancelled",
    "CANCELLED:FAKE",
    "in_progress",
    "new",
    "new",
];

/// A calendar date: year, month, day.
pub type Date = (i64, i64, i64);

/// An order, and all that must come of it.
#[derive(Clone, Debug)]
pub struct Placed {
    pub id: String,
    pub at: i64,
    /// In Berlin, since 1970.
    pub day: i64,
    pub word: &'static str,
    pub total: i64,
    pub refunded: i64,
    pub affiliate: Option<&'static str>,
    pub commission: i64,
}

impl Placed {
    pub fn status(&self) -> &'static str {
        match self.word {
            "complete" => "COMPLETE",
            "cancelled" | "CANCELLED:FAKE" => "CANCELLED",
            _ => "NEW",
        }
    }

    /// R6, of a commission that a run has settled at [`NOW`].
    pub fn transaction_status(&self) -> &'static str {
        match (self.status(), self.word) {
            ("CANCELLED", _) => "CANCELLED",
            ("COMPLETE", _) if self.at + WAIT <= NOW => "COMPLETED",
            ("COMPLETE", _) | (_, "in_progress") => "IN_PROGRESS",
            _ => "OPEN",
        }
    }

    pub fn net(&self) -> i64 {
        self.total - self.refunded
    }
}

/// Some 230 orders of 2025 and 2026, the earliest first.
pub fn orders() -> Vec<Placed> {
    let mut rng = Rng::with_seed(20_261_121);
    let mut earlier: BTreeMap<&str, i64> = BTreeMap::new();
    let moments = moments().into_iter().enumerate();
    moments
        .map(|(number, at)| order(number, at, &mut rng, &mut earlier))
        .collect()
}

fn order(
    number: usize,
    at: i64,
    rng: &mut Rng,
    earlier: &mut BTreeMap<&'static str, i64>,
) -> Placed {
    let total = rng.i64(1..90_000);
    let mut order = Placed {
        id: format!("A-{number:03}"),
        at,
        day: day_in_berlin(at),
        word: WORDS[rng.usize(..WORDS.len())],
        total,
        refunded: if rng.u8(..4) == 0 {
            rng.i64(0..=total / 2)
        } else {
            0
        },
        affiliate: AFFILIATES.get(rng.usize(..AFFILIATES.len() + 2)).copied(),
        commission: 0,
    };
    if let Some(affiliate) = order.affiliate {
        let before = earlier.entry(affiliate).or_default();
        let share = 1_000 - DEDUCTION_PERMILLE * MOST_EARLIER.min(*before);
        order.commission = half_up(order.net() * RATE_PERMILLE * share, 1_000_000);
        *before += i64::from(order.status() != "CANCELLED");
    }
    order
}

/// Around each midnight that begins a month, by UTC and by both of Berlin's offsets; around each change of
/// the clock; and around the moment whose days to wait are over just now.
fn moments() -> Vec<i64> {
    let months = (2025..=2026).flat_map(|year| (1..=12).map(move |month| (year, month, 1)));
    let mut edges: Vec<i64> = months.map(|date| day_number(date) * DAY).collect();
    for year in [2025, 2026] {
        edges.extend([summer(year).0, summer(year).1]);
    }
    edges.push(NOW - WAIT);
    let steps = [-2 * HOUR - 1, -2 * HOUR, -HOUR - 1, -HOUR, -1, 0, 1, HOUR];
    let around = edges.iter().flat_map(|edge| steps.map(|step| edge + step));
    let mut moments: Vec<i64> = around.filter(|at| *at < NOW).collect();
    moments.sort_unstable();
    moments.dedup();
    moments
}

/// European summer time begins and ends at 1:00 UTC on the last Sundays of March and October.
fn summer(year: i64) -> (i64, i64) {
    let last_sunday = |month| {
        let last = day_number((year, month, 31));
        (last - (last + 4).rem_euclid(7)) * DAY + HOUR
    };
    (last_sunday(3), last_sunday(10))
}

fn day_in_berlin(at: i64) -> i64 {
    let (year, ..) = date_of(at.div_euclid(DAY));
    let (begin, end) = summer(year);
    let offset = if (begin..end).contains(&at) {
        2 * HOUR
    } else {
        HOUR
    };
    (at + offset).div_euclid(DAY)
}

/// Days since 1970 of a date, counted a year and a month at a time.
pub fn day_number((year, month, day): Date) -> i64 {
    let years: i64 = (1970..year)
        .map(|year| (1..=12).map(|month| length(year, month)).sum::<i64>())
        .sum();
    let months: i64 = (1..month).map(|month| length(year, month)).sum();
    years + months + day - 1
}

/// The date of a day since 1970.
pub fn date_of(mut day: i64) -> Date {
    let (mut year, mut month) = (1970, 1);
    while day >= length(year, month) {
        day -= length(year, month);
        (year, month) = if month == 12 {
            (year + 1, 1)
        } else {
            (year, month + 1)
        };
    }
    (year, month, day + 1)
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A quotient of what is not negative.
pub fn half_up(of: i64, by: i64) -> i64 {
    (2 * of + by) / (2 * by)
}

/// Cents as GraphQL writes them.
pub fn euros(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// A day as GraphQL writes it.
pub fn iso(day: i64) -> String {
    let (year, month, day) = date_of(day);
    format!("{year}-{month:02}-{day:02}")
}
