//! The orders of the demo shop, drawn from a fixed seed: the same at the same moment, wherever it runs.

use entity::Instant;
use fastrand::Rng;

use super::ZONE;
use super::calendar::{Calendar, DAY, draw_index};
use super::life::{DemoOrder, Event, Fate};
use super::roster::{Promoter, ROSTER, USUAL_FAKES_PER_MILLE};

const SEED: u64 = 0x00CA_5AB1E;
/// The first number; shops that begin at 1 look empty.
const FIRST_NUMBER: usize = 10_001;
/// Of a hundred orders, how many an affiliate brought.
const PROMOTED_PERCENT: u32 = 35;
/// One order in so many came on the evening of the prank.
const PRANK_SHARE: usize = 300;
const PRANK_DAYS_AGO: i32 = 38;
/// Words of a new till that nobody has mapped yet, and one order in how many open ones has them.
const UNMAPPED: [(&str, usize); 2] = [("awaiting_pickup", 9), ("on_backorder", 14)];
const UNMAPPED_ORDERS: usize = 12;

/// Totals in euros by share of a million orders below: log-normal around 34 euros.
const TOTALS: [(i64, i64); 8] = [
    (0, 6),
    (100_000, 13),
    (250_000, 20),
    (500_000, 34),
    (750_000, 57),
    (900_000, 90),
    (990_000, 195),
    (1_000_000, 600),
];

/// What is known of an order before it has a number.
struct Draft {
    placed_at: Instant,
    promoter: Option<&'static Promoter>,
    fate: Fate,
}

/// So many orders by the time they were placed.
pub(super) fn draw_orders(now: Instant, count: usize) -> Vec<DemoOrder> {
    let mut rng = Rng::with_seed(SEED);
    let calendar = Calendar::until(now, ZONE);
    let mut drafts = draw_singles(&calendar, &mut rng);
    let pranks = count / PRANK_SHARE;
    drafts.extend((0..pranks).map(|_| Draft {
        placed_at: calendar.evening(PRANK_DAYS_AGO, &mut rng),
        promoter: None,
        fate: Fate::Fake,
    }));
    let sums = rank_sums();
    let rest = count.saturating_sub(drafts.len());
    drafts.extend((0..rest).map(|_| draw_draft(&calendar, &sums, &mut rng)));
    drafts.sort_by_key(|draft| draft.placed_at);
    let orders = (FIRST_NUMBER..).zip(drafts);
    let mut orders: Vec<_> = orders
        .map(|(number, draft)| draft.order(number, &mut rng))
        .collect();
    use_unmapped_words(&mut orders, now);
    orders
}

/// The orders of the affiliates that bring a fixed number.
fn draw_singles(calendar: &Calendar, rng: &mut Rng) -> Vec<Draft> {
    let singles = ROSTER
        .iter()
        .flat_map(|promoter| std::iter::repeat_n(promoter, promoter.orders.unwrap_or(0)));
    singles
        .map(|promoter| Draft {
            placed_at: calendar.draw(rng),
            promoter: Some(promoter),
            fate: Fate::Completed,
        })
        .collect()
}

/// Running sums of what the ranks weigh: the tenth brings a fifteenth of what the first does.
fn rank_sums() -> Vec<u64> {
    let ranked = ROSTER
        .iter()
        .zip(1_u64..)
        .filter(|(promoter, _)| promoter.orders.is_none());
    ranked
        .scan(0, |sum, (_, rank)| {
            // About the rank to the power of 1.5, flatter at the very top.
            *sum += 1_000_000 / (rank * rank.isqrt() + 1);
            Some(*sum)
        })
        .collect()
}

fn draw_draft(calendar: &Calendar, sums: &[u64], rng: &mut Rng) -> Draft {
    let promoter = (rng.u32(0..100) < PROMOTED_PERCENT).then(|| &ROSTER[draw_index(sums, rng)]);
    let fakes = promoter.map_or(USUAL_FAKES_PER_MILLE, |promoter| promoter.fakes_per_mille);
    Draft {
        placed_at: calendar.draw(rng),
        promoter,
        fate: Fate::draw(rng, fakes),
    }
}

impl Draft {
    fn order(self, number: usize, rng: &mut Rng) -> DemoOrder {
        DemoOrder {
            external_id: number.to_string(),
            placed_at: self.placed_at,
            // Some customers come from across the border.
            currency: if rng.u32(0..100) == 0 { "CHF" } else { "EUR" },
            total_cents: draw_cents(rng),
            promoter: self.promoter,
            life: self.fate.life(self.placed_at, rng),
        }
    }
}

fn draw_cents(rng: &mut Rng) -> i64 {
    let drawn = rng.i64(0..1_000_000);
    let above = TOTALS.partition_point(|(share, _)| *share <= drawn);
    let ((from, low), (to, high)) = (TOTALS[above - 1], TOTALS[above]);
    let euros = low + (high - low) * (drawn - from) / (to - from);
    euros * 100 + if rng.bool() { 90 } else { 50 }
}

/// A handful of those that are still open got words that no table knows.
fn use_unmapped_words(orders: &mut [DemoOrder], now: Instant) {
    for (word, every) in UNMAPPED {
        let open = orders.iter_mut().rev().filter(|order| order.is_open(now));
        for order in open.step_by(every).take(UNMAPPED_ORDERS) {
            let at = order.last_event(now).map_or(now, |event| event.at);
            order.life.retain(|event| event.at <= now);
            // Half an hour after what happened last, but not later than now.
            let at = Instant((at.0 + DAY / 48).min(now.0));
            order.life.push(Event::new(at, word));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A week and a bit, so that fifty steps see every month and weekday, and several hours.
    const STEP: i64 = 7 * DAY + 5 * DAY / 24;

    fn moments() -> impl Iterator<Item = Instant> {
        (0..50).map(|step| Instant(1_795_262_400_000 + step * STEP))
    }

    #[test]
    fn orders_lie_within_the_two_years_whatever_the_moment() {
        for now in moments() {
            let orders = draw_orders(now, 1_000);
            assert_eq!(orders.len(), 1_000);
            let within = now.0 - 732 * DAY..=now.0;
            assert!(
                orders
                    .iter()
                    .all(|order| within.contains(&order.placed_at.0))
            );
            assert!(orders.is_sorted_by_key(|order| order.placed_at));
        }
    }

    #[test]
    fn both_unmapped_words_are_there_whatever_the_moment() {
        for now in moments() {
            let orders = draw_orders(now, 5_000);
            for (word, _) in UNMAPPED {
                let is_so =
                    |order: &DemoOrder| order.last_event(now).map(|it| it.word) == Some(word);
                assert!(orders.iter().any(is_so), "{word} at {now:?}");
            }
        }
    }

    #[test]
    fn the_same_moment_brings_the_same_orders() {
        let draw = || format!("{:?}", draw_orders(Instant(1_795_262_400_000), 500));
        assert_eq!(draw(), draw());
    }
}
