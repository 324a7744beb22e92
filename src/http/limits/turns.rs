//! How much is worked on at a time: whoever finds no free place waits a while for one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::settings::WorkLimits;

/// A place at work, free again when this is dropped.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "it is held, not used")] OwnedSemaphorePermit);

/// The places. Clones share them.
#[derive(Clone, Debug)]
pub struct Turns {
    free: Arc<Semaphore>,
    patience: Duration,
}

impl Turns {
    /// As many places as the settings say.
    pub fn new(limits: &WorkLimits) -> Self {
        Self {
            free: Arc::new(Semaphore::new(limits.max_concurrent as usize)),
            patience: limits.turn_seconds,
        }
    }

    /// Waits for a place, however long that takes.
    pub async fn next(&self) -> Option<Turn> {
        let free = Arc::clone(&self.free).acquire_owned();
        free.await.ok().map(Turn)
    }

    /// Waits for a place; none where that takes too long.
    pub async fn wait(&self) -> Option<Turn> {
        timeout(self.patience, self.next()).await.ok()?
    }
}
