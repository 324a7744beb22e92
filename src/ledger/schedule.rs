//! R17: whose turn it is to be synced.

use entity::{shop, sync_run};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::error::{Result, STOPPED};

const MINUTE_MILLIS: i64 = 60_000;

/// The shops whose sync is on and whose interval has gone by since their last attempt, or whose last attempt was
/// cut off by the end of the program that made it.
pub async fn shops_to_sync(app: &App) -> Result<Vec<i64>> {
    let shops = shop::Entity::find()
        .filter(shop::Column::SyncEnabled.eq(true))
        .order_by_asc(shop::Column::ShopId)
        .all(app.database.reader())
        .await?;
    let mut due = Vec::new();
    for shop in shops {
        let interval = i64::from(shop.sync_interval_minutes) * MINUTE_MILLIS;
        let last = last_attempt(app, shop.shop_id).await?;
        let is_due = |run: sync_run::Model| {
            let was_stopped = run.error.as_deref() == Some(STOPPED);
            was_stopped || app.clock.now().0 >= run.queued_at.0 + interval
        };
        if last.is_none_or(is_due) {
            due.push(shop.shop_id);
        }
    }
    Ok(due)
}

async fn last_attempt(app: &App, shop_id: i64) -> Result<Option<sync_run::Model>> {
    Ok(sync_run::Entity::find()
        .filter(sync_run::Column::ShopId.eq(shop_id))
        .filter(sync_run::Column::DryRun.eq(false))
        .order_by_desc(sync_run::Column::QueuedAt)
        .order_by_desc(sync_run::Column::Id)
        .one(app.database.reader())
        .await?)
}
