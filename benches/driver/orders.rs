//! The orders of the measured shops: the same in every run, but for the day on which they end.

use cashable::domain::order::OrderReport;
use entity::Instant;
use fastrand::Rng;

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;
/// How many days 24 months of orders take.
const DAYS: i64 = 730;
/// Of so many orders in a row …
const ROW: usize = 20;
/// … so many were brought by an affiliate: 40 %.
const PROMOTED: usize = 8;
/// … and so many of those are late: told to be complete only once all else is settled.
const LATE: usize = 2;
/// The days to wait and a few: what is older is settled as soon as it is complete.
const SETTLED_DAYS: i64 = 20;
/// How many affiliates each shop has.
pub const AFFILIATES: usize = 100;

/// Orders of one shop, evenly spread over a time.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
    /// Which shop; part of what the rest is drawn from.
    pub shop: usize,
    /// How many.
    pub count: usize,
    from: i64,
    to: i64,
    /// Whether they came in addition, and final.
    is_further: bool,
}

impl Orders {
    /// Those of the last 24 months.
    pub fn recent(shop: usize, count: usize, now: Instant) -> Self {
        let (from, to) = (now.0 - DAYS * DAY, now.0);
        Self {
            shop,
            count,
            from,
            to,
            is_further: false,
        }
    }

    /// So many times as many in the same months, all final, so that the months hold what they do but more.
    pub fn further(shop: usize, count: usize, times: usize, now: Instant) -> Self {
        Self {
            shop,
            count: count * times,
            from: now.0 - DAYS * DAY,
            to: now.0 - SETTLED_DAYS * DAY,
            is_further: true,
        }
    }

    /// As the shop first tells of them.
    pub fn reports(self) -> impl Iterator<Item = OrderReport> {
        (0..self.count).map(move |index| self.report(index))
    }

    /// What becomes of the late ones.
    pub fn late_news(self) -> impl Iterator<Item = OrderReport> {
        let late = (0..self.count).filter(move |index| self.is_late(*index));
        late.map(move |index| self.news(index))
    }

    fn is_late(self, index: usize) -> bool {
        !self.is_further && self.draw_row(index) < LATE
    }

    fn report(self, index: usize) -> OrderReport {
        let rng = &mut self.rng(index);
        let placed_at = self.placed_at(index, rng);
        let cents = rng.i64(500..20_000);
        let word = self.word(index, placed_at, rng);
        let is_refunded = word == "complete" && rng.u8(0..20) == 0;
        let promoter = rng.usize(0..AFFILIATES);
        OrderReport {
            external_id: self.external_id(index),
            native_status: Some(word.to_owned()),
            number: Some(format!("N-{}", self.external_id(index))),
            placed_at: Some(Instant(placed_at)),
            changed_at: Some(Instant(placed_at)),
            total: Some(decimal(cents)),
            refunded: is_refunded.then(|| decimal(cents / 4)),
            affiliate_code: (self.draw_row(index) < PROMOTED).then(|| affiliate_code(promoter)),
            ..OrderReport::default()
        }
    }

    fn news(self, index: usize) -> OrderReport {
        let placed_at = self.placed_at(index, &mut self.rng(index));
        let is_cancelled = index.is_multiple_of(10 * ROW);
        OrderReport {
            external_id: self.external_id(index),
            native_status: Some(
                if is_cancelled {
                    "cancelled"
                } else {
                    "complete"
                }
                .to_owned(),
            ),
            changed_at: Some(Instant(placed_at + 3 * DAY)),
            ..OrderReport::default()
        }
    }

    fn word(self, index: usize, placed_at: i64, rng: &mut Rng) -> &'static str {
        if self.is_late(index) {
            return "open";
        }
        let is_fresh = placed_at > self.to - SETTLED_DAYS * DAY && !self.is_further;
        match rng.u8(0..100) {
            0..4 => "fake",
            4..14 => "cancelled",
            14..50 if is_fresh => "open",
            50..80 if is_fresh => "processing",
            _ => "complete",
        }
    }

    fn placed_at(self, index: usize, rng: &mut Rng) -> i64 {
        let slot = (self.to - self.from) / i64::try_from(self.count).unwrap_or(1).max(1);
        let start = self.from + slot * i64::try_from(index).unwrap_or(0);
        let at = start + rng.i64(0..slot.max(1));
        if self.is_late(index) {
            at.min(self.to - SETTLED_DAYS * DAY - rng.i64(0..10 * DAY))
        } else {
            at
        }
    }

    fn external_id(self, index: usize) -> String {
        let batch = if self.is_further { "B" } else { "A" };
        format!("{batch}{:02}{index:07}", self.shop)
    }

    /// Spread over a row of orders, and in each shop by another one, so that all pages together hold the same.
    fn draw_row(self, index: usize) -> usize {
        (index + self.shop) * 7 % ROW
    }

    fn rng(self, index: usize) -> Rng {
        let seed = self.shop * 100_000_000 + index * 2 + usize::from(self.is_further);
        Rng::with_seed(seed as u64)
    }
}

/// What orders carry of the affiliate that brought them.
pub fn affiliate_code(number: usize) -> String {
    format!("AFF-{number:03}")
}

fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
