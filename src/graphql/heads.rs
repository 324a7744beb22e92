//! How long the histories of shops are: looked at once a second for each shop, by however many it is followed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use tokio::time::{Instant, sleep_until};

use crate::error::Result;

/// How often to look.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The heads of all shops that were followed. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Heads(Arc<Mutex<HashMap<i64, Head>>>);

/// What was seen last of one shop. Whoever looks does so for all who wait for the lock.
type Head = Arc<AsyncMutex<Option<Seen>>>;

#[derive(Clone, Copy, Debug)]
struct Seen {
    at: Instant,
    sequence: i64,
}

impl Heads {
    /// Waits until the history of a shop has grown beyond this number, and answers the number of its last change.
    pub async fn beyond<F>(
        &self,
        shop_id: i64,
        sequence: i64,
        read: impl Fn() -> F + Send,
    ) -> Result<i64>
    where
        F: Future<Output = Result<i64>> + Send,
    {
        let head = self.of(shop_id);
        loop {
            let seen = look(&head, &read).await?;
            if seen.sequence > sequence {
                return Ok(seen.sequence);
            }
            sleep_until(seen.at + LOOK_EVERY).await;
        }
    }

    fn of(&self, shop_id: i64) -> Head {
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(heads.entry(shop_id).or_default())
    }
}

async fn look<F>(head: &Head, read: impl Fn() -> F) -> Result<Seen>
where
    F: Future<Output = Result<i64>>,
{
    let mut last = head.lock().await;
    let at = Instant::now();
    if let Some(seen) = *last
        && at < seen.at + LOOK_EVERY
    {
        return Ok(seen);
    }
    let sequence = read().await?;
    let seen = Seen { at, sequence };
    *last = Some(seen);
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;
    use crate::error::Error;

    #[tokio::test(start_paused = true)]
    async fn many_who_follow_a_shop_look_once_a_second() {
        let heads = Heads::default();
        let (looks, sequence) = (AtomicUsize::new(0), AtomicI64::new(7));
        let read = || async {
            looks.fetch_add(1, Ordering::Relaxed);
            Ok(sequence.load(Ordering::Relaxed))
        };
        let follow = join_all(
            (0..100)
                .map(|_| heads.clone())
                .map(|heads| async move { heads.beyond(1, 7, read).await }),
        );
        let grow = async {
            tokio::time::sleep(Duration::from_millis(9_500)).await;
            sequence.store(8, Ordering::Relaxed);
        };
        let began = Instant::now();
        let (found, ()) = tokio::join!(follow, grow);
        assert!(found.into_iter().all(|found| matches!(found, Ok(8))));
        assert!(began.elapsed() < Duration::from_millis(10_100));
        assert_eq!(looks.load(Ordering::Relaxed), 11);
    }

    #[tokio::test(start_paused = true)]
    async fn each_shop_has_its_own_and_no_error_is_kept() {
        let heads = Heads::default();
        let fail = || async { Err(Error::Unexpected("away".to_owned())) };
        assert!(heads.beyond(1, 0, fail).await.is_err());
        for (shop_id, sequence) in [(1, 3), (2, 5)] {
            let found = heads
                .beyond(shop_id, 0, || async move { Ok(sequence) })
                .await;
            assert_eq!(found.ok(), Some(sequence));
        }
        // Seen a moment ago.
        let found = heads.beyond(1, 2, || async { Ok(9) }).await;
        assert_eq!(found.ok(), Some(3));
    }
}
