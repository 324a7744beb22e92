//! What `cashable check` asks: whether counters, rollups, numbering and queue are what the rows say.

use std::collections::{BTreeMap, BTreeSet};

use entity::words::{TransactionKind, TransactionStatus};
use entity::{
    Day, affiliate, affiliate_transaction as transaction, kpi_day, kpi_month, shop, status_change,
    unsettled_transaction as unsettled,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::days::DayRange;
use super::promoted_links::linked_orders_of;
use super::recount::{add, is_zero, rollups_from_rows};
use super::scope::Scope;
use crate::domain::period::Interval;
use crate::domain::zone::date_from_day;
use crate::error::Result;

/// What was found to differ, each a sentence; empty where all is right.
pub type Findings = Vec<String>;

type Rollups = BTreeMap<(Uuid, Day, String), kpi_day::Model>;

/// Recomputes everything of a shop that is stored twice, and lists what differs.
pub async fn audit(db: &impl ConnectionTrait, shop: &shop::Model) -> Result<Findings> {
    let mut findings = audit_counters(db, shop.shop_id).await?;
    let expected = by_key(rollups_from_rows(db, shop.shop_id).await?);
    findings.extend(compare(
        "day",
        &stored_days(db, shop.shop_id).await?,
        &expected,
    ));
    let expected = by_month(&expected);
    findings.extend(compare(
        "month",
        &stored_months(db, shop.shop_id).await?,
        &expected,
    ));
    findings.extend(audit_history(db, shop).await?);
    findings.extend(audit_queue(db, shop.shop_id).await?);
    Ok(findings)
}

async fn audit_counters(db: &impl ConnectionTrait, shop_id: i64) -> Result<Findings> {
    let affiliates: Vec<affiliate::Model> = affiliate::Entity::find()
        .filter(affiliate::Column::ShopId.eq(shop_id))
        .all(db)
        .await?;
    let ids: Vec<Uuid> = affiliates.iter().map(|affiliate| affiliate.id).collect();
    let counts = linked_orders_of(db, Scope::shop(shop_id), DayRange::default(), &ids).await?;
    let wrong = affiliates.iter().filter_map(|affiliate| {
        let counted = counts.get(&affiliate.id).map_or(0, |count| {
            count.new_orders + count.complete_orders + count.cancelled_orders
        });
        (counted != affiliate.promoted_orders).then(|| {
            format!(
                "affiliate {} has {} promoted orders, its counter says {}",
                affiliate.code, counted, affiliate.promoted_orders
            )
        })
    });
    Ok(wrong.collect())
}

async fn stored_days(db: &impl ConnectionTrait, shop_id: i64) -> Result<Rollups> {
    let rows = kpi_day::Entity::find()
        .filter(kpi_day::Column::ShopId.eq(shop_id))
        .all(db)
        .await?;
    Ok(by_key(rows))
}

async fn stored_months(db: &impl ConnectionTrait, shop_id: i64) -> Result<Rollups> {
    let rows = kpi_month::Entity::find()
        .column_as(kpi_month::Column::Month, "day")
        .filter(kpi_month::Column::ShopId.eq(shop_id))
        .into_model()
        .all(db)
        .await?;
    Ok(by_key(rows))
}

fn by_key(rows: Vec<kpi_day::Model>) -> Rollups {
    rows.into_iter()
        .filter(|row| !is_zero(row))
        .map(|row| ((row.affiliate_id, row.day, row.currency.clone()), row))
        .collect()
}

fn by_month(days: &Rollups) -> Rollups {
    let mut months = Rollups::new();
    for row in days.values() {
        let month = kpi_day::Model {
            day: Interval::Month.start_of(row.day),
            ..row.clone()
        };
        months
            .entry((month.affiliate_id, month.day, month.currency.clone()))
            .and_modify(|sum| add(sum, &month))
            .or_insert(month);
    }
    months.retain(|_, row| !is_zero(row));
    months
}

fn compare(period: &str, stored: &Rollups, expected: &Rollups) -> Findings {
    let keys: BTreeSet<_> = stored.keys().chain(expected.keys()).collect();
    keys.into_iter()
        .filter(|key| stored.get(key) != expected.get(key))
        .map(|(affiliate_id, day, currency)| {
            let whose = if affiliate_id.is_nil() {
                "the shop".to_owned()
            } else {
                format!("affiliate {affiliate_id}")
            };
            let on = date_from_day(*day);
            format!("the {period} of {on} in {currency} of {whose} does not sum its rows")
        })
        .collect()
}

/// R26: numbers run from 1 without gaps, and the shop knows the last one.
async fn audit_history(db: &impl ConnectionTrait, shop: &shop::Model) -> Result<Findings> {
    let (count, last): (i64, Option<i64>) = status_change::Entity::find()
        .select_only()
        .column_as(status_change::Column::Sequence.count(), "changes")
        .column_as(status_change::Column::Sequence.max(), "last")
        .filter(status_change::Column::ShopId.eq(shop.shop_id))
        .into_tuple()
        .one(db)
        .await?
        .unwrap_or_default();
    let last = last.unwrap_or(0);
    let mut findings = Findings::new();
    if count != last {
        findings.push(format!(
            "the history has {count} rows and ends with number {last}"
        ));
    }
    if last != shop.last_sequence {
        findings.push(format!(
            "the history ends with number {last}, the shop says {}",
            shop.last_sequence
        ));
    }
    Ok(findings)
}

/// Every transaction that sync may still change is in the queue.
async fn audit_queue(db: &impl ConnectionTrait, shop_id: i64) -> Result<Findings> {
    let open = [TransactionStatus::Open, TransactionStatus::InProgress];
    let queued = unsettled::Entity::find()
        .select_only()
        .column(unsettled::Column::TransactionId)
        .filter(unsettled::Column::ShopId.eq(shop_id));
    let missing: Vec<Uuid> = transaction::Entity::find()
        .select_only()
        .column(transaction::Column::Id)
        .filter(transaction::Column::ShopId.eq(shop_id))
        .filter(transaction::Column::Status.is_in(open))
        .filter(transaction::Column::Kind.ne(TransactionKind::Adjustment))
        .filter(transaction::Column::OrderId.is_not_null())
        .filter(transaction::Column::Pinned.eq(false))
        .filter(transaction::Column::DeletedAt.is_null())
        .filter(transaction::Column::Id.not_in_subquery(queued.into_query()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(missing
        .iter()
        .map(|id| format!("transaction {id} waits for sync and is not in its queue"))
        .collect())
}
