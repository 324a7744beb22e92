//! A world of random orders and transactions, with counters and rollups that are folded here row by
//! row: in another way than the reports do it, for the tests to hold them to.

use std::collections::{BTreeMap, BTreeSet};

use entity::words::{CancelReason, OrderStatus, TransactionKind, TransactionStatus};
use entity::{Day, Instant, affiliate, affiliate_transaction, kpi_day, kpi_month, order};
use fastrand::Rng;
use sea_orm::Iterable;
use sea_orm::prelude::Uuid;

use super::WHOLE_SHOP;
use super::fixtures::{
    DAY_MILLIS, FIRST_DAY, Fixture, NEIGHBOUR, SHOP, affiliate, id, order, transaction,
};
use crate::domain::period::Interval;

const AFFILIATES: u128 = 9;
const ORDERS: u128 = 200;
const TRANSACTIONS: u128 = 320;
const DAYS: i32 = 150;

/// A shop's rows in a database where a neighbour has other rows under the same ids.
pub(super) struct World {
    pub(super) fixture: Fixture,
    pub(super) rows: Rows,
}

/// The rows of one shop.
pub(super) struct Rows {
    pub(super) affiliates: Vec<affiliate::Model>,
    pub(super) orders: Vec<order::Model>,
    pub(super) transactions: Vec<affiliate_transaction::Model>,
    pub(super) days: Vec<kpi_day::Model>,
}

impl World {
    pub(super) async fn make() -> Self {
        let fixture = Fixture::open().await;
        Rows::random(NEIGHBOUR).store(&fixture).await;
        let rows = Rows::random(SHOP);
        rows.store(&fixture).await;
        Self { fixture, rows }
    }
}

impl Rows {
    fn random(shop_id: i64) -> Self {
        let rng = &mut Rng::with_seed(shop_id.unsigned_abs());
        let mut orders: Vec<_> = (1..=ORDERS).map(|n| random_order(n, rng)).collect();
        let mut transactions: Vec<_> = (1..=TRANSACTIONS)
            .map(|n| random_transaction(n, &mut orders, rng))
            .collect();
        for order in &mut orders {
            order.shop_id = shop_id;
        }
        for row in &mut transactions {
            row.shop_id = shop_id;
        }
        let mut rows = Self {
            affiliates: (1..=AFFILIATES).map(affiliate).collect(),
            orders,
            transactions,
            days: Vec::new(),
        };
        for number in 0..rows.affiliates.len() {
            let promoted_orders = i64::try_from(rows.linked(rows.affiliates[number].id).len());
            rows.affiliates[number].promoted_orders = promoted_orders.expect("few");
            rows.affiliates[number].shop_id = shop_id;
        }
        rows.days = rows.fold(Interval::Day);
        rows
    }

    async fn store(&self, fixture: &Fixture) {
        fixture.put(self.affiliates.clone()).await;
        fixture.put(self.orders.clone()).await;
        fixture.put(self.transactions.clone()).await;
        fixture.put(self.days.clone()).await;
        let months = self.fold(Interval::Month).into_iter().map(month).collect();
        fixture.put::<kpi_month::Model>(months).await;
    }

    /// The orders that an affiliate's transactions are linked to.
    pub(super) fn linked(&self, affiliate_id: Uuid) -> Vec<&order::Model> {
        let links: BTreeSet<Uuid> = self
            .transactions
            .iter()
            .filter(|it| it.affiliate_id == affiliate_id && it.deleted_at.is_none())
            .filter_map(|it| it.order_id)
            .collect();
        let orders = self.orders.iter();
        orders.filter(|it| links.contains(&it.id)).collect()
    }

    /// What an affiliate's view holds, or the shop's.
    pub(super) fn live(&self, own: Option<Uuid>) -> Vec<&affiliate_transaction::Model> {
        let live = self
            .transactions
            .iter()
            .filter(|it| it.deleted_at.is_none());
        live.filter(|it| own.is_none_or(|own| own == it.affiliate_id))
            .collect()
    }

    /// The rollups, by interval.
    fn fold(&self, interval: Interval) -> Vec<kpi_day::Model> {
        let mut sums = BTreeMap::new();
        for order in &self.orders {
            for owner in [Some(WHOLE_SHOP), order.affiliate_id].into_iter().flatten() {
                let key = (owner, interval.start_of(order.placed_on), &order.currency);
                let sum = sums.entry(key).or_insert_with(|| zero(order.shop_id, key));
                add_order(sum, order);
            }
        }
        for row in self.live(None) {
            for owner in [WHOLE_SHOP, row.affiliate_id] {
                let key = (owner, interval.start_of(row.reported_on), &row.currency);
                let sum = sums.entry(key).or_insert_with(|| zero(row.shop_id, key));
                match row.status {
                    TransactionStatus::Open | TransactionStatus::InProgress => {
                        sum.commission_pending_minor += row.amount_minor;
                    }
                    TransactionStatus::Completed => {
                        sum.commission_cashable_minor += row.amount_minor;
                    }
                    TransactionStatus::Cancelled => {
                        sum.commission_cancelled_minor += row.amount_minor;
                    }
                }
            }
        }
        sums.into_values().collect()
    }
}

fn random_order(number: u128, rng: &mut Rng) -> order::Model {
    let day = FIRST_DAY + rng.i32(0..DAYS);
    let total_minor = rng.i64(0..40) * 250;
    let status = pick(rng, OrderStatus::iter());
    let cancel_reason =
        (status == OrderStatus::Cancelled && rng.bool()).then(|| pick(rng, CancelReason::iter()));
    order::Model {
        source: pick(rng, ["api", "file", "shopware6"]).to_owned(),
        number: format!("{}-{number}", pick(rng, ["A", "a", "B"])),
        status,
        cancel_reason,
        placed_at: Instant(i64::from(day) * DAY_MILLIS + rng.i64(0..4) * 1_000),
        placed_on: Day(day),
        currency: pick(rng, ["EUR", "EUR", "EUR", "JPY", "USD"]).to_owned(),
        total_minor,
        refunded_minor: if rng.bool() {
            0
        } else {
            rng.i64(0..=total_minor)
        },
        ..order(number)
    }
}

/// A transaction of any kind; a commission gives its order an affiliate, at most one (R15).
fn random_transaction(
    number: u128,
    orders: &mut [order::Model],
    rng: &mut Rng,
) -> affiliate_transaction::Model {
    // The last affiliate has none.
    let affiliate_id = id(rng.u128(1..AFFILIATES));
    let at = rng.usize(..orders.len());
    let order = (rng.u8(..) > 20).then(|| &mut orders[at]);
    let day = order
        .as_ref()
        .map_or(Day(FIRST_DAY + rng.i32(0..DAYS)), |it| it.placed_on);
    let order_id = order.as_ref().map(|it| it.id);
    let mut kind = pick(rng, [TransactionKind::Manual, TransactionKind::Adjustment]);
    if let Some(order) = order
        && order.affiliate_id.is_none()
    {
        kind = TransactionKind::Commission;
        order.affiliate_id = Some(affiliate_id);
    }
    let is_deleted = kind != TransactionKind::Commission && rng.u8(..) < 60;
    affiliate_transaction::Model {
        affiliate_id,
        order_id,
        kind,
        amount_minor: rng.i64(-3..20) * 10,
        currency: pick(rng, ["EUR", "EUR", "JPY"]).to_owned(),
        status: pick(rng, TransactionStatus::iter()),
        pinned: rng.bool(),
        diverged: rng.bool(),
        waits_until: rng.bool().then(|| Instant(rng.i64(0..9))),
        created_at: Instant(i64::from(day.0) * DAY_MILLIS + rng.i64(0..3)),
        reported_on: day,
        deleted_at: is_deleted.then_some(Instant(1)),
        ..transaction(number)
    }
}

fn pick<T>(rng: &mut Rng, from: impl IntoIterator<Item = T>) -> T {
    rng.choice(from.into_iter().collect::<Vec<T>>())
        .expect("not empty")
}

fn add_order(sum: &mut kpi_day::Model, order: &order::Model) {
    let (total, refunded) = (order.total_minor, order.refunded_minor);
    let is_promoted = order.affiliate_id.is_some();
    sum.promoted_orders += i64::from(is_promoted);
    match order.status {
        OrderStatus::New => {
            sum.new_orders += 1;
            sum.new_total_minor += total;
            sum.new_refunded_minor += refunded;
        }
        OrderStatus::Complete => {
            sum.complete_orders += 1;
            sum.complete_total_minor += total;
            sum.complete_refunded_minor += refunded;
            if is_promoted {
                sum.promoted_revenue_minor += total - refunded;
            }
        }
        OrderStatus::Cancelled => {
            sum.cancelled_orders += 1;
            sum.fake_orders += i64::from(order.cancel_reason == Some(CancelReason::Fake));
            sum.cancelled_total_minor += total;
            sum.cancelled_refunded_minor += refunded;
        }
    }
}

fn zero(shop_id: i64, (affiliate_id, day, currency): (Uuid, Day, &String)) -> kpi_day::Model {
    kpi_day::Model {
        shop_id,
        affiliate_id,
        day,
        currency: currency.clone(),
        new_orders: 0,
        complete_orders: 0,
        cancelled_orders: 0,
        fake_orders: 0,
        promoted_orders: 0,
        new_total_minor: 0,
        complete_total_minor: 0,
        cancelled_total_minor: 0,
        new_refunded_minor: 0,
        complete_refunded_minor: 0,
        cancelled_refunded_minor: 0,
        promoted_revenue_minor: 0,
        commission_pending_minor: 0,
        commission_cashable_minor: 0,
        commission_cancelled_minor: 0,
    }
}

fn month(day: kpi_day::Model) -> kpi_month::Model {
    kpi_month::Model {
        shop_id: day.shop_id,
        affiliate_id: day.affiliate_id,
        month: day.day,
        currency: day.currency,
        new_orders: day.new_orders,
        complete_orders: day.complete_orders,
        cancelled_orders: day.cancelled_orders,
        fake_orders: day.fake_orders,
        promoted_orders: day.promoted_orders,
        new_total_minor: day.new_total_minor,
        complete_total_minor: day.complete_total_minor,
        cancelled_total_minor: day.cancelled_total_minor,
        new_refunded_minor: day.new_refunded_minor,
        complete_refunded_minor: day.complete_refunded_minor,
        cancelled_refunded_minor: day.cancelled_refunded_minor,
        promoted_revenue_minor: day.promoted_revenue_minor,
        commission_pending_minor: day.commission_pending_minor,
        commission_cashable_minor: day.commission_cashable_minor,
        commission_cancelled_minor: day.commission_cancelled_minor,
    }
}
