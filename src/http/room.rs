//! Room for what is long: so many bytes of it are held at a time, by requests that are read and by those that wait or
//! are worked on. Others wait for their turn.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::refused::Refused;

/// In how many bytes room is counted.
const UNIT: u64 = 1 << 10;

/// The room of a server. Clones share it.
#[derive(Clone, Debug)]
pub struct Room {
    free: Arc<Semaphore>,
    all: u32,
    patience: Duration,
}

/// Some of the room, free again when this is dropped. A request carries an `Option` of it.
#[derive(Debug)]
pub struct Held(OwnedSemaphorePermit);

impl Room {
    /// Of so many bytes, for which one waits so long.
    pub fn new(bytes: u64, patience: Duration) -> Self {
        let all = units(bytes);
        Self {
            free: Arc::new(Semaphore::new(all as usize)),
            all,
            patience,
        }
    }

    /// Waits until there is room for so many bytes. Whatever needs more than there is takes all of it.
    pub async fn take(&self, bytes: u64) -> Result<Held, Refused> {
        let free = Arc::clone(&self.free);
        let taken = free.acquire_many_owned(units(bytes).min(self.all));
        match timeout(self.patience, taken).await {
            Ok(Ok(permit)) => Ok(Held(permit)),
            _ => Err(full()),
        }
    }
}

impl Held {
    /// Gives back what is held beyond so many bytes.
    pub fn shrink_to(&mut self, bytes: u64) {
        let needed = units(bytes) as usize;
        let more = self.0.num_permits().saturating_sub(needed);
        drop(self.0.split(more));
    }
}

fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

fn full() -> Refused {
    let message = "the server holds as many long requests as it may: nothing was begun";
    Refused::too_many(StatusCode::SERVICE_UNAVAILABLE, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: u64 = 1 << 10;

    #[tokio::test(start_paused = true)]
    async fn there_is_only_so_much() {
        let room = Room::new(10 * KIB, Duration::from_secs(5));
        let mut first = room.take(6 * KIB).await.unwrap();
        assert!(room.take(4 * KIB + 1).await.is_err());
        let second = room.take(4 * KIB).await.unwrap();
        assert!(room.take(1).await.is_err());
        first.shrink_to(5 * KIB);
        first.shrink_to(100 * KIB);
        let third = room.take(1).await.unwrap();
        assert!(room.take(1).await.is_err());
        drop((first, second, third));
        // What is larger than all of it is alone.
        let all = room.clone().take(u64::MAX).await.unwrap();
        assert!(room.take(1).await.is_err());
        drop(all);
        room.take(10 * KIB).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_gets_what_becomes_free() {
        let room = Room::new(10 * KIB, Duration::from_secs(5));
        let held = room.take(10 * KIB).await.unwrap();
        let waiting = tokio::spawn({
            let room = room.clone();
            async move { room.take(3 * KIB).await }
        });
        tokio::time::sleep(Duration::from_secs(4)).await;
        drop(held);
        assert!(waiting.await.unwrap().is_ok());
    }
}
