//! The addresses that a shop's other tools are told at. For admins, and for whoever tells them.

use std::collections::HashMap;

use entity::Instant;
use entity::shop;
use entity::webhook_endpoint::{Column, Entity, Model};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::id_lists::read_by_ids;
use crate::error::Result;

/// A shop's endpoints, in the order in which they were made; a shop has few.
pub async fn list_webhook_endpoints(db: &impl ConnectionTrait, shop_id: i64) -> Result<Vec<Model>> {
    let endpoints = endpoints_of(shop_id).order_by_asc(Column::Id);
    Ok(endpoints.all(db).await?)
}

/// The endpoints among `ids` that are the shop's.
pub async fn webhook_endpoints_by_ids(
    db: &impl ConnectionTrait,
    shop_id: i64,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Model>> {
    let found = read_by_ids(db, endpoints_of(shop_id), Column::Id, ids).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// The endpoints of all shops that may have something to be told, that nobody is telling, and that are not to be
/// left alone for a while.
pub async fn endpoints_to_tell(db: &impl ConnectionTrait, now: Instant) -> Result<Vec<Model>> {
    let mut endpoints = Entity::find()
        .filter(Column::Enabled.eq(true))
        .all(db)
        .await?;
    let is_over = |at: Option<Instant>| at.is_none_or(|at| at <= now);
    endpoints.retain(|it| is_over(it.retry_at) && is_over(it.leased_until));
    if endpoints.is_empty() {
        return Ok(endpoints);
    }
    let revisions: Vec<(i64, i64)> = shop::Entity::find()
        .select_only()
        .columns([shop::Column::ShopId, shop::Column::Revision])
        .into_tuple()
        .all(db)
        .await?;
    let revisions: HashMap<i64, i64> = revisions.into_iter().collect();
    endpoints.retain(|it| revisions.get(&it.shop_id) > Some(&it.revision));
    Ok(endpoints)
}

fn endpoints_of(shop_id: i64) -> Select<Entity> {
    Entity::find().filter(Column::ShopId.eq(shop_id))
}
