//! The schema as the databases see it: it goes up and down, its keys begin with the shop, and a program
//! refuses one that is not its own.

use cashable::app::App;
use cashable::ledger::{self, Author, CreateToken, NewShop};
use entity::idempotency_key;
use entity::words::{Role, StatusActor};
use migration::Migrator;
use sea_orm::{DbBackend, EntityTrait, FromQueryResult, IntoActiveModel, Statement};
use sea_orm_migration::MigratorTrait;
use uuid::Uuid;

use crate::support::{START, TestApp, on_both};

on_both!(
    migrations_run_up_and_down_and_up_again,
    every_table_is_keyed_by_shop_first,
    every_index_and_foreign_key_begins_with_the_shop,
    a_database_with_migrations_pending_is_refused,
    keys_that_were_kept_stay_when_callers_need_no_token,
);

async fn migrations_run_up_and_down_and_up_again(app: TestApp) {
    let before = keys(&app).await;
    let writer = app.database.writer();
    Migrator::down(writer, None).await.unwrap();
    assert_eq!(keys(&app).await, []);
    Migrator::up(writer, None).await.unwrap();
    assert_eq!(keys(&app).await, before);
}

async fn every_table_is_keyed_by_shop_first(app: TestApp) {
    let keys = keys(&app).await;
    let tables: Vec<_> = of_kind(&keys, "table").collect();
    let primary: Vec<_> = of_kind(&keys, "primary").collect();
    assert!(
        tables.len() >= 14,
        "only {} tables were found",
        tables.len()
    );
    assert!(
        tables
            .iter()
            .map(|key| &key.on_table)
            .eq(primary.iter().map(|key| &key.on_table))
    );
    assert_begin_with_shop(primary);
}

async fn every_index_and_foreign_key_begins_with_the_shop(app: TestApp) {
    let keys = keys(&app).await;
    for kind in ["unique", "index", "foreign", "referenced"] {
        assert!(
            of_kind(&keys, kind).count() > 0,
            "no key of kind {kind} was found"
        );
        assert_begin_with_shop(of_kind(&keys, kind));
    }
}

async fn a_database_with_migrations_pending_is_refused(app: TestApp) {
    Migrator::down(app.database.writer(), Some(1))
        .await
        .unwrap();
    let refusal = App::open(&app.url(), app.clock.clone()).await.unwrap_err();
    assert!(
        refusal.to_string().contains("cashable migrate up"),
        "{refusal}"
    );
}

async fn keys_that_were_kept_stay_when_callers_need_no_token(app: TestApp) {
    let writer = app.database.writer();
    let new = NewShop {
        name: "Tea".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    let shop_id = ledger::create_shop(&app, &new).await.unwrap().shop_id;
    let create = CreateToken {
        name: "Ada".to_owned(),
        role: Role::Admin,
        affiliate_id: None,
        expires_at: None,
    };
    let author = Author::new(StatusActor::Admin, "test");
    let made = ledger::write(&app, shop_id, &author, &create).await;
    let key_of = |token_id| idempotency_key::Model {
        shop_id,
        token_id,
        key: "k".to_owned(),
        request_hash: "hash".to_owned(),
        answer: "{}".to_owned(),
        created_at: START,
    };
    let (of_token, of_other) = (key_of(made.unwrap().token.id), key_of(Uuid::from_u128(7)));
    let insert = async |key: &idempotency_key::Model| {
        let insert = idempotency_key::Entity::insert(key.clone().into_active_model());
        insert.exec_without_returning(app.behind_its_back()).await
    };
    let kept = async || {
        let mut kept = idempotency_key::Entity::find()
            .all(app.behind_its_back())
            .await
            .unwrap();
        kept.sort_by_key(|key| key.token_id);
        kept
    };
    let migrations = Migrator::migrations();
    let before = migrations
        .iter()
        .take_while(|it| !it.name().ends_with("keys_of_callers"));
    let back_to_tokens_alone = u32::try_from(migrations.len() - before.count()).unwrap();
    Migrator::down(writer, Some(back_to_tokens_alone))
        .await
        .unwrap();
    insert(&of_token).await.unwrap();
    insert(&of_other).await.unwrap_err();
    Migrator::up(writer, None).await.unwrap();
    assert_eq!(kept().await, std::slice::from_ref(&of_token));
    insert(&of_other).await.unwrap();
    assert_eq!(kept().await, [of_other.clone(), of_token.clone()]);
    Migrator::down(writer, Some(back_to_tokens_alone))
        .await
        .unwrap();
    assert_eq!(kept().await, []);
    insert(&of_token).await.unwrap();
    insert(&of_other).await.unwrap_err();
}

/// The first column of a key; for a table, its name alone.
#[derive(Debug, PartialEq, FromQueryResult)]
struct Key {
    kind: String,
    on_table: String,
    name: String,
    first_column: Option<String>,
}

fn of_kind<'a>(keys: &'a [Key], kind: &'a str) -> impl Iterator<Item = &'a Key> {
    keys.iter().filter(move |key| key.kind == kind)
}

fn assert_begin_with_shop<'a>(keys: impl IntoIterator<Item = &'a Key>) {
    for key in keys {
        assert_eq!(key.first_column.as_deref(), Some("shop_id"), "{key:?}");
    }
}

/// Every table but the migrations' own, with its keys, in a stable order.
async fn keys(app: &TestApp) -> Vec<Key> {
    let sql = match app.database.backend() {
        DbBackend::Postgres => POSTGRES_KEYS,
        _ => SQLITE_KEYS,
    };
    let statement = Statement::from_string(app.database.backend(), sql);
    let keys = Key::find_by_statement(statement).all(app.behind_its_back());
    keys.await.unwrap()
}

const POSTGRES_KEYS: &str = "
WITH tables AS (
    SELECT oid, relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'seaql_migrations'
), keys AS (
    SELECT 'table' AS kind, oid AS on_oid, relname AS name, oid AS column_of, NULL::int2 AS first FROM tables
    UNION ALL
    SELECT CASE WHEN indisprimary THEN 'primary' WHEN indisunique THEN 'unique' ELSE 'index' END,
        indrelid, indexrelid::regclass::name, indrelid, indkey[0]
    FROM pg_index WHERE indrelid IN (SELECT oid FROM tables)
    UNION ALL
    SELECT 'foreign', conrelid, conname, conrelid, conkey[1] FROM pg_constraint WHERE contype = 'f'
    UNION ALL
    SELECT 'referenced', conrelid, conname, confrelid, confkey[1] FROM pg_constraint WHERE contype = 'f'
)
SELECT kind, relname::text AS on_table, name::text AS name, attname::text AS first_column
FROM keys JOIN tables ON tables.oid = on_oid
LEFT JOIN pg_attribute ON attrelid = column_of AND attnum = first
ORDER BY kind, on_table, name";

const SQLITE_KEYS: &str = "
WITH tables AS (
    SELECT name FROM sqlite_schema
    WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations'
)
SELECT 'table' AS kind, name AS on_table, name, NULL AS first_column FROM tables
UNION ALL
SELECT 'primary', tables.name, tables.name, columns.name
FROM tables, pragma_table_info(tables.name) AS columns WHERE columns.pk = 1
UNION ALL
SELECT CASE WHEN indexes.\"unique\" THEN 'unique' ELSE 'index' END, tables.name, indexes.name,
    (SELECT name FROM pragma_index_info(indexes.name) WHERE seqno = 0)
FROM tables, pragma_index_list(tables.name) AS indexes WHERE indexes.origin <> 'pk'
UNION ALL
SELECT 'foreign', tables.name, CAST(keys.id AS TEXT), keys.\"from\"
FROM tables, pragma_foreign_key_list(tables.name) AS keys WHERE keys.seq = 0
UNION ALL
SELECT 'referenced', tables.name, CAST(keys.id AS TEXT), keys.\"to\"
FROM tables, pragma_foreign_key_list(tables.name) AS keys WHERE keys.seq = 0
ORDER BY kind, on_table, 3";
