//! Mutations that are repeated: one change and one answer for each key, and none over a row that moved on.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::graphql::data;
use crate::support::world::{DAY, TRANSACTION, World, column, document_of};
use crate::support::{TestApp, on_both};

on_both!(
    the_same_key_gets_the_first_answer_and_changes_nothing_again,
    the_same_key_with_another_request_is_refused,
    a_refusal_is_the_answer_too,
    a_key_is_one_tokens_and_kept_for_a_day,
    keys_that_cannot_be_kept_are_refused,
    fifty_identical_calls_at_once_make_one_change,
    fifty_syncs_with_one_key_make_one_run,
    a_version_that_has_moved_on_is_a_conflict,
);

/// Mutations that take a key, each with an input and with what to select of its answer.
async fn repeatable(world: &World) -> Vec<(&'static str, Value, String)> {
    let id = world.transaction("1").await["id"].clone();
    let other = world.transaction("2").await["id"].clone();
    let anna = world.affiliate("anna").await;
    let transaction = format!("transaction {{ {TRANSACTION} }}");
    let counts = "created changed unchanged stale failed { index code message }";
    vec![
        (
            "overrideTransactionStatus",
            json!({"transactionId": id, "status": "COMPLETED", "reason": "OTHER"}),
            transaction.clone(),
        ),
        (
            "releaseTransactionOverride",
            json!({ "transactionId": id }),
            transaction.clone(),
        ),
        (
            "importOrders",
            json!({"orders": [world.old_order("9", "new"), {"externalId": ""}]}),
            counts.to_owned(),
        ),
        (
            "createAffiliate",
            json!({"code": "bert", "commissionRate": "7"}),
            "affiliate { id code commissionRate }".to_owned(),
        ),
        (
            "updateAffiliate",
            json!({"affiliateId": anna, "name": "Anna"}),
            "affiliate { id name }".to_owned(),
        ),
        (
            "createTransaction",
            json!({"affiliateId": anna, "kind": "MANUAL", "amount": "5", "currency": "EUR"}),
            transaction,
        ),
        (
            "deleteTransaction",
            json!({"transactionId": other, "reason": "OTHER"}),
            "deletedTransactionId".to_owned(),
        ),
        (
            "updateShopSettings",
            json!({"waitDays": 5}),
            "shop { id settings { waitDays } }".to_owned(),
        ),
    ]
}

fn with_key(input: &Value, key: &str) -> Value {
    let mut input = input.clone();
    input["idempotencyKey"] = json!(key);
    input
}

/// All that a repeated change would have moved.
async fn state(world: &World) -> Value {
    let document = "{
        transactions { totalCount nodes { id status version note amount { amount } } }
        ordersReport { totalCount } affiliates { totalCount nodes { code name promotedOrders { count } } }
        shop { settings { waitDays } }
    }";
    let mut state = world.ask(document, json!({})).await;
    state["history"] = json!(world.history().await.len());
    state
}

async fn two_open(app: TestApp) -> World {
    let world = World::open(app).await;
    world
        .import(json!([
            world.old_order("1", "new"),
            world.old_order("2", "new")
        ]))
        .await;
    world
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

async fn fifty_identical_calls_at_once_make_one_change(app: TestApp) {
    let world = two_open(app).await;
    for (mutation, input, selection) in repeatable(&world).await {
        let input = with_key(&input, mutation);
        let before = state(&world).await;
        let calls = (0..50).map(|_| world.done(mutation, input.clone(), &selection));
        let answers = join_all(calls).await;
        assert!(answers.iter().all(|it| *it == answers[0]), "{mutation}");
        let after = state(&world).await;
        assert_ne!(after, before, "{mutation}");
        let rows = after["history"].as_i64().unwrap() - before["history"].as_i64().unwrap();
        assert!(rows <= 1, "{mutation} wrote {rows} rows of history");
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

async fn fifty_syncs_with_one_key_make_one_run(app: TestApp) {
    let world = two_open(app).await;
    let input = json!({"idempotencyKey": "k"});
    let calls = (0..50).map(|_| {
        world.done(
            "triggerSync",
            input.clone(),
            "alreadyRunning run { id state }",
        )
    });
    let answers = join_all(calls).await;
    assert!(answers.iter().all(|it| *it == answers[0]), "{answers:?}");
    assert_eq!(world.runs().await.len(), 1);
    world.later(30 * 60_000);
    assert_eq!(
        world
            .done("triggerSync", input, "alreadyRunning run { id state }")
            .await,
        answers[0]
    );
    assert_eq!(world.runs().await.len(), 1);
}

async fn a_version_that_has_moved_on_is_a_conflict(app: TestApp) {
    let world = two_open(app).await;
    let read = world.transaction("1").await;
    let with_version = |version: &Value| {
        [
            (
                "overrideTransactionStatus",
                json!({"transactionId": read["id"], "status": "CANCELLED", "reason": "OTHER", "expectedVersion": version}),
            ),
            (
                "releaseTransactionOverride",
                json!({"transactionId": read["id"], "expectedVersion": version}),
            ),
            (
                "deleteTransaction",
                json!({"transactionId": read["id"], "reason": "OTHER", "expectedVersion": version}),
            ),
        ]
    };
    world.set(&read, "COMPLETED").await;
    let moved_on = world.transaction("1").await;
    assert_ne!(moved_on["version"], read["version"]);
    for (mutation, input) in with_version(&read["version"]) {
        assert_eq!(
            world.refused(mutation, input).await,
            "VERSION_CONFLICT",
            "{mutation}"
        );
    }
    assert_eq!(world.transaction("1").await, moved_on);
    for number in 0..3 {
        let version = world.transaction("1").await["version"].clone();
        let (mutation, input) = with_version(&version)[number].clone();
        world.done(mutation, input, "__typename").await;
    }
    assert_eq!(world.transactions("1").await, Vec::<Value>::new());
    // Of two who have read the same, one is told so.
    let read = world.transaction("2").await;
    let set = |status| json!({"transactionId": read["id"], "status": status, "reason": "OTHER", "expectedVersion": read["version"]});
    let (one, other) = tokio::join!(
        world.change("overrideTransactionStatus", set("COMPLETED"), "__typename"),
        world.change("overrideTransactionStatus", set("CANCELLED"), "__typename"),
    );
    let codes = [&one, &other].map(|it| it["userErrors"][0]["code"].clone());
    assert_eq!(
        codes.iter().filter(|it| it.is_null()).count(),
        1,
        "{codes:?}"
    );
    assert!(codes.contains(&json!("VERSION_CONFLICT")), "{codes:?}");
}
