//! Two hundred who ask for the same at once over HTTP, where four are worked on at a time.

use std::time::Duration;

use cashable::http::Settings;
use futures_util::future::join_all;
use serde_json::json;

use super::{Server, admin, post};
use crate::support::{TestApp, on_both};

on_both!(two_hundred_identical_calls_make_one_change);

const CALLS: usize = 200;

async fn two_hundred_identical_calls_make_one_change(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let mut settings = Settings::default();
    settings.work.max_concurrent = 4;
    // However slow the machine is, everybody gets a turn.
    settings.work.turn_seconds = Duration::from_mins(5);
    settings.work.operation_seconds = Duration::from_mins(5);
    let server = Server::new(&app, &settings, bearer);
    let create = "mutation { createAffiliate(input: { code: \"anna\", idempotencyKey: \"k\" }) {
        affiliate { id code } userErrors { code } } }";
    let body = json!({ "query": create }).to_string();
    let calls = (0..CALLS).map(|_| server.send(post(&server.bearer, body.clone())));
    let answers = join_all(calls).await;
    let mut answers: Vec<_> = answers.iter().map(|it| it.json()["data"].clone()).collect();
    assert_eq!(answers.len(), CALLS);
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0]["createAffiliate"]["affiliate"]["code"], "anna");
    assert_eq!(answers[0]["createAffiliate"]["userErrors"], json!([]));
    let found = server.ask("{ affiliates { totalCount } }").await;
    assert_eq!(found.json()["data"]["affiliates"]["totalCount"], 1);
}
