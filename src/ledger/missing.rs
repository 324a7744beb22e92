//! Orders that their platform no longer has: missed at first, gone when they are missed again, never cancelled.

use entity::Instant;
use entity::order::{Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

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
        let these = Entity::update_many()
            .filter(Column::ShopId.eq(shop.shop.shop_id))
            .filter(Column::Source.eq(source))
            .filter(Column::ExternalId.is_in(ids));
        // What this run has missed once is not missed a second time by it.
        these
            .clone()
            .col_expr(Column::GoneAt, Expr::value(shop.now.0))
            .filter(Column::GoneAt.is_null())
            .filter(Column::MissedAt.lt(began))
            .exec(shop.db())
            .await?;
        these
            .col_expr(Column::MissedAt, Expr::value(shop.now.0))
            .filter(Column::MissedAt.is_null())
            .exec(shop.db())
            .await?;
    }
    Ok(())
}
