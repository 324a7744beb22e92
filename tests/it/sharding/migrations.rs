//! The migrations where Citus is at hand, played by a stand-in that notes what it is asked for and which tables
//! there are by then.

use migration::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, FromQueryResult, Statement};
use sea_orm_migration::MigratorTrait;

use crate::support::TestApp;

/// A function with the name and the arguments of Citus' own.
const STAND_IN: &str = "
CREATE SCHEMA notes;
CREATE TABLE notes.calls (
    number bigint GENERATED ALWAYS AS IDENTITY, name text, by_column text, beside text, mode text, tables text[]
);
CREATE FUNCTION create_distributed_table(
    name regclass, by_column text, distribution_type text DEFAULT 'hash', colocate_with text DEFAULT 'default'
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO notes.calls (name, by_column, beside, mode, tables)
    SELECT name::text, by_column, colocate_with, current_setting('citus.multi_shard_modify_mode', true),
        (SELECT array_agg(relname::text) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')
$$";

const CALLS: &str = "
SELECT name, by_column, beside, mode, array_length(tables, 1) AS tables,
    (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = name::regclass
        AND confrelid NOT IN (SELECT earlier.name::regclass FROM notes.calls earlier WHERE earlier.number < calls.number)
    ) AS dangling
FROM notes.calls ORDER BY number";

const TABLES: &str = "
SELECT relname::text AS name FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'seaql_migrations' ORDER BY 1";

/// What Citus was asked for.
#[derive(Debug, PartialEq, FromQueryResult)]
struct Call {
    name: String,
    by_column: String,
    beside: String,
    mode: Option<String>,
    /// How many tables there were by then, the migrations' own among them.
    tables: i32,
    /// How many foreign keys led to tables that were not distributed yet.
    dangling: i64,
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

async fn all<R: FromQueryResult>(db: &DatabaseConnection, sql: &str) -> Vec<R> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    R::find_by_statement(statement).all(db).await.unwrap()
}

async fn table_names(db: &DatabaseConnection) -> Vec<String> {
    let tables: Vec<Named> = all(db, TABLES).await;
    tables.into_iter().map(|table| table.name).collect()
}

#[tokio::test]
async fn each_table_is_distributed_straight_after_it_was_made() {
    let app = TestApp::on_postgres().await;
    let db = app.behind_its_back();
    let tables = table_names(db).await;
    Migrator::down(db, None).await.unwrap();
    db.execute_unprepared(STAND_IN).await.unwrap();
    Migrator::up(db, None).await.unwrap();
    let calls: Vec<Call> = all(db, CALLS).await;
    let mut distributed: Vec<_> = calls.iter().map(|call| call.name.clone()).collect();
    distributed.sort();
    assert_eq!(distributed, tables);
    for (call, number) in calls.iter().zip(1..) {
        let beside = if call.name == "shops" {
            "none"
        } else {
            "shops"
        };
        assert_eq!(
            (call.by_column.as_str(), call.beside.as_str()),
            ("shop_id", beside)
        );
        assert_eq!(call.mode.as_deref(), Some("sequential"), "{call:?}");
        assert_eq!(call.tables, number + 1, "{call:?}");
        assert_eq!(call.dangling, 0, "{call:?}");
    }
}

#[tokio::test]
async fn distributed_tables_are_dropped_and_made_again() {
    let app = TestApp::on_postgres().await;
    let db = app.behind_its_back();
    let tables = table_names(db).await;
    Migrator::down(db, None).await.unwrap();
    db.execute_unprepared(STAND_IN).await.unwrap();
    for _ in 0..2 {
        Migrator::up(db, None).await.unwrap();
        assert_eq!(table_names(db).await, tables);
        Migrator::down(db, None).await.unwrap();
        assert_eq!(table_names(db).await, [] as [String; 0]);
        db.execute_unprepared("DELETE FROM notes.calls")
            .await
            .unwrap();
    }
}
