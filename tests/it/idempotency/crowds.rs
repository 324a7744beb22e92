//! Two hundred who ask for the same at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::cases::{repeatable, state, two_open, with_key};
use crate::support::world::{World, column};
use crate::support::{TestApp, on_both};

on_both!(
    two_hundred_identical_calls_at_once_make_one_change,
    two_hundred_identical_refusals_at_once_are_one,
    two_hundred_syncs_with_one_key_make_one_run,
);

const CALLS: usize = 200;

/// The answers to a mutation that is asked for so often at once, all of which are the same one.
async fn answers(world: &World, mutation: &str, input: &Value, selection: &str) -> Value {
    let calls = (0..CALLS).map(|_| world.change(mutation, input.clone(), selection));
    let mut answers = join_all(calls).await;
    assert_eq!(answers.len(), CALLS);
    answers.dedup();
    assert_eq!(answers.len(), 1, "{mutation}: {answers:?}");
    answers.remove(0)
}

async fn two_hundred_identical_calls_at_once_make_one_change(app: TestApp) {
    let world = two_open(app).await;
    for (mutation, input, selection) in repeatable(&world).await {
        let (before, writes) = (state(&world).await, world.shop().await.revision);
        let answer = answers(&world, mutation, &with_key(&input, mutation), &selection).await;
        assert_eq!(answer["userErrors"], json!([]), "{mutation}");
        let after = state(&world).await;
        assert_ne!(after, before, "{mutation}");
        let rows = after["history"].as_i64().unwrap() - before["history"].as_i64().unwrap();
        assert!(rows <= 1, "{mutation} wrote {rows} rows of history");
        // A run that was asked for writes on by itself.
        if mutation == "triggerSync" {
            assert_eq!(after["syncRuns"]["totalCount"], 1);
        } else {
            assert_eq!(world.shop().await.revision, writes + 1, "{mutation}");
        }
    }
    let found = world
        .ask(
            "{ transactions { nodes { kind } } affiliates { nodes { code } } }",
            json!({}),
        )
        .await;
    let kinds = column(&found["transactions"]["nodes"], "/kind");
    assert_eq!(kinds.iter().filter(|it| *it == "MANUAL").count(), 1);
    assert_eq!(
        column(&found["affiliates"]["nodes"], "/code"),
        ["anna", "bert"]
    );
    world.assert_sound().await;
}

async fn two_hundred_identical_refusals_at_once_are_one(app: TestApp) {
    let world = two_open(app).await;
    let before = state(&world).await;
    let id = world.transaction("1").await["id"].clone();
    let release = with_key(&json!({ "transactionId": id }), "k");
    let mutation = "releaseTransactionOverride";
    let answer = answers(&world, mutation, &release, "transaction { id }").await;
    assert_eq!(answer["userErrors"][0]["code"], "NOT_PINNED");
    assert_eq!(state(&world).await, before);
}

async fn two_hundred_syncs_with_one_key_make_one_run(app: TestApp) {
    let world = two_open(app).await;
    let (input, selection) = (
        json!({"idempotencyKey": "k"}),
        "alreadyRunning run { id state }",
    );
    let answer = answers(&world, "triggerSync", &input, selection).await;
    assert_eq!(answer["alreadyRunning"], false);
    assert_eq!(world.runs().await.len(), 1);
    world.later(30 * 60_000);
    assert_eq!(world.done("triggerSync", input, selection).await, answer);
    assert_eq!(world.runs().await.len(), 1);
}
