//! What a shop's own tables say of the words of its sources (R1).

use entity::status_mapping::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::error::Result;

/// The shop's own table for a source, by word.
pub async fn status_mappings(
    db: &impl ConnectionTrait,
    shop_id: i64,
    source: &str,
) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::ShopId.eq(shop_id))
        .filter(Column::Source.eq(source))
        .order_by_asc(Column::NativeStatus)
        .all(db)
        .await?)
}
