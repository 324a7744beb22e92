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

use super::ways::{Caller, WAYS, Way};
use super::{Answer, PLAIN, Server, admin};
use crate::support::served::Served;
use crate::support::socket::Socket;
use crate::support::{TestApp, on_both};

on_both!(
    who_finds_no_place_is_told_to_come_back,
    nobody_finds_a_place_on_any_way,
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

async fn nobody_finds_a_place_on_any_way(app: TestApp) {
    let mut settings = Settings::default();
    settings.work.max_concurrent = 1;
    settings.work.turn_seconds = SHORT;
    let (_, bearer) = admin(&app, None).await;
    let served = Served::start(&app, settings).await;
    let caller = Caller {
        server: &served,
        bearer: &bearer,
    };
    let kept = keep_writers_out(&app).await;
    let asking = async {
        let mut told = caller.ask(Way::Post, PLAIN).await;
        while told.code().is_null() {
            told = caller.ask(Way::Post, PLAIN).await;
        }
        for way in WAYS {
            let told = caller.ask(way, PLAIN).await;
            assert_eq!(told.code(), "RATE_LIMITED", "{way:?}: {told:?}");
            assert_eq!(told.extensions()["retryAfter"], 1);
            if let Way::Post | Way::Link = way {
                assert_eq!(told.status, Some(StatusCode::SERVICE_UNAVAILABLE));
                assert_eq!(told.retry_after.as_deref(), Some("1"));
            }
        }
        kept.rollback().await.unwrap();
    };
    let (told, ()) = tokio::join!(caller.ask(Way::Post, CREATE), asking);
    told.assert_data();
    for way in WAYS {
        caller.ask(way, PLAIN).await.assert_data();
    }
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
async fn a_query_that_takes_too_long_is_given_up_on_every_way() {
    let app = TestApp::on_postgres().await;
    let mut settings = Settings::default();
    settings.work.operation_seconds = SHORT;
    settings.work.max_concurrent = 1;
    settings.work.turn_seconds = LONG;
    let (_, bearer) = admin(&app, None).await;
    let served = Served::start(&app, settings).await;
    let caller = Caller {
        server: &served,
        bearer: &bearer,
    };
    let kept = keep_readers_out(&app).await;
    for way in WAYS {
        let told = caller.ask(way, ORDERS).await;
        assert_eq!(told.code(), "TIMEOUT", "{way:?}: {told:?}");
        if let Way::Post | Way::Link = way {
            assert_eq!(told.status, Some(StatusCode::GATEWAY_TIMEOUT));
        }
        caller.ask(way, PLAIN).await.assert_data();
    }
    kept.rollback().await.unwrap();
    for way in WAYS {
        caller.ask(way, ORDERS).await.assert_data();
    }
}

/// Whoever asks what nobody answers, and then wants it no more, leaves the one place to others.
#[tokio::test]
async fn a_place_is_free_again_when_nobody_listens() {
    let app = TestApp::on_postgres().await;
    let mut settings = Settings::default();
    settings.work.max_concurrent = 1;
    settings.work.turn_seconds = LONG;
    settings.work.operation_seconds = LONG * 5;
    let (_, bearer) = admin(&app, None).await;
    let served = Served::start(&app, settings).await;
    let caller = Caller {
        server: &served,
        bearer: &bearer,
    };
    let _kept = keep_readers_out(&app).await;
    let is_taken = async || {
        while let Ok(told) = timeout(SHORT, caller.ask(Way::Post, PLAIN)).await {
            told.assert_data();
        }
    };
    let is_free = async || {
        let asked = timeout(LONG, caller.ask(Way::Post, PLAIN)).await;
        asked.unwrap().assert_data();
    };
    let mut socket = Socket::open(&served, &[]).await.unwrap();
    socket.enter(&bearer).await;
    socket.subscribe("1", ORDERS).await;
    is_taken().await;
    socket.send(json!({ "type": "complete", "id": "1" })).await;
    is_free().await;
    socket.subscribe("2", ORDERS).await;
    is_taken().await;
    drop(socket);
    is_free().await;
    for way in [Way::Post, Way::Link, Way::Events, Way::EventLink] {
        let hung_up = tokio::select! {
            told = caller.ask(way, ORDERS) => Some(told),
            () = is_taken() => None,
        };
        assert!(hung_up.is_none(), "{way:?}: {hung_up:?}");
        is_free().await;
    }
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
