//! After a load of rows PostgreSQL plans by what it knew of the tables before, for a minute or so. A new
//! shop with many rows looks empty to it then, and joins of its rows take the square of their number. So
//! whoever has just written much, or is about to work through much, has it look again.

use sea_orm::{ConnectionTrait, DbBackend};

use crate::app::App;

/// The tables that are joined over many rows.
const TABLES: [&str; 4] = [
    "orders",
    "affiliate_transactions",
    "unsettled_transactions",
    "status_changes",
];

/// Has PostgreSQL look at how its tables are filled. Nothing depends on it but speed, so that a failure
/// (the user may not own the tables) is only logged.
pub async fn refresh_statistics(app: &App) {
    if app.database.backend() != DbBackend::Postgres {
        return;
    }
    for table in TABLES {
        let analyze = format!("ANALYZE {table}");
        if let Err(cause) = app.database.writer().execute_unprepared(&analyze).await {
            tracing::debug!(table, %cause, "PostgreSQL's statistics were not refreshed");
        }
    }
}
