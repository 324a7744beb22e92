//! How the program ends: it is asked once, begins nothing new from then on, and goes when the work that it
//! had begun is done.

use std::future::Future;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Asked once, heard by all clones.
///
/// The program has one, which syncs look at between two chunks, and which waits for mutations whose callers have
/// gone. A server puts its own into the extensions of each request, for those that are answered for hours: a
/// subscription ends when [`Stop::asked`] does, and a socket with 1001 when nothing else runs over it.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    token: CancellationToken,
    work: TaskTracker,
}

impl Stop {
    /// Asks for an end.
    pub fn ask(&self) {
        self.token.cancel();
    }

    /// Whether somebody has asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Waits until somebody asks.
    pub fn asked(&self) -> impl Future<Output = ()> + Send + use<> {
        self.token.clone().cancelled_owned()
    }

    /// Begins work that the end waits for, whether or not anybody waits for what comes of it.
    pub fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.work.spawn(work)
    }

    /// Waits until the work that was begun is done.
    pub async fn done(&self) {
        self.work.close();
        self.work.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_clones_hear_it_and_the_end_waits_for_work() {
        let stop = Stop::default();
        let (heard, other) = (stop.asked(), stop.clone());
        stop.spawn(async move { other.asked().await });
        assert!(!stop.is_asked());
        stop.clone().ask();
        assert!(stop.is_asked());
        heard.await;
        stop.done().await;
    }
}
