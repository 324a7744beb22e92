//! Shops. The list over all of them is for the scheduler and the command line, never for a caller.

use entity::shop::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::Result;

/// One shop.
pub async fn find_shop(db: &impl ConnectionTrait, id: i64) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(db).await?)
}

/// One shop by its name, capitals and all.
pub async fn find_shop_by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<Model>> {
    let query = Entity::find().filter(Column::Name.eq(name));
    Ok(query.one(db).await?)
}

/// Every shop, by name.
pub async fn list_shops(db: &impl ConnectionTrait) -> Result<Vec<Model>> {
    let mut shops = Entity::find().all(db).await?;
    // Sorted here, since the name's collation is the database's own.
    shops.sort_by(|a, b| (&a.name, a.shop_id).cmp(&(&b.name, b.shop_id)));
    Ok(shops)
}
