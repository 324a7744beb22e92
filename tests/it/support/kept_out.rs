//! Keeps others out of what they ask for, and tells when they have come to it.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, TransactionTrait};
use tokio::time::{sleep, timeout};

use super::TestApp;

/// Keeps every writer out of all shops, until what this answers is rolled back.
pub async fn keep_writers_out(app: &TestApp) -> DatabaseTransaction {
    keep_out(app, "UPDATE shops SET revision = revision").await
}

/// Keeps readers from the orders, which only PostgreSQL can.
pub async fn keep_readers_out(app: &TestApp) -> DatabaseTransaction {
    keep_out(app, "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE").await
}

async fn keep_out(app: &TestApp, lock: &str) -> DatabaseTransaction {
    let kept = app.behind_its_back().begin().await.unwrap();
    kept.execute_unprepared(lock).await.unwrap();
    kept
}

/// Waits until so many readers wait for the orders.
pub async fn until_readers_wait(kept: &DatabaseTransaction, count: usize) {
    let sql = "SELECT 1 FROM pg_locks WHERE relation = 'orders'::regclass AND NOT granted";
    let look = || Statement::from_string(kept.get_database_backend(), sql);
    let waited = async {
        while kept.query_all_raw(look()).await.unwrap().len() < count {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), waited).await.unwrap();
}
