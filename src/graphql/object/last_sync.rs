//! When a shop was last synced (R21): the dashboard's last line.

use std::sync::Arc;

use async_graphql::Object;
use entity::{Instant, shop};

use super::SyncRun;
use crate::graphql::scalars::DateTime;
use crate::reports;

/// The last runs of a shop, as seen at an instant.
#[derive(Debug)]
pub struct LastSync {
    /// The shop.
    pub shop: Arc<shop::Model>,
    /// Its last runs.
    pub runs: reports::LastSync,
    /// Now.
    pub now: Instant,
}

/// When the shop was last synced, and whether that is recent enough. Dry runs do not count. For the staff only.
#[Object(serial)]
impl LastSync {
    /// When the last run that succeeded ended; null where none has yet.
    async fn finished_at(&self) -> Option<DateTime> {
        self.runs.finished_at().map(Into::into)
    }

    /// When the last run was asked for or, once it had begun, when it began, however it went or goes; null
    /// where there was none yet.
    async fn attempted_at(&self) -> Option<DateTime> {
        self.runs.attempted_at().map(Into::into)
    }

    /// When the shop will be synced by itself; null where its sync is off.
    async fn next_run_at(&self) -> Option<DateTime> {
        self.runs.next_run_at(&self.shop, self.now).map(Into::into)
    }

    /// Whether a run succeeded within the last two intervals; true where sync is off.
    async fn healthy(&self) -> bool {
        self.runs.is_healthy(&self.shop, self.now)
    }

    /// The last run, however it went or goes.
    async fn run(&self) -> Option<SyncRun> {
        self.runs.last_attempt.clone().map(Into::into)
    }
}
