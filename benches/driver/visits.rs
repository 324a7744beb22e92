//! How much of the database the program's own statements visit, by the database's own count.
//!
//! PostgreSQL counts rows read from tables and index entries read. SQLite counts no rows, but the steps of its
//! virtual machine, of which each row takes the same few: what visits more rows takes more steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Moment};

use cashable::app::App;
use entity::Instant;
use sea_orm::{Database, DatabaseConnection};

use crate::outcome::Outcome;
use crate::store::{Kind, Store, close, query};

/// How many steps of SQLite's machine are counted at a time.
const STEPS: i32 = 100;

const ROWS: &str = "SELECT CAST((SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables
        WHERE relname NOT LIKE 'seaql%')
    + (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes) AS BIGINT) AS n";

/// Whoever is still connected has yet to hand in its counts.
const OTHERS: &str = "SELECT count(*) AS n FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";

/// What some work took.
#[derive(Clone, Copy, Debug)]
pub struct Visits {
    /// Rows on PostgreSQL, steps on SQLite.
    pub count: u64,
    /// In seconds.
    pub seconds: f64,
}

/// What is counted.
pub fn unit(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "steps",
        Kind::Postgres => "rows",
    }
}

/// Does some work with the program over the database `name`, and counts.
pub async fn visits(
    store: &Store,
    name: &str,
    now: Instant,
    work: impl AsyncFnOnce(&App) -> Outcome<()>,
) -> Outcome<Visits> {
    let before = match store.kind {
        Kind::Sqlite => 0,
        Kind::Postgres => rows_so_far(store, name).await?,
    };
    let app = store.app(name, now).await?;
    let steps = Arc::new(AtomicU64::new(0));
    if store.kind == Kind::Sqlite {
        count_steps(app.database.reader(), &steps).await?;
        count_steps(app.database.writer(), &steps).await?;
    }
    let start = Moment::now();
    work(&app).await?;
    let seconds = start.elapsed().as_secs_f64();
    close(&app).await?;
    let count = match store.kind {
        Kind::Sqlite => steps.load(Ordering::Relaxed) * u64::from(STEPS.unsigned_abs()),
        Kind::Postgres => rows_so_far(store, name).await? - before,
    };
    Ok(Visits { count, seconds })
}

/// On every connection that the program has or will have.
async fn count_steps(database: &DatabaseConnection, steps: &Arc<AtomicU64>) -> Outcome<()> {
    let pool = database.get_sqlite_connection_pool();
    let mut held = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        let mut connection = pool.acquire().await?;
        let steps = Arc::clone(steps);
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(STEPS, move || {
            steps.fetch_add(1, Ordering::Relaxed);
            true
        });
        drop(handle);
        held.push(connection);
    }
    Ok(())
}

async fn rows_so_far(store: &Store, name: &str) -> Outcome<u64> {
    let url = store.url(name);
    loop {
        let connection = Database::connect(&url).await?;
        let others = number(&connection, OTHERS).await?;
        let rows = number(&connection, ROWS).await?;
        connection.close().await?;
        if others == 0 {
            return Ok(u64::try_from(rows)?);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn number(connection: &DatabaseConnection, sql: &str) -> Outcome<i64> {
    let rows = query(connection, sql).await?;
    Ok(rows.first().ok_or("no row")?.try_get("", "n")?)
}
