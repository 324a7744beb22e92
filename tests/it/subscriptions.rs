//! What can be followed, in process. A run is looked at before each wait, so that following it takes no time
//! here; who waits for transactions to change waits a second in earnest, since the databases' drivers have
//! time limits of their own and would not stand a clock that is turned by hand.

use std::cell::Cell;
use std::time::{Duration, Instant};

use async_graphql::{Executor, Request, Variables};
use cashable::graphql::{NodeKind, Viewer, encode, schema};
use cashable::http::Execution;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::graphql::{affiliate, analyst};
use crate::support::world::{World, new_shop};
use crate::support::{TestApp, on_both};

on_both!(
    r18_a_followed_run_is_told_until_it_ends,
    r19_a_followed_run_that_is_taken_over_ends,
    r26_each_change_of_a_transaction_is_told_as_it_happens,
    r26_an_affiliate_is_told_of_its_own_changes_alone,
    r26_a_change_that_could_not_be_read_is_told_later,
    subscriptions_are_for_the_roles_of_the_design,
);

type Events = BoxStream<'static, Value>;

fn follow(app: &TestApp, viewer: Option<&Viewer>, document: &str, variables: Value) -> Events {
    let mut request = Request::new(document).variables(Variables::from_json(variables));
    if let Some(viewer) = viewer {
        request = request.data(viewer.clone());
    }
    let events = Execution::new((**app).clone(), schema()).execute_stream(request, None);
    events
        .map(|response| serde_json::to_value(response).unwrap())
        .boxed()
}

/// The next event; none where the subscription has ended.
async fn next(events: &mut Events) -> Option<Value> {
    let limit = Duration::from_mins(1);
    let next = tokio::time::timeout(limit, events.next()).await;
    next.expect("nothing came")
}

/// The data of the next event under its field.
async fn told(events: &mut Events, field: &str) -> Value {
    let event = next(events).await.expect("it has ended");
    assert_eq!(event.get("errors"), None, "{event}");
    event["data"][field].clone()
}

const PROGRESS: &str = "subscription($id: ID!) { syncProgress(runId: $id) {
    id state progress transactionsChanged finishedAt } }";

async fn r18_a_followed_run_is_told_until_it_ends(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(4).await;
    let mut run = world.begin().await;
    let id = encode(NodeKind::SyncRun, world.shop_id, run.id).to_string();
    let mut events = follow(
        &world.app,
        Some(&world.admin),
        PROGRESS,
        json!({ "id": id }),
    );
    let mut steps = Vec::new();
    loop {
        let step = told(&mut events, "syncProgress").await;
        assert_eq!(step["id"], id);
        steps.push((
            step["state"].clone(),
            step["progress"].clone(),
            step["transactionsChanged"].clone(),
        ));
        if !world.settle(&mut run, 2).await {
            break;
        }
    }
    world.finish(run).await;
    let last = told(&mut events, "syncProgress").await;
    assert!(last["finishedAt"].is_string());
    steps.push((
        last["state"].clone(),
        last["progress"].clone(),
        last["transactionsChanged"].clone(),
    ));
    let expected = [
        ("RUNNING", 0.0, 0),
        ("RUNNING", 0.5, 2),
        ("RUNNING", 1.0, 4),
        ("SUCCEEDED", 1.0, 4),
    ];
    assert_eq!(
        steps,
        expected.map(|(state, progress, changed)| (json!(state), json!(progress), json!(changed)))
    );
    assert_eq!(next(&mut events).await, None);
    // One that is over is told once.
    let mut events = follow(
        &world.app,
        Some(&analyst(world.shop_id)),
        PROGRESS,
        json!({ "id": id }),
    );
    assert_eq!(
        told(&mut events, "syncProgress").await["state"],
        "SUCCEEDED"
    );
    assert_eq!(next(&mut events).await, None);
}

async fn r19_a_followed_run_that_is_taken_over_ends(app: TestApp) {
    let world = World::open(app).await;
    let run = world.queue().await;
    let id = encode(NodeKind::SyncRun, world.shop_id, run.id).to_string();
    let mut events = follow(
        &world.app,
        Some(&world.admin),
        PROGRESS,
        json!({ "id": id }),
    );
    assert_eq!(told(&mut events, "syncProgress").await["state"], "QUEUED");
    world.later(60_000);
    world.queue().await;
    assert_eq!(told(&mut events, "syncProgress").await["state"], "FAILED");
    assert_eq!(next(&mut events).await, None);
}

const CHANGED: &str =
    "subscription { transactionChanged { id status pinned version affiliate { code }
    order { number } history(last: 1) { nodes { to actorName } } } }";

/// Waits until the subscription has begun to listen: changes these rows to and fro until one is told, which is
/// the answer.
async fn hear(world: &World, events: &mut Events, orders: [&str; 2]) -> Value {
    let has_heard = Cell::new(false);
    let listen = async {
        let first = told(events, "transactionChanged").await;
        has_heard.set(true);
        first
    };
    let speak = async {
        for status in ["CANCELLED", "COMPLETED"].iter().cycle() {
            for order in orders {
                world.set(&world.transaction(order).await, status).await;
            }
            if has_heard.get() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::join!(listen, speak).0
}

/// What is told until this version of this transaction is.
async fn told_until(events: &mut Events, last: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        all.push(told(events, "transactionChanged").await);
        let newest = &all[all.len() - 1];
        if newest["id"] == last["id"] && newest["version"] == last["version"] {
            return all;
        }
    }
}

async fn two_affiliates(app: TestApp) -> World {
    let world = World::open(app).await;
    world.import_complete(2).await;
    world
        .import(json!([{"externalId": "2", "affiliateCode": "bert"}]))
        .await;
    // What is said of a commission from the moment after it moved is its new affiliate's to hear.
    world.later(2);
    world
}

async fn r26_each_change_of_a_transaction_is_told_as_it_happens(app: TestApp) {
    let world = two_affiliates(app).await;
    let mut events = follow(
        &world.app,
        Some(&analyst(world.shop_id)),
        CHANGED,
        json!({}),
    );
    hear(&world, &mut events, ["1", "2"]).await;
    let opened = world.set(&world.transaction("1").await, "OPEN").await;
    let last = told_until(&mut events, &opened).await.pop().unwrap();
    assert_eq!(
        (&last["status"], &last["pinned"]),
        (&json!("OPEN"), &json!(false))
    );
    assert_eq!(last["order"]["number"], "1");
    // A run's changes are told as an admin's are.
    world.sync().await;
    let settled = world.transaction("1").await;
    let last = told_until(&mut events, &settled).await.pop().unwrap();
    assert_eq!(
        (&last["status"], &last["affiliate"]["code"]),
        (&json!("COMPLETED"), &json!("anna"))
    );
}

async fn r26_an_affiliate_is_told_of_its_own_changes_alone(app: TestApp) {
    let world = two_affiliates(app).await;
    let bert = world.viewer_of("bert").await;
    let mut events = follow(&world.app, Some(&bert), CHANGED, json!({}));
    let mut all = vec![hear(&world, &mut events, ["1", "2"]).await];
    for order in ["1", "2", "1", "2"] {
        let transaction = world.transaction(order).await;
        let input = json!({"transactionId": transaction["id"], "status": "IN_PROGRESS", "reason": "OTHER",
            "pinned": transaction["pinned"] != true});
        world
            .done("overrideTransactionStatus", input, "__typename")
            .await;
    }
    let last = world.transaction("2").await;
    all.extend(told_until(&mut events, &last).await);
    for event in all {
        assert_eq!(event["affiliate"]["code"], "bert");
        assert_eq!(event["history"]["nodes"][0]["actorName"], Value::Null);
    }
}

async fn r26_a_change_that_could_not_be_read_is_told_later(app: TestApp) {
    let world = two_affiliates(app).await;
    let mut events = follow(&world.app, Some(&world.admin), CHANGED, json!({}));
    hear(&world, &mut events, ["1", "2"]).await;
    let opened = world.set(&world.transaction("1").await, "OPEN").await;
    told_until(&mut events, &opened).await;
    let away = "affiliate_transactions RENAME TO away";
    world.set(&world.transaction("1").await, "COMPLETED").await;
    world.sql(&format!("ALTER TABLE {away}")).await;
    for _ in 0..2 {
        let began = Instant::now();
        let event = next(&mut events).await.unwrap();
        assert_eq!(
            event["errors"][0]["extensions"]["code"], "INTERNAL",
            "{event}"
        );
        assert_eq!(event.get("data"), Some(&Value::Null));
        assert!(
            began.elapsed() > Duration::from_millis(900),
            "it did not wait"
        );
    }
    world
        .sql("ALTER TABLE away RENAME TO affiliate_transactions")
        .await;
    let completed = world.transaction("1").await;
    told_until(&mut events, &completed).await;
}

async fn subscriptions_are_for_the_roles_of_the_design(app: TestApp) {
    let world = two_affiliates(app).await;
    let run = world.sync().await;
    let id = encode(NodeKind::SyncRun, world.shop_id, run.id).to_string();
    let other = new_shop(&world.app, "Coffee").await;
    let anna = world.viewer_of("anna").await;
    let unknown = encode(NodeKind::SyncRun, world.shop_id, Uuid::from_u128(7)).to_string();
    let stranger = analyst(other);
    for (viewer, id, code) in [
        (Some(&anna), &id, "FORBIDDEN"),
        (None, &id, "UNAUTHENTICATED"),
        (Some(&world.admin), &unknown, "BAD_USER_INPUT"),
        (Some(&stranger), &id, "BAD_USER_INPUT"),
    ] {
        let mut events = follow(&world.app, viewer, PROGRESS, json!({ "id": id }));
        let event = next(&mut events).await.unwrap();
        assert_eq!(event["errors"][0]["extensions"]["code"], code, "{event}");
        assert_eq!(next(&mut events).await, None);
    }
    let mut events = follow(&world.app, None, CHANGED, json!({}));
    let event = next(&mut events).await.unwrap();
    assert_eq!(event["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let elsewhere = "subscription($id: ID!) { transactionChanged(shopId: $id) { id } }";
    let shop = cashable::graphql::encode_shop(other).to_string();
    let nobody = affiliate(world.shop_id, Uuid::from_u128(7));
    for viewer in [&world.admin, &nobody] {
        let mut events = follow(&world.app, Some(viewer), elsewhere, json!({ "id": shop }));
        let event = next(&mut events).await.unwrap();
        assert_eq!(event["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
}
