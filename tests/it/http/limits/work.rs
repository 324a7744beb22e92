//! How much is worked on at a time and for how long: who finds no place is told to come back, a query that takes
//! too long is given up, and a mutation that has begun is seen through.

use std::time::Duration;

use axum::http::{StatusCode, header};
use cashable::app::App;
use cashable::database::Database;
use cashable::http::Settings;
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::{Answer, PLAIN, Server, admin};
use crate::support::{TestApp, on_both};

on_both!(
    who_finds_no_place_is_told_to_come_back,
    a_mutation_that_takes_too_long_goes_on,
    a_mutation_goes_on_when_its_caller_hangs_up,
);

const CREATE: &str = r#"mutation { createAffiliate(input: { code: "anna", idempotencyKey: "k" }) { affiliate { code } userErrors { code } } }"#;
/// Long enough for a machine that is busy, where something has to happen; short, where nothing can.
const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(200);

async fn server(app: &TestApp, settings: &Settings) -> Server {
    let (_, bearer) = admin(app, None).await;
    Server::new(app, settings, bearer)
}

/// Keeps every writer out of the shop.
async fn keep_writers_out(app: &TestApp) -> DatabaseTransaction {
    let kept = app.behind_its_back().begin().await.unwrap();
    let lock = "UPDATE shops SET revision = revision";
    kept.execute_unprepared(lock).await.unwrap();
    kept
}

async fn asked_again(server: &Server) -> Answer {
    timeout(LONG, server.ask(CREATE)).await.unwrap()
}

fn assert_created(answer: &Answer) {
    let payload = json!({ "affiliate": { "code": "anna" }, "userErrors": [] });
    assert_eq!(
        answer.json()["data"]["createAffiliate"],
        payload,
        "{}",
        answer.text
    );
}

async fn who_finds_no_place_is_told_to_come_back(app: TestApp) {
    let mut settings = Settings::default();
    settings.work.max_concurrent = 2;
    settings.work.turn_seconds = SHORT;
    let server = server(&app, &settings).await;
    let kept = keep_writers_out(&app).await;
    let first = tokio::spawn({
        let server = server.clone();
        async move { server.ask(CREATE).await }
    });
    // One place is taken, and there is one more.
    for _ in 0..3 {
        sleep(SHORT / 4).await;
        server.ask(PLAIN).await.assert_data();
    }
    let second = tokio::spawn({
        let server = server.clone();
        async move { server.ask(CREATE).await }
    });
    let refused = loop {
        let answer = server.ask(PLAIN).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
    };
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::SERVICE_UNAVAILABLE, "RATE_LIMITED".into())
    );
    assert_eq!(refused.header(header::RETRY_AFTER), "1");
    kept.rollback().await.unwrap();
    for answer in [first, second] {
        assert_created(&timeout(LONG, answer).await.unwrap().unwrap());
    }
    server.ask(PLAIN).await.assert_data();
}

async fn a_mutation_that_takes_too_long_goes_on(app: TestApp) {
    let mut settings = Settings::default();
    settings.work.operation_seconds = SHORT;
    let server = server(&app, &settings).await;
    let kept = keep_writers_out(&app).await;
    let answer = server.ask(CREATE).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::GATEWAY_TIMEOUT, "TIMEOUT".into())
    );
    assert!(answer.message().contains("goes on"), "{}", answer.message());
    assert_eq!(answer.json().get("data"), None);
    kept.rollback().await.unwrap();
    // Whoever asks again with the same key gets the outcome of what was asked first.
    let patient = Server::new(&app, &Settings::default(), server.bearer.clone());
    assert_created(&asked_again(&patient).await);
    let found = patient.ask("{ affiliates { totalCount } }").await;
    assert_eq!(found.json()["data"]["affiliates"]["totalCount"], 1);
}

async fn a_mutation_goes_on_when_its_caller_hangs_up(app: TestApp) {
    let server = server(&app, &Settings::default()).await;
    let kept = keep_writers_out(&app).await;
    assert!(timeout(SHORT, server.ask(CREATE)).await.is_err());
    kept.rollback().await.unwrap();
    let created = async {
        let ask = "{ affiliateByCode(code: \"anna\") { code } }";
        while server.ask(ask).await.json()["data"]["affiliateByCode"].is_null() {
            sleep(SHORT / 20).await;
        }
    };
    timeout(LONG, created).await.unwrap();
}

/// Keeps readers from the orders, which only PostgreSQL can.
async fn keep_readers_out(app: &TestApp) -> DatabaseTransaction {
    let kept = app.behind_its_back().begin().await.unwrap();
    let lock = "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE";
    kept.execute_unprepared(lock).await.unwrap();
    kept
}

const ORDERS: &str = "{ ordersReport { nodes { number } } }";

#[tokio::test]
async fn a_query_that_takes_too_long_is_given_up() {
    let app = TestApp::on_postgres().await;
    let mut settings = Settings::default();
    settings.work.operation_seconds = SHORT;
    settings.work.max_concurrent = 1;
    settings.work.turn_seconds = LONG;
    let server = server(&app, &settings).await;
    let kept = keep_readers_out(&app).await;
    let answer = server.ask(ORDERS).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::GATEWAY_TIMEOUT, "TIMEOUT".into())
    );
    assert!(answer.message().contains("0.2 s"), "{}", answer.message());
    // Its place is free again.
    server.ask(PLAIN).await.assert_data();
    kept.rollback().await.unwrap();
    server.ask(ORDERS).await.assert_data();
}

#[tokio::test]
async fn the_database_ends_what_it_takes_too_long_to_read() {
    let app = TestApp::on_postgres().await;
    let (_, bearer) = admin(&app, None).await;
    let database = Database::connect_with(&app.url(), Some(SHORT))
        .await
        .unwrap();
    let limited = App::new(database, app.clock.clone());
    let server = Server::new(&limited, &Settings::default(), bearer);
    let kept = keep_readers_out(&app).await;
    let answer = timeout(LONG, server.ask(ORDERS)).await.unwrap();
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::OK, "TIMEOUT".into())
    );
    assert!(answer.json()["data"]["ordersReport"].is_null());
    assert!(
        answer.message().contains("took too long"),
        "{}",
        answer.message()
    );
    // Whoever writes may take longer.
    let wait = "SELECT pg_sleep(0.5)";
    limited
        .database
        .writer()
        .execute_unprepared(wait)
        .await
        .unwrap();
    kept.rollback().await.unwrap();
    server.ask(ORDERS).await.assert_data();
}
