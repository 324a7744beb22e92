//! Mutations that are repeated: one change and one answer for each key, and none over a row that moved on.

mod cases;
mod crowds;
mod versions;

use serde_json::json;

use self::cases::{mutations_that_take, repeatable, state, two_open, with_key};
use crate::support::graphql::data;
use crate::support::world::{DAY, document_of};
use crate::support::{TestApp, on_both};

on_both!(
    every_mutation_that_takes_a_key_has_a_case,
    the_same_key_gets_the_first_answer_and_changes_nothing_again,
    the_same_key_with_another_request_is_refused,
    a_refusal_is_the_answer_too,
    a_key_is_one_tokens_and_kept_for_a_day,
    keys_that_cannot_be_kept_are_refused,
);

/// The secret that createAccessToken answers is kept nowhere, so it takes no key. testOrderSource changes nothing.
async fn every_mutation_that_takes_a_key_has_a_case(app: TestApp) {
    let world = two_open(app).await;
    let mut cases: Vec<_> = repeatable(&world)
        .await
        .into_iter()
        .map(|it| it.0)
        .collect();
    cases.sort_unstable();
    let document = "{ __schema { mutationType { fields { name } } } }";
    let all = world.ask(document, json!({})).await;
    let all = crate::support::world::column(&all["__schema"]["mutationType"]["fields"], "/name");
    let take_a_key = mutations_that_take("idempotencyKey").await;
    assert_eq!(cases, take_a_key);
    let mut others = all;
    others.retain(|it| !take_a_key.contains(it));
    others.sort_unstable();
    assert_eq!(others, ["createAccessToken", "testOrderSource"]);
}

async fn the_same_key_gets_the_first_answer_and_changes_nothing_again(app: TestApp) {
    let world = two_open(app).await;
    for (mutation, input, selection) in repeatable(&world).await {
        let input = with_key(&input, mutation);
        let first = world.done(mutation, input.clone(), &selection).await;
        let after = state(&world).await;
        world.later(1_000);
        let again = world.done(mutation, input, &selection).await;
        assert_eq!(again, first, "{mutation}");
        assert_eq!(state(&world).await, after, "{mutation}");
    }
    world.assert_sound().await;
}

async fn the_same_key_with_another_request_is_refused(app: TestApp) {
    let world = two_open(app).await;
    let all = repeatable(&world).await;
    for (mutation, input, _) in &all {
        world
            .done(mutation, with_key(input, mutation), "__typename")
            .await;
    }
    let after = state(&world).await;
    // Neither another mutation nor the same one with another input.
    for (number, (mutation, ..)) in all.iter().enumerate() {
        let (other, input, _) = &all[(number + 1) % all.len()];
        assert_eq!(
            world.refused(other, with_key(input, mutation)).await,
            "IDEMPOTENCY_KEY_REUSED",
            "{other}"
        );
    }
    let other = json!({"waitDays": 6, "idempotencyKey": "updateShopSettings"});
    assert_eq!(
        world.refused("updateShopSettings", other).await,
        "IDEMPOTENCY_KEY_REUSED"
    );
    assert_eq!(state(&world).await, after);
}

async fn a_refusal_is_the_answer_too(app: TestApp) {
    let world = two_open(app).await;
    let id = world.transaction("1").await["id"].clone();
    let release = json!({"transactionId": id, "idempotencyKey": "k"});
    assert_eq!(
        world
            .refused("releaseTransactionOverride", release.clone())
            .await,
        "NOT_PINNED"
    );
    world.set(&world.transaction("1").await, "CANCELLED").await;
    let pinned = world.transaction("1").await;
    assert_eq!(
        world.refused("releaseTransactionOverride", release).await,
        "NOT_PINNED"
    );
    assert_eq!(world.transaction("1").await, pinned);
}

async fn a_key_is_one_tokens_and_kept_for_a_day(app: TestApp) {
    let world = two_open(app).await;
    let input = json!({"affiliateId": world.affiliate("anna").await, "kind": "MANUAL", "amount": "5",
        "currency": "EUR", "idempotencyKey": "k"});
    let selection = "transaction { id }";
    let first = world
        .done("createTransaction", input.clone(), selection)
        .await;
    let colleague = world.new_admin("Olga").await;
    let document = document_of("createTransaction", selection);
    let of_colleague = data(&world.app, &colleague, &document, json!({ "input": input })).await;
    assert_ne!(
        of_colleague["createTransaction"]["transaction"]["id"],
        first["transaction"]["id"]
    );
    world.later(DAY - 1);
    assert_eq!(
        world
            .done("createTransaction", input.clone(), selection)
            .await,
        first
    );
    world.later(1);
    let anew = world.done("createTransaction", input, selection).await;
    assert_ne!(anew, first);
}

async fn keys_that_cannot_be_kept_are_refused(app: TestApp) {
    let world = two_open(app).await;
    for key in [String::new(), "x".repeat(201), "a\u{0}b".to_owned()] {
        let input = json!({"waitDays": 5, "idempotencyKey": key});
        assert_eq!(
            world.refused("updateShopSettings", input).await,
            "INVALID",
            "{key:?}"
        );
    }
    let input = json!({"waitDays": 5, "idempotencyKey": "x".repeat(200)});
    world.done("updateShopSettings", input, "__typename").await;
}
