//! Figures a day and a month, moved in the same transaction as the rows that they sum (R25).

use std::collections::BTreeMap;

use entity::words::{CancelReason, OrderStatus, TransactionStatus};
use entity::{Day, affiliate_transaction, order};
use sea_orm::sea_query::{Expr, OnConflict, Query, SimpleExpr};
use sea_orm::{ConnectionTrait, ExprTrait};
use uuid::Uuid;

use crate::domain::period::Interval;
use crate::error::{Error, Result};

/// The figures in the order of their columns.
pub(super) const FIGURES: [&str; 15] = [
    "new_orders",
    "complete_orders",
    "cancelled_orders",
    "fake_orders",
    "promoted_orders",
    "new_total_minor",
    "complete_total_minor",
    "cancelled_total_minor",
    "new_refunded_minor",
    "complete_refunded_minor",
    "cancelled_refunded_minor",
    "promoted_revenue_minor",
    "commission_pending_minor",
    "commission_cashable_minor",
    "commission_cancelled_minor",
];
/// How many rows one statement writes: each has 19 variables.
const CHUNK: usize = 1_500;

/// Whose figures, when, in which currency. The nil id stands for the whole shop.
type Key = (Uuid, Day, String);

/// How much each figure moves.
#[derive(Debug, Default)]
pub(super) struct Rollups {
    by_day: BTreeMap<Key, [i64; 15]>,
}

/// Whether something comes into the figures or leaves them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Move {
    In,
    Out,
}

impl Rollups {
    /// Counts an order in or out, for its shop and for the affiliate that brought it.
    pub(super) fn order(&mut self, order: &order::Model, way: Move) {
        let figures = figures_of_order(order);
        self.add(
            (Uuid::nil(), order.placed_on, order.currency.clone()),
            &figures,
            way,
        );
        if let Some(affiliate_id) = order.affiliate_id {
            self.add(
                (affiliate_id, order.placed_on, order.currency.clone()),
                &figures,
                way,
            );
        }
    }

    /// Counts a transaction in or out; deleted ones count nowhere.
    pub(super) fn transaction(&mut self, row: &affiliate_transaction::Model, way: Move) {
        if row.deleted_at.is_none() {
            let key = (row.affiliate_id, row.reported_on, row.currency.clone());
            self.commission(key, row.status, row.amount_minor, way);
        }
    }

    /// Counts an amount of commission in or out.
    pub(super) fn commission(
        &mut self,
        (affiliate_id, day, currency): Key,
        status: TransactionStatus,
        amount_minor: i64,
        way: Move,
    ) {
        let mut figures = [0; 15];
        figures[match status {
            TransactionStatus::Open | TransactionStatus::InProgress => 12,
            TransactionStatus::Completed => 13,
            TransactionStatus::Cancelled => 14,
        }] = amount_minor;
        self.add((Uuid::nil(), day, currency.clone()), &figures, way);
        self.add((affiliate_id, day, currency), &figures, way);
    }

    fn add(&mut self, key: Key, figures: &[i64; 15], way: Move) {
        let sums = self.by_day.entry(key).or_default();
        for (sum, figure) in sums.iter_mut().zip(figures) {
            match way {
                Move::In => *sum += figure,
                Move::Out => *sum -= figure,
            }
        }
    }

    pub(super) async fn flush(&self, db: &impl ConnectionTrait, shop_id: i64) -> Result<()> {
        let days = self
            .by_day
            .iter()
            .map(|(key, figures)| (key.clone(), *figures));
        let mut by_month: BTreeMap<Key, [i64; 15]> = BTreeMap::new();
        for ((affiliate_id, day, currency), figures) in days.clone() {
            let month = Interval::Month.start_of(day);
            let sums = by_month.entry((affiliate_id, month, currency)).or_default();
            sums.iter_mut()
                .zip(figures)
                .for_each(|(sum, figure)| *sum += figure);
        }
        add_to(db, shop_id, "kpi_days", "day", days.collect()).await?;
        add_to(
            db,
            shop_id,
            "kpi_months",
            "month",
            by_month.into_iter().collect(),
        )
        .await
    }
}

fn figures_of_order(order: &order::Model) -> [i64; 15] {
    let column = match order.status {
        OrderStatus::New => 0,
        OrderStatus::Complete => 1,
        OrderStatus::Cancelled => 2,
    };
    let mut figures = [0; 15];
    figures[column] = 1;
    figures[3] = i64::from(order.cancel_reason == Some(CancelReason::Fake));
    figures[4] = i64::from(order.affiliate_id.is_some());
    figures[5 + column] = order.total_minor;
    figures[8 + column] = order.refunded_minor;
    if order.affiliate_id.is_some() && order.status == OrderStatus::Complete {
        figures[11] = order.total_minor - order.refunded_minor;
    }
    figures
}

async fn add_to(
    db: &impl ConnectionTrait,
    shop_id: i64,
    table: &'static str,
    period: &'static str,
    mut rows: Vec<(Key, [i64; 15])>,
) -> Result<()> {
    rows.retain(|(_, figures)| figures.iter().any(|figure| *figure != 0));
    let keys = ["shop_id", "affiliate_id", period, "currency"];
    for chunk in rows.chunks(CHUNK) {
        let mut insert = Query::insert();
        insert
            .into_table(table)
            .columns(keys.into_iter().chain(FIGURES));
        for ((affiliate_id, day, currency), figures) in chunk {
            let key: [SimpleExpr; 4] = [
                shop_id.into(),
                (*affiliate_id).into(),
                day.0.into(),
                currency.clone().into(),
            ];
            let figures = figures.iter().map(|figure| SimpleExpr::from(*figure));
            insert
                .values(key.into_iter().chain(figures))
                .map_err(|error| Error::Unexpected(error.to_string()))?;
        }
        let sums = FIGURES.map(|figure| {
            (
                figure,
                Expr::col((table, figure)).add(Expr::col(("excluded", figure))),
            )
        });
        insert.on_conflict(OnConflict::columns(keys).values(sums).to_owned());
        db.execute(&insert).await?;
    }
    Ok(())
}
