//! Whether it lives, whether it can answer, and what is counted of it.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use cashable::app::App;
use cashable::http::{FigureSettings, Settings};
use cashable::reports::list_syncs;
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use serde_json::{Value, json};

use super::process::Process;
use super::wire::{exchange, question};
use super::{Answer, admin, post, send};
use crate::support::shop::Shop;
use crate::support::{TestApp, on_both};

on_both!(
    syncs_are_as_old_as_their_last_success,
    ready_means_a_database_that_answers_and_is_migrated,
    figures_tell_how_it_goes,
);

async fn look(app: &App, path: &str) -> (StatusCode, Value) {
    let answer: Answer = send(app, Request::get(path).body(Body::empty()).unwrap()).await;
    (answer.status, answer.json())
}

fn not_ready(reason: &str) -> (StatusCode, Value) {
    let told = json!({ "status": "not ready", "reason": reason });
    (StatusCode::SERVICE_UNAVAILABLE, told)
}

async fn ready_means_a_database_that_answers_and_is_migrated(app: TestApp) {
    let ready = (StatusCode::OK, json!({ "status": "ready" }));
    let alive = (StatusCode::OK, json!({ "status": "ok" }));
    assert_eq!(look(&app, "/ready").await, ready);
    Migrator::down(app.database.writer(), Some(1))
        .await
        .unwrap();
    assert_eq!(
        look(&app, "/ready").await,
        not_ready("the database has migrations pending")
    );
    Migrator::up(app.database.writer(), None).await.unwrap();
    assert_eq!(look(&app, "/ready").await, ready);
    // All connections are taken: it would answer some day.
    let mut taken = Vec::new();
    for _ in 0..app.database.pools()[0].most {
        taken.push(app.database.snapshot().await.unwrap());
    }
    let begun = Instant::now();
    let both = tokio::join!(look(&app, "/ready"), look(&app, "/ready"));
    let hung = not_ready("the database does not answer");
    assert_eq!(both, (hung.clone(), hung));
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    drop(taken);
    assert_eq!(look(&app, "/ready").await, ready);
    app.database.reader().clone().close().await.unwrap();
    assert_eq!(look(&app, "/ready").await, not_ready("the database fails"));
    assert_eq!(look(&app, "/health").await, alive);
}

async fn figures_tell_how_it_goes(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    Shop::open(&app).await;
    let mut process = Process::start(&app.url(), &["--metrics-listen", "127.0.0.1:0"]);
    let figures = process.address_after("figures on http://");
    process.line_with("a sync run ended");
    for query in [
        "query Me { viewer { name } }",
        "query Me { viewer { name } }",
        "query Wrong { nothing }",
        "{ viewer { name } }",
        "mutation { triggerSync { userErrors { code } } }",
    ] {
        exchange(&process.address, &question(&bearer, "", query)).await;
    }
    exchange(
        &process.address,
        &question("Bearer x", "", "{ viewer { name } }"),
    )
    .await;
    let put = "PUT /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization:";
    exchange(&process.address, &format!("{put} {bearer}\r\n\r\n")).await;
    let get = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let text = exchange(&figures, get).await;
    for line in [
        r#"cashable_requests_total{kind="query",operation="Me",outcome="OK"} 2"#,
        r#"cashable_requests_total{kind="query",operation="other",outcome="BAD_USER_INPUT"} 1"#,
        r#"cashable_requests_total{kind="query",operation="anonymous",outcome="OK"} 1"#,
        r#"cashable_requests_total{kind="mutation",operation="anonymous",outcome="OK"} 1"#,
        r#"cashable_request_duration_seconds_count{kind="query",operation="Me"} 2"#,
        r#"cashable_refused_total{reason="BAD_USER_INPUT"} 1"#,
        r#"cashable_refused_total{reason="UNAUTHENTICATED"} 1"#,
        r#"cashable_refused_total{reason="METHOD_NOT_ALLOWED"} 1"#,
        r#"cashable_pool_connections{pool="write",state="in_use"} 0"#,
        r#"cashable_sync_healthy{shop="Tea"} 1"#,
        r#"cashable_sync_last_run{shop="Tea",state="SUCCEEDED"} 1"#,
        "cashable_database_up 1",
        "cashable_connections 0",
        "cashable_sockets 0",
    ] {
        assert!(
            text.lines().any(|it| it == line),
            "{line} is not in\n{text}"
        );
    }
    assert!(
        text.contains(r#"cashable_sync_age_seconds{shop="Tea"} "#),
        "{text}"
    );
    let elsewhere = exchange(&process.address, get).await;
    assert!(elsewhere.starts_with("HTTP/1.1 404"), "{elsewhere}");
    let nothing_else = exchange(&figures, &get.replace("/metrics", "/graphql")).await;
    assert!(nothing_else.starts_with("HTTP/1.1 404"), "{nothing_else}");
}

async fn syncs_are_as_old_as_their_last_success(app: TestApp) {
    let synced = Shop::open(&app).await;
    let fresh = Shop::fresh(&app, "Off").await;
    synced.settle().await;
    synced.wait(0, 3_600_000);
    let told = async || {
        let syncs = list_syncs(app.database.reader(), app.clock.now())
            .await
            .unwrap();
        let told = syncs
            .into_iter()
            .map(|it| (it.shop, it.age_millis, it.last_run, it.is_healthy));
        told.collect::<Vec<_>>()
    };
    let succeeded = Some("SUCCEEDED".to_owned());
    let tea = ("Tea".to_owned(), Some(3_600_000), succeeded, true);
    assert_eq!(told().await, std::slice::from_ref(&tea));
    synced.wait(0, 1);
    fresh.set(json!({ "syncEnabled": true })).await;
    let mut told = told().await;
    told.sort();
    let late = (tea.0, Some(3_600_001), tea.2, false);
    assert_eq!(told, [("Off".to_owned(), None, None, false), late]);
}

#[tokio::test]
async fn an_address_for_figures_that_is_taken_stops_the_start() {
    let app = TestApp::on_sqlite().await;
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let figures = FigureSettings {
        metrics_listen: Some(taken.local_addr().unwrap()),
    };
    let settings = Settings {
        figures,
        ..Settings::default()
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let served = cashable::http::serve((*app).clone(), &settings, listener, std::future::pending());
    let error = served.await.unwrap_err().to_string();
    assert!(
        error.contains("--metrics-listen: cannot listen on"),
        "{error}"
    );
}

/// The answer and the log carry one id, the caller's if it looks like one.
#[tokio::test]
async fn answers_carry_the_id_of_their_request() {
    let app = TestApp::on_sqlite().await;
    let ask = async |id: &str| {
        let mut request = post("Bearer x", "{}");
        request
            .headers_mut()
            .insert("x-request-id", id.parse().unwrap());
        let answer = send(&app, request).await;
        answer.headers["x-request-id"].to_str().unwrap().to_owned()
    };
    assert_eq!(ask("caller-1").await, "caller-1");
    let made = ask("not an id").await;
    assert_eq!(made.len(), 16);
    assert_ne!(ask("not an id").await, made);
}
