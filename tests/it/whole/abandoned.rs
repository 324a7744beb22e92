//! Callers who go away in the middle of beginning: whoever gets their connection next is served as ever.

use std::pin::pin;
use std::time::{Duration, Instant};

use cashable::error::Result;
use cashable::reports;
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::support::{TestApp, on_both};

on_both!(
    a_reading_that_is_abandoned_as_it_begins_leaves_no_trace,
    a_write_that_is_abandoned_as_it_begins_leaves_no_trace,
);

/// How many ask at a time afterwards: no more than an SQLite file has readers.
const CONNECTIONS: usize = 4;

/// When callers go away: after so many microseconds, by which most have begun.
fn moments() -> impl Iterator<Item = Duration> {
    (0..3_000).step_by(10).map(Duration::from_micros)
}

/// Begins and goes away after a while. What has begun by then must be good.
async fn abandon<T>(begun: impl Future<Output = Result<T>>, after: Duration) {
    let from = Instant::now();
    let mut begun = pin!(begun);
    while from.elapsed() < after {
        if let Some(begun) = begun.as_mut().now_or_never() {
            drop(begun.unwrap());
            break;
        }
        yield_now().await;
    }
}

async fn a_reading_that_is_abandoned_as_it_begins_leaves_no_trace(app: TestApp) {
    let database = &app.database;
    for moment in moments() {
        abandon(database.snapshot(), moment).await;
        // The connection goes back to its pool in a task of its own.
        sleep(Duration::from_millis(1)).await;
        let asked = (0..CONNECTIONS).map(|_| reports::find_shop(database.reader(), 1));
        for asked in join_all(asked).await {
            assert_eq!(asked.unwrap(), None);
        }
        let begun = (0..CONNECTIONS).map(|_| database.snapshot());
        for begun in join_all(begun).await {
            assert!(begun.is_ok(), "{moment:?}: {:?}", begun.err());
        }
    }
}

async fn a_write_that_is_abandoned_as_it_begins_leaves_no_trace(app: TestApp) {
    let database = &app.database;
    for moment in moments() {
        abandon(database.begin_write(), moment).await;
        let asked = reports::find_shop(database.writer(), 1).await;
        assert_eq!(asked.unwrap(), None);
        database.begin_write().await.unwrap();
    }
}
