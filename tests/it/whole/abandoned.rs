//! Callers who go away in the middle of beginning: whoever gets their connection next is served as ever.

use std::pin::pin;
use std::time::{Duration, Instant};

use cashable::error::Result;
use cashable::reports;
use futures_util::FutureExt;
use futures_util::future::join_all;
use sea_orm::DbBackend;
use tokio::task::yield_now;

use crate::support::{TestApp, on_both};

on_both!(
    a_reading_that_is_abandoned_as_it_begins_leaves_no_trace,
    a_write_that_is_abandoned_as_it_begins_leaves_no_trace,
);

/// Begins and goes away after some microseconds, fewer or more each time. What has begun by then must be good.
async fn abandon(work: impl AsyncFn() -> Result<()>) {
    for micros in (0..4_000).step_by(10) {
        let start = Instant::now();
        let mut doing = pin!(work());
        while start.elapsed() < Duration::from_micros(micros) {
            if let Some(done) = doing.as_mut().now_or_never() {
                done.unwrap();
                break;
            }
            yield_now().await;
        }
    }
}

async fn a_reading_that_is_abandoned_as_it_begins_leaves_no_trace(app: TestApp) {
    let database = &app.database;
    abandon(async || database.snapshot().await.map(drop)).await;
    // Whoever asks by a statement alone, and then in a snapshot, over whichever connection.
    let most = match database.backend() {
        DbBackend::Postgres => 16,
        // An SQLite file has as many readers at least.
        _ => 4,
    };
    let asked = (0..most).map(|_| reports::find_shop(database.reader(), 1));
    for asked in join_all(asked).await {
        assert_eq!(asked.unwrap(), None);
    }
    for begun in join_all((0..most).map(|_| database.snapshot())).await {
        begun.unwrap();
    }
}

async fn a_write_that_is_abandoned_as_it_begins_leaves_no_trace(app: TestApp) {
    let database = &app.database;
    abandon(async || database.begin_write().await.map(drop)).await;
    database.begin_write().await.unwrap();
}
