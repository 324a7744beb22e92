//! Rows of transactions found, stored and changed, with all that moves along: rollups, counters, the queue.

use entity::words::TransactionStatus;
use entity::{affiliate_transaction as transaction, order};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::counters::links_of_orders;
use super::queue::requeue;
use super::rollups::Move;
use super::{ShopWrite, bulk};
use crate::domain::settling::is_final;
use crate::error::{Error, RefusalCode, Result};

/// Stores a new row: making a row writes no history (R26).
pub(super) async fn insert_transaction(
    shop: &mut ShopWrite,
    row: &transaction::Model,
    order: Option<&order::Model>,
) -> Result<()> {
    let orders: Vec<Uuid> = row.order_id.into_iter().collect();
    let before = links_of_orders(shop.db(), row.shop_id, &orders).await?;
    row.clone().into_active_model().insert(shop.db()).await?;
    let after = links_of_orders(shop.db(), row.shop_id, &orders).await?;
    shop.counters.moved(&before, &after);
    shop.rollups.transaction(row, Move::In);
    let lock_final = shop.shop.lock_final_statuses;
    requeue(
        shop.db(),
        row.shop_id,
        lock_final,
        shop.now,
        &[(row, order)],
    )
    .await
}

/// Stores a changed row under its next version; rollups, counters and the queue move along.
pub(super) async fn replace(
    shop: &mut ShopWrite,
    stored: &transaction::Model,
    row: transaction::Model,
    order: Option<&order::Model>,
) -> Result<transaction::Model> {
    let row = transaction::Model {
        version: stored.version + 1,
        ..row
    };
    let orders: Vec<Uuid> = row.order_id.into_iter().collect();
    let before = links_of_orders(shop.db(), row.shop_id, &orders).await?;
    bulk::upsert::<transaction::Entity>(shop.db(), vec![row.clone()]).await?;
    let after = links_of_orders(shop.db(), row.shop_id, &orders).await?;
    shop.counters.moved(&before, &after);
    shop.rollups.transaction(stored, Move::Out);
    shop.rollups.transaction(&row, Move::In);
    let lock_final = shop.shop.lock_final_statuses;
    requeue(
        shop.db(),
        row.shop_id,
        lock_final,
        shop.now,
        &[(&row, order)],
    )
    .await?;
    Ok(row)
}

/// Gives a row a status, and remembers what its order said where that is final (R9).
pub(super) fn set_status(
    row: &mut transaction::Model,
    status: TransactionStatus,
    order: Option<&order::Model>,
) {
    row.status = status;
    let amounts = order.filter(|_| is_final(status));
    row.final_total_minor = amounts.map(|order| order.total_minor);
    row.final_refunded_minor = amounts.map(|order| order.refunded_minor);
}

/// A transaction that is not deleted.
pub(super) async fn find_transaction(shop: &ShopWrite, id: Uuid) -> Result<transaction::Model> {
    transaction::Entity::find_by_id((shop.shop.shop_id, id))
        .filter(transaction::Column::DeletedAt.is_null())
        .one(shop.db())
        .await?
        .ok_or_else(|| Error::not_found("transaction"))
}

pub(super) async fn find_order(shop: &ShopWrite, id: Uuid) -> Result<order::Model> {
    order::Entity::find_by_id((shop.shop.shop_id, id))
        .one(shop.db())
        .await?
        .ok_or_else(|| Error::not_found("order"))
}

/// The order of a transaction, if it has one.
pub(super) async fn order_of(
    shop: &ShopWrite,
    row: &transaction::Model,
) -> Result<Option<order::Model>> {
    match row.order_id {
        Some(id) => find_order(shop, id).await.map(Some),
        None => Ok(None),
    }
}

/// Refuses where the row has moved on since the caller read it.
pub(super) fn require_version(row: &transaction::Model, expected: Option<i32>) -> Result<()> {
    match expected {
        Some(expected) if expected != row.version => Err(Error::refused(
            RefusalCode::VersionConflict,
            format!(
                "the transaction is at version {} by now, not {expected}",
                row.version
            ),
        )),
        _ => Ok(()),
    }
}

/// Marks a status as set now by the author of the write.
pub(super) fn stamp(shop: &ShopWrite, row: &mut transaction::Model) {
    row.status_changed_at = shop.now;
    row.status_set_by = shop.actor();
}
