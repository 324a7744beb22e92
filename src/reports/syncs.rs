//! How the sync of each shop stands, for whoever watches over the program; never for a caller.

use entity::Instant;
use sea_orm::{ActiveEnum, ConnectionTrait};

use super::last_sync::last_sync;
use super::shops::list_synced_shops;
use crate::error::Result;
use crate::metrics::ShopSync;

/// The shops that are synced by themselves, each with how old its figures are.
pub async fn list_syncs(db: &impl ConnectionTrait, now: Instant) -> Result<Vec<ShopSync>> {
    let mut syncs = Vec::new();
    for shop in list_synced_shops(db).await? {
        let last = last_sync(db, shop.shop_id).await?;
        let attempt = last.last_attempt.as_ref();
        syncs.push(ShopSync {
            age_millis: last.finished_at().map(|at| now.0 - at.0),
            last_run: attempt.map(|run| run.state.to_value()),
            is_healthy: last.is_healthy(&shop, now),
            shop: shop.name,
        });
    }
    Ok(syncs)
}
