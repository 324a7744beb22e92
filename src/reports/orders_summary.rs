//! What the orders report adds up to: from the rollups where they can tell, else from the rows. Both
//! give the same (R25).

use std::collections::BTreeMap;

use entity::kpi_day;
use entity::order::{Column, Entity};
use entity::words::OrderStatus;
use sea_orm::prelude::Expr;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Iterable, QueryFilter, QuerySelect,
};

use super::orders::OrdersFilter;
use super::rollups::{Grain, RollupFilter};
use super::scope::Scope;
use crate::error::Result;

/// The orders of one status in one currency. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct OrdersSummary {
    /// What these orders are to the shop.
    pub status: OrderStatus,
    /// ISO 4217.
    pub currency: String,
    /// How many.
    pub orders: i64,
    /// Their totals before refunds.
    pub total_minor: i64,
    /// What was refunded of them.
    pub refunded_minor: i64,
}

impl OrdersSummary {
    /// The totals less refunds, in minor units.
    #[must_use]
    pub fn net_minor(&self) -> i64 {
        self.total_minor - self.refunded_minor
    }
}

/// One row for each status and currency that has orders, by currency, then as the statuses are listed.
pub async fn summarize_orders(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &OrdersFilter,
) -> Result<Vec<OrdersSummary>> {
    let mut rows = match summarize_rollups(db, scope, filter).await? {
        Some(rows) => rows,
        None => summarize_rows(db, scope, filter).await?,
    };
    rows.sort_by(|a, b| {
        let rank = |row: &OrdersSummary| OrderStatus::iter().position(|it| it == row.status);
        (&a.currency, rank(a)).cmp(&(&b.currency, rank(b)))
    });
    Ok(rows)
}

/// How many orders there are, where the rollups can tell.
pub(super) async fn count_by_rollups(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &OrdersFilter,
) -> Result<Option<u64>> {
    let rows = summarize_rollups(db, scope, filter).await?;
    Ok(rows.and_then(|rows| u64::try_from(rows.iter().map(|row| row.orders).sum::<i64>()).ok()))
}

async fn summarize_rollups(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &OrdersFilter,
) -> Result<Option<Vec<OrdersSummary>>> {
    if scope.affiliate_id.is_some() || !filter.is_in_rollups() {
        return Ok(None);
    }
    let rollups = RollupFilter {
        shop_id: scope.shop_id,
        affiliate_id: filter.affiliate_id,
        days: filter.placed,
        currency: filter.currency.as_deref(),
    };
    let rows = rollups.read(db, Grain::of(filter.placed)).await?;
    let wanted =
        |status: &OrderStatus| filter.statuses.is_empty() || filter.statuses.contains(status);
    let mut summary = BTreeMap::new();
    for rollup in &rows {
        for (place, status) in OrderStatus::iter().filter(wanted).enumerate() {
            let row = summary
                .entry((rollup.currency.as_str(), place))
                .or_insert_with(|| OrdersSummary {
                    status,
                    currency: rollup.currency.clone(),
                    orders: 0,
                    total_minor: 0,
                    refunded_minor: 0,
                });
            let (orders, total, refunded) = figures_of(rollup, status);
            row.orders += orders;
            row.total_minor += total;
            row.refunded_minor += refunded;
        }
    }
    Ok(Some(
        summary.into_values().filter(|row| row.orders > 0).collect(),
    ))
}

fn figures_of(rollup: &kpi_day::Model, status: OrderStatus) -> (i64, i64, i64) {
    match status {
        OrderStatus::New => (
            rollup.new_orders,
            rollup.new_total_minor,
            rollup.new_refunded_minor,
        ),
        OrderStatus::Complete => (
            rollup.complete_orders,
            rollup.complete_total_minor,
            rollup.complete_refunded_minor,
        ),
        OrderStatus::Cancelled => (
            rollup.cancelled_orders,
            rollup.cancelled_total_minor,
            rollup.cancelled_refunded_minor,
        ),
    }
}

async fn summarize_rows(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &OrdersFilter,
) -> Result<Vec<OrdersSummary>> {
    let sum = |column: Column| column.into_expr().sum().cast_as("bigint");
    Ok(Entity::find()
        .select_only()
        .columns([Column::Status, Column::Currency])
        .expr_as(Expr::cust("COUNT(*)"), "orders")
        .expr_as(sum(Column::TotalMinor), "total_minor")
        .expr_as(sum(Column::RefundedMinor), "refunded_minor")
        .filter(filter.condition(scope))
        .group_by(Column::Status)
        .group_by(Column::Currency)
        .into_model()
        .all(db)
        .await?)
}

#[cfg(test)]
mod tests {
    use entity::Day;
    use entity::words::CancelReason;

    use super::super::fixtures::{FIRST_DAY, SHOP, id};
    use super::super::world::World;
    use super::super::{DayRange, count_orders};
    use super::*;

    fn placed(from: i32, to: i32) -> DayRange {
        DayRange {
            from: Some(Day(FIRST_DAY + from)),
            to: Some(Day(FIRST_DAY + to)),
        }
    }

    /// Filters that the rollups can serve, and then some that they cannot.
    fn filters() -> Vec<OrdersFilter> {
        let all = OrdersFilter::default;
        vec![
            all(),
            OrdersFilter {
                statuses: vec![OrderStatus::Cancelled, OrderStatus::New],
                ..all()
            },
            OrdersFilter {
                placed: placed(10, 40),
                ..all()
            },
            OrdersFilter {
                placed: placed(0, 29),
                currency: Some("EUR".to_owned()),
                ..all()
            },
            OrdersFilter {
                placed: placed(5, 80),
                affiliate_id: Some(id(3)),
                ..all()
            },
            OrdersFilter {
                affiliate_id: Some(id(77)),
                ..all()
            },
            OrdersFilter {
                promoted: Some(true),
                ..all()
            },
            OrdersFilter {
                source: Some("file".to_owned()),
                placed: placed(10, 90),
                ..all()
            },
            OrdersFilter {
                cancel_reasons: vec![CancelReason::Fake],
                ..all()
            },
            OrdersFilter {
                search: Some("A-1".to_owned()),
                ..all()
            },
        ]
    }

    #[tokio::test]
    async fn r25_a_summary_is_the_same_from_rollups_and_from_rows() {
        let world = World::make().await;
        let (db, scope) = (world.fixture.db(), Scope::shop(SHOP));
        for (index, filter) in filters().into_iter().enumerate() {
            let from_rollups = summarize_rollups(db, scope, &filter)
                .await
                .expect("rollups");
            assert_eq!(from_rollups.is_some(), index < 6, "{filter:?}");
            let mut from_rows = summarize_rows(db, scope, &filter).await.expect("rows");
            from_rows.sort_by_key(|it| (it.currency.clone(), it.status as u8));
            let summary = summarize_orders(db, scope, &filter).await.expect("either");
            assert_eq!(summary, from_rows, "{filter:?}");
            let orders: i64 = summary.iter().map(|it| it.orders).sum();
            let count = count_orders(db, scope, &filter).await.expect("either");
            assert_eq!(i64::try_from(count), Ok(orders), "{filter:?}");
        }
    }

    #[tokio::test]
    async fn an_affiliates_summary_is_over_its_own_orders() {
        let world = World::make().await;
        let (db, scope) = (world.fixture.db(), Scope::affiliate(SHOP, id(4)));
        let summary = summarize_orders(db, scope, &OrdersFilter::default()).await;
        let summary = summary.expect("rows");
        let linked = world.rows.linked(id(4));
        let sum = |of: fn(&OrdersSummary) -> i64| summary.iter().map(of).sum::<i64>();
        assert_eq!(usize::try_from(sum(|it| it.orders)), Ok(linked.len()));
        let net: i64 = linked
            .iter()
            .map(|it| it.total_minor - it.refunded_minor)
            .sum();
        assert_eq!(sum(OrdersSummary::net_minor), net);
    }
}
