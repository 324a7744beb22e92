//! How many scheduled runs go on at the same time. A run that waits for a slow platform does next to nothing, and
//! must not keep a place from those that would be done at once.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How many runs go on that have only begun: enough that a few large shops keep no other waiting.
const QUICK: usize = 16;
/// How many go on beside them that have taken longer. They bound the memory that slow platforms can cost.
const SLOW: usize = 64;
/// For how long a run is one that has only begun.
const BEGINNING: Duration = Duration::from_secs(30);

/// The places for runs.
#[derive(Debug)]
pub(super) struct Places {
    quick: Semaphore,
    slow: Semaphore,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            quick: Semaphore::new(QUICK),
            slow: Semaphore::new(SLOW),
        }
    }
}

impl Places {
    /// Does this work once there is a place for it, first come, first served.
    pub(super) async fn take<T>(&self, work: impl Future<Output = T>) -> T {
        let place = self.quick.acquire().await.ok();
        let mut work = pin!(work);
        if let Ok(done) = timeout(BEGINNING, work.as_mut()).await {
            return done;
        }
        // Where there is no slow place it keeps the one that it has, until there is.
        let _slow = tokio::select! {
            done = work.as_mut() => return done,
            slow = self.slow.acquire() => slow,
        };
        drop(place);
        work.await
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;

    use tokio::time::{Instant, sleep};

    use super::*;

    /// How long it takes until something quick has had its turn behind so many that never end.
    async fn waited_behind(endless: usize) -> Option<Duration> {
        let places = Arc::new(Places::default());
        for _ in 0..endless {
            let places = Arc::clone(&places);
            tokio::spawn(async move { places.take(pending::<()>()).await });
            // It asks for its place before the next one does.
            tokio::task::yield_now().await;
        }
        let began = Instant::now();
        let quick = timeout(Duration::from_hours(24), places.take(async {}));
        quick.await.is_ok().then(|| began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_ends_keeps_others_waiting_for_a_while_at_most() {
        for (endless, turns) in [
            (0, Some(0)),
            (QUICK - 1, Some(0)),
            (QUICK, Some(1)),
            (3 * QUICK, Some(3)),
            (SLOW + QUICK - 1, Some(4)),
            (SLOW + QUICK, None),
        ] {
            let waited = waited_behind(endless).await;
            assert_eq!(waited, turns.map(|turns| turns * BEGINNING), "{endless}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_place_that_comes_free_is_taken() {
        let places = Arc::new(Places::default());
        let long = Duration::from_hours(1);
        for number in 0..SLOW + QUICK {
            let places = Arc::clone(&places);
            let work = async move {
                if number >= SLOW {
                    pending::<()>().await;
                }
                sleep(long).await;
            };
            tokio::spawn(async move { places.take(work).await });
            tokio::task::yield_now().await;
        }
        let began = Instant::now();
        let quick = timeout(Duration::from_hours(24), places.take(async {}));
        quick.await.unwrap();
        assert_eq!(began.elapsed(), long);
    }
}
