//! Tables over several servers: where the database has the Citus extension, each table is distributed by
//! its shop as soon as it is made, so that the same migrations serve one server and many (DESIGN §4).
//!
//! Right after its CREATE TABLE a table is empty, and Citus has no rows to move. Foreign keys between
//! distributed tables need the rows of one shop to lie together, and the table that they lead to must be
//! distributed before the one that they come from. So every table goes where `shops` went. The
//! bookkeeping of the migrations themselves, `seaql_migrations`, has no shop and stays local.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

/// Citus works on the parts of a table over several connections. A foreign key, or a second look at the
/// same table, would then miss what another connection has not committed, and Citus refuses that in one
/// transaction unless told to keep to one connection. Without Citus the setting is a name that means nothing.
const ONE_CONNECTION: &str = "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'";

/// Whether the extension is in this database and not only on its server: then its function is in sight.
const HAS_CITUS: &str = "SELECT EXISTS (SELECT 1 FROM pg_proc \
    WHERE proname = 'create_distributed_table' AND pg_function_is_visible(oid)) AS has_citus";

/// Makes a table, distributed by its shop where the database has Citus. Every migration makes its tables so.
pub(crate) async fn create_table(
    manager: &SchemaManager<'_>,
    table: TableCreateStatement,
) -> Result<(), DbErr> {
    let distribute = distribution_of(&table)?;
    let has_citus = has_citus(manager).await?;
    if has_citus {
        run(manager, ONE_CONNECTION).await?;
    }
    manager.create_table(table).await?;
    if has_citus {
        run(manager, &distribute).await?;
    }
    Ok(())
}

/// Drops a table and, where it is distributed, its parts on all servers.
pub(crate) async fn drop_table(manager: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    if has_citus(manager).await? {
        run(manager, ONE_CONNECTION).await?;
    }
    let drop = Table::drop().table(Alias::new(name)).to_owned();
    manager.drop_table(drop).await
}

/// `shops` begins a group of its own, whatever else is distributed in the database.
fn distribution_of(table: &TableCreateStatement) -> Result<String, DbErr> {
    let Some(name) = table.get_table_name().map(TableRef::sea_orm_table) else {
        return Err(DbErr::Migration("a table without a name".to_owned()));
    };
    let beside = match name.inner().as_ref() {
        "shops" => "none",
        _ => "shops",
    };
    Ok(format!(
        "SELECT create_distributed_table('{name}', 'shop_id', colocate_with => '{beside}')"
    ))
}

async fn has_citus(manager: &SchemaManager<'_>) -> Result<bool, DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(false);
    }
    let question = Statement::from_string(DbBackend::Postgres, HAS_CITUS);
    let answer = manager.get_connection().query_one_raw(question).await?;
    answer.map_or(Ok(false), |row| row.try_get("", "has_citus"))
}

/// Executes what no builder says.
pub(crate) async fn run(manager: &SchemaManager<'_>, statement: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared(statement).await.map(drop)
}
