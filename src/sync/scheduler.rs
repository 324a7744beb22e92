//! R17: every shop syncs by itself at its interval, while the server runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use entity::words::{StatusActor, SyncTrigger};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::places::Places;
use super::{log_end, request, run};
use crate::app::App;
use crate::error::Result;
use crate::ledger::{Author, fail_dead_runs, shops_to_sync};

/// How often to look whose turn it is.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Syncs the shops whose turn has come until the program is asked to end. Which of several replicas does it is
/// settled by the lease (R18).
pub async fn keep_schedule(app: App) {
    let mut schedule = Schedule::of(&app);
    while !app.stop.is_asked() {
        if let Err(error) = schedule.look().await {
            tracing::error!(cause = %error.in_full(), "the schedule of syncs could not be kept");
        }
        // Either way it is time to look again.
        let _ = tokio::time::timeout(LOOK_EVERY, app.stop.asked()).await;
    }
    schedule.done().await;
}

/// Runs a sync of each shop whose turn has come, to its end.
pub async fn sync_due_shops(app: &App) -> Result<()> {
    let mut schedule = Schedule::of(app);
    schedule.look().await?;
    schedule.done().await;
    Ok(())
}

/// The runs that were begun by themselves. A run takes as long as the slowest of its platforms, so that none is
/// waited for before it is looked again whose turn it is.
#[derive(Debug)]
pub struct Schedule {
    app: App,
    places: Arc<Places>,
    runs: JoinSet<()>,
    under_way: HashMap<i64, AbortHandle>,
}

impl Schedule {
    /// No run so far.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self {
            app: app.clone(),
            places: Arc::default(),
            runs: JoinSet::new(),
            under_way: HashMap::new(),
        }
    }

    /// Begins a run of each shop whose interval has gone by since its last attempt, but for those that this has
    /// under way. What goes wrong with one shop is logged, and keeps no other from its turn.
    pub async fn look(&mut self) -> Result<()> {
        while let Some(ended) = self.runs.try_join_next() {
            log_panic(ended);
        }
        self.under_way.retain(|_, run| !run.is_finished());
        fail_dead_runs(&self.app).await?;
        for shop_id in shops_to_sync(&self.app).await? {
            if !self.under_way.contains_key(&shop_id) {
                let run = sync_shop(self.app.clone(), Arc::clone(&self.places), shop_id);
                self.under_way.insert(shop_id, self.runs.spawn(run));
            }
        }
        Ok(())
    }

    /// Waits until all runs have ended that were begun.
    pub async fn done(mut self) {
        while let Some(ended) = self.runs.join_next().await {
            log_panic(ended);
        }
    }
}

fn log_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(cause = %error, "a scheduled sync was cut off");
    }
}

async fn sync_shop(app: App, places: Arc<Places>, shop_id: i64) {
    let run = Box::pin(sync_in_place(&app, shop_id));
    if let Err(error) = places.take(run).await {
        tracing::error!(shop_id, cause = %error.in_full(), "a scheduled sync did not run");
    }
}

async fn sync_in_place(app: &App, shop_id: i64) -> Result<()> {
    // There may have been a queue.
    if app.stop.is_asked() {
        return Ok(());
    }
    let author = Author::new(StatusActor::Sync, "schedule");
    let queued = request(app, shop_id, &author, SyncTrigger::Schedule, false).await?;
    if !queued.already_running {
        log_end(&run(app, queued.run, false, &|_| {}).await?);
    }
    Ok(())
}
