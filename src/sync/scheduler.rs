//! R17: every shop syncs by itself at its interval, while the server runs.

use std::time::Duration;

use entity::words::{StatusActor, SyncTrigger};
use futures_util::{StreamExt, stream};

use super::{log_end, request, run};
use crate::app::App;
use crate::error::Result;
use crate::ledger::{Author, fail_dead_runs, shops_to_sync};

/// How often to look whose turn it is.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How many shops are synced at the same time, so that a large one keeps no other waiting.
const AT_ONCE: usize = 4;

/// Syncs the shops whose turn has come until the program is asked to end. Which of several replicas does it is
/// settled by the lease (R18).
pub async fn keep_schedule(app: App) {
    while !app.stop.is_asked() {
        if let Err(error) = sync_due_shops(&app).await {
            tracing::error!(cause = %error.in_full(), "the schedule of syncs could not be kept");
        }
        // Either way it is time to look again.
        let _ = tokio::time::timeout(LOOK_EVERY, app.stop.asked()).await;
    }
}

/// Runs a sync of each shop whose interval has gone by since its last attempt. What goes wrong with one
/// shop is logged, and keeps no other from its turn.
pub async fn sync_due_shops(app: &App) -> Result<()> {
    fail_dead_runs(app).await?;
    let shops = stream::iter(shops_to_sync(app).await?);
    shops
        .for_each_concurrent(AT_ONCE, async |shop_id| {
            if app.stop.is_asked() {
                return;
            }
            if let Err(error) = sync_shop(app, shop_id).await {
                tracing::error!(shop_id, cause = %error.in_full(), "a scheduled sync did not run");
            }
        })
        .await;
    Ok(())
}

async fn sync_shop(app: &App, shop_id: i64) -> Result<()> {
    let author = Author::new(StatusActor::Sync, "schedule");
    let queued = request(app, shop_id, &author, SyncTrigger::Schedule, false).await?;
    if !queued.already_running {
        log_end(&run(app, queued.run, false, &|_| {}).await?);
    }
    Ok(())
}
