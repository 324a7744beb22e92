//! The walk is not empty: what the program says of each table does come by, from this process and from others.

use std::process::Command;

use cashable::graphql::webhook_message;
use cashable::ledger::{
    self, Author, CreateToken, DisconnectSource, RemoveWebhookEndpoint, Repair, touch_token,
};
use cashable::reports::{self, PageRequest, Scope};
use cashable::sync::{self, NewSource};
use cashable::webhooks;
use entity::words::{Role, StatusActor, SyncTrigger, WebhookEvent};
use serde_json::json;

use crate::support::TestApp;
use crate::support::shop::{Shop, order};

/// What is said of each table at least. Rows that are stored whole are changed by INSERT … ON CONFLICT.
#[rustfmt::skip]
const SAID: &[(&str, &[&str])] = &[
    ("shops", &["INSERT", "SELECT", "UPDATE"]),
    ("status_mappings", &["INSERT", "SELECT"]),
    ("affiliates", &["INSERT", "SELECT", "UPDATE"]),
    ("orders", &["INSERT", "SELECT"]),
    ("affiliate_transactions", &["INSERT", "SELECT", "UPDATE"]),
    ("unsettled_transactions", &["INSERT", "SELECT", "UPDATE", "DELETE"]),
    ("status_changes", &["INSERT", "SELECT"]),
    ("sync_runs", &["INSERT", "SELECT"]),
    ("sync_leases", &["INSERT", "SELECT", "UPDATE", "DELETE"]),
    ("sync_failures", &["INSERT", "SELECT"]),
    ("kpi_days", &["INSERT", "SELECT", "DELETE"]),
    ("kpi_months", &["INSERT", "SELECT", "DELETE"]),
    ("access_tokens", &["INSERT", "SELECT", "UPDATE"]),
    ("idempotency_keys", &["INSERT", "SELECT", "DELETE"]),
    ("order_sources", &["INSERT", "SELECT", "UPDATE", "DELETE"]),
    ("finished_runs", &["INSERT", "SELECT"]),
    ("webhook_endpoints", &["INSERT", "SELECT", "UPDATE", "DELETE"]),
];

#[tokio::test]
async fn what_is_said_of_each_table_comes_by() {
    let app = TestApp::on_postgres().await;
    say_something_of_each_table(&app).await;
    let Some(statements) = app.statements().await else {
        return;
    };
    for (table, verbs) in SAID {
        for verb in *verbs {
            let is_said = statements.iter().any(|it| says(it, verb, table));
            assert!(is_said, "no {verb} of {table} came by");
        }
    }
}

#[tokio::test]
async fn what_another_process_says_comes_by() {
    let app = TestApp::on_postgres().await;
    let listed = Command::new(env!("CARGO_BIN_EXE_cashable"))
        .args(["shop", "list"])
        .env("CASHABLE_DATABASE_URL", app.url())
        .output();
    assert!(listed.unwrap().status.success());
    if let Some(statements) = app.statements().await {
        let is_said = statements.iter().any(|it| says(it, "SELECT", "shops"));
        assert!(is_said, "{statements:#?}");
    }
}

#[tokio::test]
async fn what_a_test_says_behind_the_programs_back_does_not() {
    let app = TestApp::on_postgres().await;
    let rows = "SELECT name FROM \"shops\"";
    sea_orm::ConnectionTrait::execute_unprepared(app.behind_its_back(), rows)
        .await
        .unwrap();
    let statements = app.statements().await.unwrap_or_default();
    assert!(!statements.iter().any(|it| it == rows), "{statements:#?}");
}

fn says(statement: &str, verb: &str, table: &str) -> bool {
    let named = |before: &str| statement.contains(&format!("{before} \"{table}\""));
    statement.starts_with(verb)
        && match verb {
            "INSERT" => named("INTO"),
            "UPDATE" => named("UPDATE"),
            _ => named("FROM"),
        }
}

async fn say_something_of_each_table(app: &TestApp) {
    let shop = Shop::open(app).await;
    let admin = Author::new(StatusActor::Admin, "Olga");
    shop.map("api", &[("paid", "COMPLETE")]).await;
    shop.import(json!([
        order("1", "paid", json!({})),
        order("2", "new", json!({}))
    ]))
    .await;
    let run = shop.settle().await;
    let token = CreateToken {
        name: "desk".to_owned(),
        role: Role::Admin,
        affiliate_id: None,
        expires_at: None,
    };
    let token = ledger::write(app, shop.id, &admin, &token).await.unwrap();
    touch_token(app, &token.token).await.unwrap();
    let once = admin.once(token.token.id, Some("key".to_owned()));
    ledger::write(app, shop.id, &once, &Repair).await.unwrap();
    let db = app.database.reader();
    let row = reports::find_shop(db, shop.id).await.unwrap().unwrap();
    reports::audit(db, &row).await.unwrap();
    let page = PageRequest::default();
    let failures = reports::list_failures(db, shop.id, run.id, &page).await;
    assert_eq!(failures.unwrap().rows, []);
    let found = reports::find_token(db, shop.id, token.token.id).await;
    assert!(found.unwrap().is_some());
    ask_a_platform(&shop).await;
    tell_an_endpoint(&shop).await;
    let anna = reports::find_affiliate_by_code(db, Scope::shop(shop.id), "anna").await;
    assert!(anna.unwrap().is_some());
}

/// Connects a platform, asks it in vain, and forgets it.
async fn ask_a_platform(shop: &Shop<'_>) {
    let admin = Author::new(StatusActor::Admin, "Olga");
    let new = NewSource {
        kind: "woocommerce".to_owned(),
        address: Some("http://127.0.0.1:1".to_owned()),
        account: Some("ck".to_owned()),
        secret: Some("cs".to_owned()),
        ..NewSource::default()
    };
    let source = sync::connect_source(shop.app, shop.id, &admin, new);
    let source_id = source.await.unwrap().id;
    let queued = sync::request(shop.app, shop.id, &admin, SyncTrigger::Manual, false).await;
    let run = sync::run(shop.app, queued.unwrap().run, false, &|_| {}).await;
    assert!(run.unwrap().error.is_some());
    let forget = DisconnectSource { source_id };
    ledger::write(shop.app, shop.id, &admin, &forget)
        .await
        .unwrap();
}

/// Adds an endpoint, tells it in vain, and forgets it.
async fn tell_an_endpoint(shop: &Shop<'_>) {
    let admin = Author::new(StatusActor::Admin, "Olga");
    let events = vec![WebhookEvent::SyncFinished];
    let new = webhooks::new_endpoint(shop.app, shop.id, "http://127.0.0.1:1/", events).unwrap();
    let made = ledger::write(shop.app, shop.id, &admin, &new.change).await;
    let id = made.unwrap().id;
    ask_a_platform(shop).await;
    webhooks::deliver_once(shop.app, webhook_message)
        .await
        .unwrap();
    let found = reports::list_webhook_endpoints(shop.app.database.reader(), shop.id).await;
    assert_eq!(found.unwrap()[0].failures, 1);
    let forget = RemoveWebhookEndpoint { id };
    ledger::write(shop.app, shop.id, &admin, &forget)
        .await
        .unwrap();
}
