//! After a load of rows PostgreSQL plans by what it knew of the tables before, for a minute or so. A new
//! shop with many rows looks empty to it then, and joins of its rows take the square of their number. So
//! whoever has just written much, or is about to work through much, has it look again.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::app::App;

/// Those of the tables that are joined over many rows which are half as large again as when they were looked at. To
/// look at large ones takes seconds, and a run that did so each time would do little else. On Citus they look empty
/// here, and are always looked at.
const OUTGROWN: &str = "SELECT relname FROM pg_catalog.pg_class
    WHERE oid IN ('orders'::regclass, 'affiliate_transactions'::regclass, 'unsettled_transactions'::regclass,
        'status_changes'::regclass)
    AND (pg_relation_size(oid) = 0
        OR 2 * pg_relation_size(oid) > 3 * relpages * current_setting('block_size')::bigint)";

/// Has PostgreSQL look at how its tables are filled, where they have outgrown what it knows. Nothing depends on
/// it but speed, so that a failure (the user may not own the tables) is only logged.
pub async fn refresh_statistics(app: &App) {
    if app.database.backend() != DbBackend::Postgres {
        return;
    }
    if let Err(cause) = look_again(app).await {
        tracing::debug!(%cause, "PostgreSQL's statistics were not refreshed");
    }
}

async fn look_again(app: &App) -> Result<(), DbErr> {
    let db = app.database.writer();
    let outgrown = Statement::from_string(DbBackend::Postgres, OUTGROWN);
    for row in db.query_all_raw(outgrown).await? {
        let table: String = row.try_get("", "relname")?;
        db.execute_unprepared(&format!("ANALYZE {table}")).await?;
    }
    Ok(())
}
