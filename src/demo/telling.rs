//! Which affiliate to look through the eyes of: one of middling size whose commissions stand in every way.

use std::collections::BTreeMap;

use entity::Instant;

use super::calendar::DAY;
use super::life::DemoOrder;
use super::roster::{Promoter, ROSTER};

/// Of those with waiting, cashable and cancelled commissions the one of middling size; the largest of all
/// where nobody has them.
pub(super) fn telling_promoter(
    orders: &[DemoOrder],
    now: Instant,
    wait_days: i32,
) -> &'static Promoter {
    let waited = Instant(now.0 - i64::from(wait_days) * DAY);
    let mut telling: Vec<_> = by_promoter(orders)
        .into_iter()
        .filter(|(_, orders)| stand_in_every_way(orders, now, waited))
        .map(|(code, orders)| (orders.len(), code))
        .collect();
    telling.sort_unstable();
    let code = telling.get(telling.len() / 2).map(|(_, code)| *code);
    let mut roster = ROSTER.iter();
    roster
        .find(|promoter| Some(promoter.code) == code)
        .unwrap_or(&ROSTER[0])
}

fn by_promoter(orders: &[DemoOrder]) -> BTreeMap<&'static str, Vec<&DemoOrder>> {
    let mut by_code: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for order in orders {
        let promoter = order
            .promoter
            .filter(|promoter| promoter.active && !promoter.is_suspicious());
        if let Some(promoter) = promoter {
            by_code.entry(promoter.code).or_default().push(order);
        }
    }
    by_code
}

fn stand_in_every_way(orders: &[&DemoOrder], now: Instant, waited: Instant) -> bool {
    let completed = |order: &&DemoOrder| order.completed_at(now).filter(|_| order.is_complete(now));
    let completions = orders.iter().filter_map(completed);
    let (mut waiting, mut cashable) = (false, false);
    completions.for_each(|at| {
        waiting |= at > waited;
        cashable |= at <= waited;
    });
    let is_cancelled = |order: &&DemoOrder| !order.is_complete(now) && !order.is_open(now);
    waiting && cashable && orders.iter().any(is_cancelled)
}
