//! R17: every shop syncs by itself at its interval, while the server runs.

use std::time::Duration;

use entity::shop;
use entity::words::{StatusActor, SyncTrigger};

use super::{request, run};
use crate::app::App;
use crate::error::Result;
use crate::ledger::Author;
use crate::reports;

/// How often to look whose turn it is.
const LOOK_EVERY: Duration = Duration::from_secs(5);
const MINUTE_MILLIS: i64 = 60_000;

/// Syncs the shops whose turn has come, one after the other, for as long as the future is polled. Which of
/// several replicas does it is settled by the lease (R18).
pub async fn keep_schedule(app: App) {
    loop {
        if let Err(error) = sync_due_shops(&app).await {
            tracing::error!(cause = ?error, "the schedule of syncs could not be read");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Runs a sync of each shop whose interval has gone by since its last attempt.
pub async fn sync_due_shops(app: &App) -> Result<()> {
    for shop in reports::list_shops(app.database.reader()).await? {
        if is_due(app, &shop).await? {
            let author = Author::new(StatusActor::Sync, "schedule");
            let queued = request(app, shop.shop_id, &author, SyncTrigger::Schedule, false).await?;
            if !queued.already_running {
                // A failure is logged and stored with the run where it happens.
                let _ = run(app, queued.run, false, &|_| {}).await;
            }
        }
    }
    Ok(())
}

async fn is_due(app: &App, shop: &shop::Model) -> Result<bool> {
    if !shop.sync_enabled {
        return Ok(false);
    }
    let last = reports::last_sync(app.database.reader(), shop.shop_id).await?;
    let interval = i64::from(shop.sync_interval_minutes) * MINUTE_MILLIS;
    Ok(last
        .last_attempt
        .is_none_or(|run| app.clock.now().0 >= run.queued_at.0 + interval))
}
