//! How many JSON values a question may bring, on each way and for whom, and how much of what is long is held at a
//! time.

use axum::http::{StatusCode, header};
use cashable::http::Settings;
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};

use super::ways::{Caller, Told, WAYS, Way};
use super::{PLAIN, Server, another_token, post};
use crate::support::TestApp;
use crate::support::served::Served;

/// A question that brings so many values, in a variable that nobody asks for.
fn question(values: usize, way: Way) -> Value {
    // The lists and objects around them are values too.
    let around = match way {
        Way::Link | Way::EventLink => 2,
        Way::Post | Way::Socket | Way::Events => 4,
    };
    json!({ "query": PLAIN, "variables": { "a": vec![0; values - around] } })
}

fn assert_refused(told: &Told, values: usize, most: usize) {
    assert_eq!(told.code(), "QUERY_TOO_COMPLEX", "{told:?}");
    assert_eq!(told.answer.get("data"), None);
    let message = format!("the request has {values} JSON values; at most {most} are allowed");
    assert_eq!(told.answer["errors"][0]["message"], message);
}

#[tokio::test]
async fn so_many_are_let_in_and_no_more_on_every_way() {
    let (app, Server { bearer: admin, .. }) = Server::on_sqlite(&Settings::default()).await;
    let analyst = another_token(&app).await;
    for most in [5_000, 30] {
        let mut settings = Settings::default();
        settings.bodies.max_json_values = most as u64;
        let server = &Served::start(&app, settings).await;
        for way in WAYS {
            for bearer in [&analyst, &admin] {
                let caller = Caller { server, bearer };
                let ask = async |values| caller.ask_for(way, &question(values, way)).await;
                ask(most).await.assert_data();
                let is_body = matches!(way, Way::Post | Way::Events);
                if is_body && *bearer == admin {
                    ask(most + 1).await.assert_data();
                } else {
                    assert_refused(&ask(most + 1).await, most + 1, most);
                }
            }
        }
    }
}

#[tokio::test]
async fn an_admins_body_may_bring_more_and_not_any_number() {
    let (app, Server { bearer, .. }) = Server::on_sqlite(&Settings::default()).await;
    let bearer = &bearer;
    for (most, set) in [(200_000, None), (6_000, Some(6_000))] {
        let mut settings = Settings::default();
        settings.bodies.max_admin_json_values = set.unwrap_or(200_000);
        let server = &Served::start(&app, settings).await;
        let caller = Caller { server, bearer };
        for way in [Way::Post, Way::Events] {
            let ask = async |values| caller.ask_for(way, &question(values, way)).await;
            ask(most).await.assert_data();
            assert_refused(&ask(most + 1).await, most + 1, most);
        }
    }
}

/// An import as large as one may be fits in, with every field that an order has.
#[tokio::test]
async fn the_largest_import_is_let_in() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let order = |number: usize| {
        json!({
            "externalId": number.to_string(), "number": number.to_string(),
            "nativeStatus": "complete", "placedAt": "2026-01-01T10:00:00Z", "completedAt": "2026-01-02T10:00:00Z",
            "changedAt": "2026-01-03T10:00:00Z", "total": "5.00", "refunded": "1.00", "currency": "EUR",
            "affiliateCode": "anna", "commission": "0.50", "cancelReason": null,
        })
    };
    // One too many is told so by the ledger, which is to say that it came so far.
    let orders: Vec<_> = (0..5_001).map(order).collect();
    let query = "mutation($orders: [OrderInput!]!) { importOrders(input: { orders: $orders }) {
        created userErrors { message } } }";
    let answer = server.ask_with(query, json!({ "orders": orders })).await;
    let told = &answer.json()["data"]["importOrders"]["userErrors"][0]["message"];
    let message = "one call may carry 5000 orders, this one has 5001";
    assert_eq!(told, message, "{}", answer.text);
}

/// Who is worked on holds room for what it brought, and others wait for that, but for those who bring little.
#[tokio::test]
async fn what_is_long_waits_for_room() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = super::admin(&app, None).await;
    let mut settings = Settings::default();
    settings.bodies.held_bytes = 1 << 20;
    settings.work.turn_seconds = std::time::Duration::from_millis(200);
    let server = Server::new(&app, &settings, bearer);
    let long = json!({ "a": vec![0; 7_000] });
    let kept = app.behind_its_back().begin().await.unwrap();
    let lock = "UPDATE shops SET revision = revision";
    kept.execute_unprepared(lock).await.unwrap();
    let create = r#"mutation { createAffiliate(input: { code: "anna" }) { affiliate { code } } }"#;
    let holder = tokio::spawn({
        let (server, long) = (server.clone(), long.clone());
        async move { server.ask_with(create, long).await }
    });
    let refused = loop {
        let answer = server.ask_with(PLAIN, long.clone()).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
    };
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::SERVICE_UNAVAILABLE, "RATE_LIMITED".into())
    );
    assert!(!refused.header(header::RETRY_AFTER).is_empty());
    // So is a body that is long in bytes, before it is read.
    let body = json!({ "query": PLAIN, "operationName": null, "a": "x".repeat(300_000) });
    let answer = server.send(post(&server.bearer, body.to_string())).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    server
        .ask_with(PLAIN, json!({ "a": vec![0; 4_000] }))
        .await
        .assert_data();
    kept.rollback().await.unwrap();
    assert_eq!(holder.await.unwrap().status, StatusCode::OK);
    server.ask_with(PLAIN, long).await.assert_data();
    let answer = server.send(post(&server.bearer, body.to_string())).await;
    answer.assert_data();
}
