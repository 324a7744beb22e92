//! How much may be asked: each token has its points at each address, and they come back with time.

use std::num::NonZeroU64;

use axum::http::{StatusCode, header};
use cashable::http::Settings;
use entity::Instant;
use serde_json::json;

use super::ways::{Caller, WAYS, Way};
use super::{Answer, PLAIN, Server, another_token, socket};
use crate::support::served::Served;

fn settings(capacity: u64, refill: u64) -> Settings {
    let mut settings = Settings::default();
    settings.rates.rate_capacity = NonZeroU64::new(capacity).unwrap();
    settings.rates.rate_refill = NonZeroU64::new(refill).unwrap();
    settings
}

fn assert_limited(answer: &Answer, seconds: u64) {
    assert_eq!(
        answer.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        answer.text
    );
    assert_eq!(answer.header(header::RETRY_AFTER), seconds.to_string());
    assert_eq!(
        (answer.code(), answer.told()["retryAfter"].clone()),
        ("RATE_LIMITED".into(), json!(seconds))
    );
    assert_eq!(answer.json().get("data"), None);
}

#[tokio::test]
async fn who_has_spent_all_waits_for_more() {
    let price = PLAIN.len() as u64 + 102;
    let (app, server) = Server::on_sqlite(&settings(2 * price + 5, price / 2)).await;
    server.ask(PLAIN).await.assert_data();
    server.ask(PLAIN).await.assert_data();
    assert_limited(&server.ask(PLAIN).await, 1);
    app.clock.set(Instant(app.clock.now().0 + 3_000));
    server.ask(PLAIN).await.assert_data();
}

#[tokio::test]
async fn the_wait_is_as_long_as_it_takes() {
    let price = PLAIN.len() as u64 + 102;
    let (_app, server) = Server::on_sqlite(&settings(price, 10)).await;
    server.ask(PLAIN).await.assert_data();
    // Ten points a second, and the text alone is paid for first.
    assert_limited(&server.ask(PLAIN).await, (PLAIN.len() as u64).div_ceil(10));
}

#[tokio::test]
async fn each_token_at_each_address_has_points_of_its_own() {
    let price = PLAIN.len() as u64 + 102;
    let (app, server) = Server::on_sqlite(&settings(price, 1)).await;
    let other = another_token(&app).await;
    for asker in [
        server.clone(),
        server.asked_by(&other),
        server.asked_from("192.0.2.1"),
        server.asked_from("192.0.2.2"),
        server.asked_by(&other).asked_from("192.0.2.1"),
    ] {
        asker.ask(PLAIN).await.assert_data();
        assert_eq!(asker.ask(PLAIN).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

/// What is refused for what it is was still read: its text is paid for.
#[tokio::test]
async fn refused_documents_are_paid_for_by_their_text() {
    let text = format!("{{ {} }}", "a ".repeat(2_000));
    let (_app, server) = Server::on_sqlite(&settings(text.len() as u64 + 50, 1)).await;
    assert_eq!(server.ask(&text).await.code(), "QUERY_TOO_COMPLEX");
    assert_eq!(
        server.ask(&"{ a ".repeat(20)).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
}

/// Of what is dearer than a bucket holds there is one when it is full.
#[tokio::test]
async fn what_costs_more_than_there_can_be_takes_all() {
    let (_app, server) = Server::on_sqlite(&settings(50, 1)).await;
    let answer = server.ask("{ __typename }").await;
    answer.assert_data();
    assert_eq!(answer.json()["extensions"]["cost"]["left"], 50 - 15);
    assert_eq!(
        server.ask(PLAIN).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
}

/// With as many points as two questions cost, there are two, whichever way they come.
#[tokio::test]
async fn every_way_is_paid_for() {
    let price = PLAIN.len() as u64 + 102;
    for way in WAYS {
        let settings = settings(2 * price, price);
        let (app, Server { bearer, .. }) = Server::on_sqlite(&settings).await;
        let other = another_token(&app).await;
        let server = Served::start(&app, settings).await;
        let of = |bearer| Caller {
            server: &server,
            bearer,
        };
        let (caller, other) = (of(&bearer), of(&other));
        for left in [price, 0] {
            let told = caller.ask(way, PLAIN).await;
            told.assert_data();
            assert_eq!(told.cost()["left"], left, "{way:?}");
        }
        let told = caller.ask(way, PLAIN).await;
        assert_eq!(told.code(), "RATE_LIMITED", "{way:?}: {told:?}");
        assert_eq!(told.extensions()["retryAfter"], 1, "{way:?}");
        if let Way::Post | Way::Link = way {
            assert_eq!(told.status, Some(StatusCode::TOO_MANY_REQUESTS));
            assert_eq!(told.retry_after.as_deref(), Some("1"));
        }
        other.ask(way, PLAIN).await.assert_data();
        app.clock.set(Instant(app.clock.now().0 + 1_000));
        caller.ask(way, PLAIN).await.assert_data();
    }
}

/// Nothing is parsed for whoever cannot pay for it, and what is refused then has cost its text.
#[tokio::test]
async fn an_address_is_paid_for_before_it_is_read() {
    let change = "mutation { triggerSync { alreadyRunning } }";
    for way in [Way::Link, Way::EventLink] {
        let settings = settings(change.len() as u64 + 5, 1);
        let (app, Server { bearer, .. }) = Server::on_sqlite(&settings).await;
        let server = Served::start(&app, settings).await;
        let caller = Caller {
            server: &server,
            bearer: &bearer,
        };
        let told = caller.ask(way, change).await;
        assert_eq!(told.status, Some(StatusCode::METHOD_NOT_ALLOWED));
        for unpaid in [change, "{ this is no document"] {
            let told = caller.ask(way, unpaid).await;
            assert_eq!(told.code(), "RATE_LIMITED", "{told:?}");
            assert_eq!(told.status, Some(StatusCode::TOO_MANY_REQUESTS));
        }
        // And once, not twice.
        app.clock.set(Instant(app.clock.now().0 + 60_000));
        let told = caller.ask(way, "{ __typename }").await;
        assert_eq!(told.cost()["left"], change.len() as u64 + 5 - 15);
    }
}

#[tokio::test]
async fn on_a_socket_it_is_an_error_of_the_operation() {
    let (app, here) = Server::on_sqlite(&Settings::default()).await;
    let ask = "subscription { syncProgress(runId: \"x\") { id } }";
    let served = socket::Served::over(&app, settings(400, 50)).await;
    let mut socket = served.open(&here.bearer).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        let answer = socket.ask(ask).await.unwrap();
        let told = answer["errors"][0]["extensions"].clone();
        codes.push((told["code"].clone(), told["retryAfter"].clone()));
    }
    let (bad, limited) = (
        (json!("BAD_USER_INPUT"), json!(null)),
        (json!("RATE_LIMITED"), json!(2)),
    );
    assert_eq!(codes[..2], [bad.clone(), bad.clone()]);
    assert_eq!(codes[2].0, limited.0, "{codes:?}");
    app.clock.set(Instant(app.clock.now().0 + 8_000));
    let answer = socket.ask(ask).await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], bad.0);
}
