//! Orders that nobody could look at, and those that their platform no longer has: missed at first, gone when they
//! are missed again, never cancelled.

use entity::Instant;
use entity::order::{Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, UpdateMany};

use super::ShopWrite;
use crate::error::Result;

/// How many orders one statement marks.
const CHUNK: usize = 5_000;

/// Marks orders of a source that were asked for since `began` and not found.
pub(super) async fn mark_missing(
    shop: &ShopWrite,
    source: &str,
    external_ids: &[String],
    began: Instant,
) -> Result<()> {
    for ids in external_ids.chunks(CHUNK) {
        // What this run has missed once is not missed a second time by it.
        orders(shop, source, ids)
            .col_expr(Column::GoneAt, Expr::value(shop.now.0))
            .filter(Column::GoneAt.is_null())
            .filter(Column::MissedAt.lt(began))
            .exec(shop.db())
            .await?;
    }
    mark_unseen(shop, source, external_ids).await
}

/// Marks orders that were there when they were last asked for, and are missing for the first time, whatever marks
/// they bear.
pub(super) async fn mark_missed_first(
    shop: &ShopWrite,
    source: &str,
    external_ids: &[String],
) -> Result<()> {
    miss_now(shop, source, external_ids, Column::GoneAt).await
}

/// Marks orders that nobody could look at, for whatever reason: they make nothing COMPLETED.
pub(super) async fn mark_unseen(
    shop: &ShopWrite,
    source: &str,
    external_ids: &[String],
) -> Result<()> {
    miss_now(shop, source, external_ids, Column::MissedAt).await
}

/// Has orders missed since now, but for those that bear this mark.
async fn miss_now(
    shop: &ShopWrite,
    source: &str,
    external_ids: &[String],
    unless: Column,
) -> Result<()> {
    for ids in external_ids.chunks(CHUNK) {
        orders(shop, source, ids)
            .col_expr(Column::MissedAt, Expr::value(shop.now.0))
            .filter(unless.is_null())
            .exec(shop.db())
            .await?;
    }
    Ok(())
}

/// Takes the marks off orders that their platform has after all.
pub(super) async fn mark_seen(
    shop: &ShopWrite,
    source: &str,
    external_ids: &[String],
) -> Result<()> {
    for ids in external_ids.chunks(CHUNK) {
        orders(shop, source, ids)
            .col_expr(Column::MissedAt, Expr::value(None::<i64>))
            .col_expr(Column::GoneAt, Expr::value(None::<i64>))
            .filter(Column::MissedAt.is_not_null())
            .exec(shop.db())
            .await?;
    }
    Ok(())
}

/// Takes the marks off all orders of a source that nobody could look at, but for those that are gone.
pub(super) async fn forget_missed(shop: &ShopWrite, source: &str) -> Result<()> {
    Entity::update_many()
        .filter(Column::ShopId.eq(shop.shop.shop_id))
        .filter(Column::Source.eq(source))
        .filter(Column::MissedAt.is_not_null())
        .filter(Column::GoneAt.is_null())
        .col_expr(Column::MissedAt, Expr::value(None::<i64>))
        .exec(shop.db())
        .await?;
    Ok(())
}

fn orders(shop: &ShopWrite, source: &str, external_ids: &[String]) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::ShopId.eq(shop.shop.shop_id))
        .filter(Column::Source.eq(source))
        .filter(Column::ExternalId.is_in(external_ids))
}
