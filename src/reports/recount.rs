//! The figures once more, straight from the rows: what the rollups are held to (R25).

use std::collections::BTreeMap;

use entity::words::{CancelReason, OrderStatus, TransactionStatus};
use entity::{Day, affiliate_transaction, kpi_day, order};
use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::{CaseStatement, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};

use super::days::DayRange;
use super::kpi::Kpi;
use super::rollups::{RollupFilter, WHOLE_SHOP};
use crate::domain::period::Period;
use crate::error::Result;

const NEW_FIGURES: [&str; 3] = ["new_orders", "new_total_minor", "new_refunded_minor"];
const COMPLETE_FIGURES: [&str; 3] = [
    "complete_orders",
    "complete_total_minor",
    "complete_refunded_minor",
];
const CANCELLED_FIGURES: [&str; 3] = [
    "cancelled_orders",
    "cancelled_total_minor",
    "cancelled_refunded_minor",
];
const PROMOTED_FIGURES: [&str; 3] = ["fake_orders", "promoted_orders", "promoted_revenue_minor"];
const COMMISSION_FIGURES: [&str; 3] = [
    "commission_pending_minor",
    "commission_cashable_minor",
    "commission_cancelled_minor",
];

/// A KPI counted and summed from orders and transactions; slow, for tests and `cashable check`.
pub async fn kpi_from_rows(
    db: &impl ConnectionTrait,
    shop_id: i64,
    period: Period,
    currency: &str,
    affiliate_id: Option<Uuid>,
) -> Result<Kpi> {
    let filter = RollupFilter {
        shop_id,
        affiliate_id,
        days: period.into(),
        currency: Some(currency),
    };
    Ok(rows_of(db, filter).await?.iter().collect())
}

/// What `kpi_days` ought to hold of a shop: the rows of the shop and of each affiliate, by affiliate,
/// day and currency. Rows that would be zero throughout are left out.
pub async fn rollups_from_rows(
    db: &impl ConnectionTrait,
    shop_id: i64,
) -> Result<Vec<kpi_day::Model>> {
    let filter = RollupFilter {
        shop_id,
        affiliate_id: None,
        days: DayRange::default(),
        currency: None,
    };
    let mut sums: BTreeMap<(Uuid, Day, String), kpi_day::Model> = BTreeMap::new();
    for row in rows_of(db, filter).await? {
        let mut owners = vec![WHOLE_SHOP];
        owners.extend((row.affiliate_id != WHOLE_SHOP).then_some(row.affiliate_id));
        for affiliate_id in owners {
            let row = kpi_day::Model {
                affiliate_id,
                ..row.clone()
            };
            sums.entry((affiliate_id, row.day, row.currency.clone()))
                .and_modify(|sum| add(sum, &row))
                .or_insert(row);
        }
    }
    Ok(sums.into_values().filter(|sum| !is_zero(sum)).collect())
}

/// Sums of orders and sums of transactions, by affiliate, day and currency. Those of the shop that no
/// affiliate has a part in come under the whole shop's id.
async fn rows_of(
    db: &impl ConnectionTrait,
    filter: RollupFilter<'_>,
) -> Result<Vec<kpi_day::Model>> {
    let mut rows = orders_by_day(filter).into_model().all(db).await?;
    rows.extend(transactions_by_day(filter).into_model().all(db).await?);
    Ok(rows)
}

fn orders_by_day(filter: RollupFilter<'_>) -> Select<order::Entity> {
    use order::Column;
    let (total, refunded) = (
        Column::TotalMinor.into_expr(),
        Column::RefundedMinor.into_expr(),
    );
    let is = |status: OrderStatus| Column::Status.eq(status);
    let is_promoted = || Column::AffiliateId.is_not_null();
    let is_fake = is(OrderStatus::Cancelled).and(Column::CancelReason.eq(CancelReason::Fake));
    let is_earned = is(OrderStatus::Complete).and(is_promoted());
    let mut query = order::Entity::find()
        .select_only()
        .column(Column::ShopId)
        .expr_as(Column::AffiliateId.if_null(WHOLE_SHOP), "affiliate_id")
        .column_as(Column::PlacedOn, "day")
        .column(Column::Currency)
        .expr_as(sum_where(is_fake, 1), "fake_orders")
        .expr_as(sum_where(is_promoted(), 1), "promoted_orders")
        .expr_as(
            sum_where(is_earned, total.clone().sub(refunded.clone())),
            "promoted_revenue_minor",
        );
    for (status, figures) in [
        (OrderStatus::New, NEW_FIGURES),
        (OrderStatus::Complete, COMPLETE_FIGURES),
        (OrderStatus::Cancelled, CANCELLED_FIGURES),
    ] {
        query = query
            .expr_as(sum_where(is(status), 1), figures[0])
            .expr_as(sum_where(is(status), total.clone()), figures[1])
            .expr_as(sum_where(is(status), refunded.clone()), figures[2]);
    }
    with_zeros(query, &COMMISSION_FIGURES)
        .filter(Column::ShopId.eq(filter.shop_id))
        .filter(filter.days.holds(&Column::PlacedOn.into_expr()))
        .apply_if(filter.affiliate_id, |it, id| {
            it.filter(Column::AffiliateId.eq(id))
        })
        .apply_if(filter.currency, |it, code| {
            it.filter(Column::Currency.eq(code))
        })
        .group_by(Column::ShopId)
        .group_by(Column::AffiliateId)
        .group_by(Column::PlacedOn)
        .group_by(Column::Currency)
}

fn transactions_by_day(filter: RollupFilter<'_>) -> Select<affiliate_transaction::Entity> {
    use affiliate_transaction::Column;
    let sum = |statuses: &[TransactionStatus]| {
        let is_counted = Column::Status.is_in(statuses.iter().copied());
        sum_where(is_counted, Column::AmountMinor.into_expr())
    };
    let [pending, cashable, cancelled] = COMMISSION_FIGURES;
    let query = affiliate_transaction::Entity::find()
        .select_only()
        .columns([Column::ShopId, Column::AffiliateId, Column::Currency])
        .column_as(Column::ReportedOn, "day")
        .expr_as(
            sum(&[TransactionStatus::Open, TransactionStatus::InProgress]),
            pending,
        )
        .expr_as(sum(&[TransactionStatus::Completed]), cashable)
        .expr_as(sum(&[TransactionStatus::Cancelled]), cancelled);
    [
        NEW_FIGURES,
        COMPLETE_FIGURES,
        CANCELLED_FIGURES,
        PROMOTED_FIGURES,
    ]
    .iter()
    .fold(query, |query, figures| with_zeros(query, figures))
    .filter(Column::ShopId.eq(filter.shop_id))
    .filter(Column::DeletedAt.is_null())
    .filter(filter.days.holds(&Column::ReportedOn.into_expr()))
    .apply_if(filter.affiliate_id, |it, id| {
        it.filter(Column::AffiliateId.eq(id))
    })
    .apply_if(filter.currency, |it, code| {
        it.filter(Column::Currency.eq(code))
    })
    .group_by(Column::ShopId)
    .group_by(Column::AffiliateId)
    .group_by(Column::ReportedOn)
    .group_by(Column::Currency)
}

/// The sum of `what` over the rows that fulfil `condition`, as a whole number on both databases.
fn sum_where(condition: Expr, what: impl Into<Expr>) -> Expr {
    let case: Expr = CaseStatement::new().case(condition, what).finally(0).into();
    case.sum().cast_as("bigint")
}

fn with_zeros<E: EntityTrait>(query: Select<E>, figures: &[&'static str]) -> Select<E> {
    figures.iter().fold(query, |query, figure| {
        query.expr_as(Expr::val(0_i64), *figure)
    })
}

pub(super) fn add(sum: &mut kpi_day::Model, row: &kpi_day::Model) {
    sum.new_orders += row.new_orders;
    sum.complete_orders += row.complete_orders;
    sum.cancelled_orders += row.cancelled_orders;
    sum.fake_orders += row.fake_orders;
    sum.promoted_orders += row.promoted_orders;
    sum.new_total_minor += row.new_total_minor;
    sum.complete_total_minor += row.complete_total_minor;
    sum.cancelled_total_minor += row.cancelled_total_minor;
    sum.new_refunded_minor += row.new_refunded_minor;
    sum.complete_refunded_minor += row.complete_refunded_minor;
    sum.cancelled_refunded_minor += row.cancelled_refunded_minor;
    sum.promoted_revenue_minor += row.promoted_revenue_minor;
    sum.commission_pending_minor += row.commission_pending_minor;
    sum.commission_cashable_minor += row.commission_cashable_minor;
    sum.commission_cancelled_minor += row.commission_cancelled_minor;
}

/// A row with an order counts it, so only commissions are left to look at.
pub(super) fn is_zero(sum: &kpi_day::Model) -> bool {
    sum.new_orders + sum.complete_orders + sum.cancelled_orders == 0
        && sum.commission_pending_minor == 0
        && sum.commission_cashable_minor == 0
        && sum.commission_cancelled_minor == 0
}
