//! How much of the database the program's own statements visit, by the database's own count.
//!
//! PostgreSQL counts rows read from tables and index entries read. SQLite counts no rows, but the steps of its
//! virtual machine, of which each row takes the same few: what visits more rows takes more steps.

use std::collections::BTreeMap;
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

/// Rows of each table that was read through, and entries of each index.
const ROWS: &str =
    "SELECT relname::TEXT AS name, CAST(seq_tup_read AS BIGINT) AS n FROM pg_stat_user_tables
        WHERE relname NOT LIKE 'seaql%'
    UNION ALL SELECT indexrelname::TEXT, CAST(idx_tup_read AS BIGINT) FROM pg_stat_user_indexes";

/// How many of the most visited tables and indexes are named.
const NAMED: usize = 6;

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
        Kind::Sqlite => BTreeMap::new(),
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
        Kind::Postgres => tell(&rows_so_far(store, name).await?, &before)?,
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

/// How many rows were visited in all; says of which tables and indexes most were.
fn tell(after: &BTreeMap<String, i64>, before: &BTreeMap<String, i64>) -> Outcome<u64> {
    let visited = after
        .iter()
        .map(|(name, rows)| (rows - before.get(name).unwrap_or(&0), name.as_str()));
    let mut visited: Vec<_> = visited.collect();
    visited.sort_unstable_by(|a, b| b.cmp(a));
    let most: Vec<_> = visited
        .iter()
        .take(NAMED)
        .map(|(rows, name)| format!("{name} {rows}"))
        .collect();
    eprintln!("  visited most: {}", most.join(", "));
    Ok(u64::try_from(
        visited.iter().map(|(rows, _)| rows).sum::<i64>(),
    )?)
}

async fn rows_so_far(store: &Store, name: &str) -> Outcome<BTreeMap<String, i64>> {
    let url = store.url(name);
    loop {
        let connection = Database::connect(&url).await?;
        let others = number(&connection, OTHERS).await?;
        let mut found = BTreeMap::new();
        for row in query(&connection, ROWS).await? {
            found.insert(row.try_get("", "name")?, row.try_get("", "n")?);
        }
        connection.close().await?;
        if others == 0 {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn number(connection: &DatabaseConnection, sql: &str) -> Outcome<i64> {
    let rows = query(connection, sql).await?;
    Ok(rows.first().ok_or("no row")?.try_get("", "n")?)
}
