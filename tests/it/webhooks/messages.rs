//! What is told: each change as it is in the history, in its order, with the ends of runs among them, and nothing
//! that did not happen.

use cashable::ledger::{self, OverrideStatus};
use cashable::sync::{self, NewSource};
use entity::words::{OverrideReason, SyncState, TransactionStatus};
use serde_json::{Value, json};

use cashable::graphql::NodeKind;

use super::receiver::{Receiver, Told};
use super::{ALL, add, change_order, sequences, tell, two_orders};
use crate::support::world::{World, olga, rfc3339, shop_id_of, uuid_of};
use crate::support::{START, TestApp, on_both};

on_both!(
    what_happened_is_told_in_its_order,
    an_overrides_message_says_what_changed_and_why,
    what_did_not_happen_is_not_told,
    the_end_of_a_run_is_told_also_where_it_failed,
    an_endpoint_is_told_of_what_it_asked_for,
    ten_thousand_changes_of_one_run_are_told_in_order,
);

fn types(told: &[Told]) -> Vec<&str> {
    told.iter()
        .map(|it| it.message["type"].as_str().unwrap())
        .collect()
}

async fn open(app: TestApp) -> (World, Receiver) {
    let world = World::open(app).await;
    let receiver = Receiver::open().await;
    (world, receiver)
}

async fn what_happened_is_told_in_its_order(app: TestApp) {
    let (world, receiver) = open(app).await;
    world.import(json!([world.old_order("1", "new")])).await;
    change_order(&world, "1", "cancelled").await;
    let (_, secret) = add(&world, &receiver.url("/a"), &ALL).await;
    tell(&world).await;
    assert!(receiver.told().is_empty(), "what was before is not told");
    change_order(&world, "1", "complete").await;
    world.later(1_000);
    let run = world.sync().await;
    change_order(&world, "1", "new").await;
    tell(&world).await;
    let told = receiver.told();
    assert_eq!(
        types(&told),
        [
            "order.status_changed",
            "transaction.status_changed",
            "sync.finished",
            "order.status_changed"
        ]
    );
    assert_eq!(sequences(&told), [2, 3, 3, 4]);
    assert!(told.iter().all(|it| it.signatures_of(&secret) == 1));
    let order =
        "{ orderByExternalId(externalId: \"1\") { id transactions { id affiliate { id } } } }";
    let order = world.ask(order, json!({})).await["orderByExternalId"].take();
    let of_order = json!({"id": order["id"], "source": "api", "externalId": "1", "number": "1",
        "nativeStatus": "new", "cancelReason": null});
    assert_eq!(
        told[0].message,
        json!({"type": "order.status_changed", "timestamp": rfc3339(START), "data": {
            "shopId": shop_id_of(&world), "sequence": 2, "changes": {"status": ["CANCELLED", "COMPLETE"]},
            "actor": "IMPORT", "syncRunId": null, "order": of_order,
        }})
    );
    let transaction = &order["transactions"][0];
    let run_id = cashable::graphql::encode(NodeKind::SyncRun, world.shop_id, run.id);
    assert_eq!(
        told[1].message["data"],
        json!({
            "shopId": shop_id_of(&world), "sequence": 3, "changes": {"status": ["OPEN", "COMPLETED"]},
            "actor": "SYNC", "syncRunId": run_id, "order": of_order, "reason": null, "note": null,
            "transaction": {"id": transaction["id"], "externalId": null, "kind": "COMMISSION",
                "affiliate": {"id": transaction["affiliate"]["id"], "code": "anna"}},
        })
    );
    let end = &told[2].message["data"];
    assert_eq!(end["changes"], json!({"state": ["RUNNING", "SUCCEEDED"]}));
    assert_eq!(end["syncRun"]["id"], json!(run_id));
    assert_eq!(end["syncRun"]["transactionsChanged"], json!(1));
    tell(&world).await;
    assert!(receiver.told().is_empty(), "nothing is told twice");
}

async fn an_overrides_message_says_what_changed_and_why(app: TestApp) {
    let (world, receiver) = open(app).await;
    world.import(json!([world.old_order("1", "new")])).await;
    add(&world, &receiver.url("/a"), &["TRANSACTION_STATUS_CHANGED"]).await;
    let id = world.transaction("1").await["id"].clone();
    let change = async |mutation: &str, mut input: Value| {
        input["transactionId"] = id.clone();
        world.done(mutation, input, "__typename").await;
        tell(&world).await;
        let told = receiver.told();
        assert_eq!(told.len(), 1, "{mutation}");
        assert!(!told[0].message.to_string().contains("Admin"), "no names");
        let data = told[0].message["data"].clone();
        json!([data["changes"], data["actor"], data["reason"], data["note"]])
    };
    let complete = json!({"status": "COMPLETED", "reason": "GOODWILL", "note": "For you."});
    let unpin = json!({"status": "COMPLETED", "reason": "OTHER", "pinned": false});
    let pin = json!({"status": "CANCELLED", "reason": "FRAUD"});
    for (mutation, input, expected) in [
        (
            "overrideTransactionStatus",
            complete,
            json!([{"status": ["OPEN", "COMPLETED"], "pinned": [false, true]}, "ADMIN", "GOODWILL", "For you."]),
        ),
        (
            "overrideTransactionStatus",
            unpin,
            json!([{"pinned": [true, false]}, "ADMIN", "OTHER", null]),
        ),
        (
            "overrideTransactionStatus",
            pin,
            json!([{"status": ["COMPLETED", "CANCELLED"], "pinned": [false, true]}, "ADMIN", "FRAUD", null]),
        ),
        (
            "releaseTransactionOverride",
            json!({}),
            json!([{"status": ["CANCELLED", "OPEN"], "pinned": [true, false]}, "ADMIN", null, null]),
        ),
        (
            "deleteTransaction",
            json!({"reason": "DUPLICATE"}),
            json!([{"status": ["OPEN", "DELETED"]}, "ADMIN", "DUPLICATE", null]),
        ),
    ] {
        assert_eq!(change(mutation, input).await, expected, "{mutation}");
    }
}

async fn what_did_not_happen_is_not_told(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    add(&world, &receiver.url("/b"), &ALL).await;
    let rehearsed = OverrideStatus {
        transaction_id: uuid_of(NodeKind::Transaction, &world.transaction("1").await["id"]),
        status: TransactionStatus::Completed,
        reason: OverrideReason::Other,
        note: None,
        pinned: None,
        expected_version: None,
    };
    let change = ledger::rehearse(&world.app, world.shop_id, &olga(), &rehearsed).await;
    assert_eq!(change.unwrap().status, TransactionStatus::Completed);
    tell(&world).await;
    // Refused, not different from what was known, made and not changed, or only looked at.
    let of_nobody = json!([{"externalId": "1", "nativeStatus": "complete", "refunded": "-1"}]);
    world.try_import(of_nobody).await;
    change_order(&world, "1", "new").await;
    world
        .import(json!([world.old_order("3", "complete")]))
        .await;
    world.settings(json!({"waitDays": 3})).await;
    let dry = json!({"dryRun": true});
    let run = world.done("triggerSync", dry, "run { id }").await;
    while world
        .ask(
            "query($id: ID!) { syncRun(id: $id) { finishedAt } }",
            json!({"id": run["run"]["id"]}),
        )
        .await["syncRun"]["finishedAt"]
        .is_null()
    {
        tokio::task::yield_now().await;
    }
    tell(&world).await;
    assert!(receiver.told().is_empty());
}

async fn the_end_of_a_run_is_told_also_where_it_failed(app: TestApp) {
    let (world, receiver) = open(app).await;
    add(&world, &receiver.url("/a"), &["SYNC_FINISHED"]).await;
    let new = NewSource {
        kind: "woocommerce".to_owned(),
        address: Some("http://127.0.0.1:1".to_owned()),
        account: Some("ck".to_owned()),
        secret: Some("cs".to_owned()),
        ..NewSource::default()
    };
    let connected = sync::connect_source(&world.app, world.shop_id, &olga(), new).await;
    connected.unwrap();
    let failed = world.run_to_end(world.queue().await).await;
    assert_eq!(failed.state, SyncState::Failed);
    // One whose process went away before it began, and one that went away in the middle, found by the next.
    world.queue().await;
    world.later(60_000);
    ledger::fail_dead_runs(&world.app).await.unwrap();
    world.begin().await;
    world.later(60_000);
    world.queue().await;
    ledger::fail_dead_runs(&world.app).await.unwrap();
    tell(&world).await;
    let told = receiver.told();
    let told: Vec<_> = told.iter().map(|it| &it.message["data"]).collect();
    let changes: Vec<_> = told
        .iter()
        .map(|it| it["changes"]["state"].clone())
        .collect();
    let expected = [
        ["RUNNING", "FAILED"],
        ["QUEUED", "FAILED"],
        ["RUNNING", "FAILED"],
    ];
    assert_eq!(changes, expected.map(|it| json!(it)));
    assert_eq!(told[0]["syncRun"]["error"], json!(failed.error));
    assert_eq!(
        told[1]["syncRun"]["error"],
        json!("the process that ran it went away")
    );
}

async fn an_endpoint_is_told_of_what_it_asked_for(app: TestApp) {
    let (world, receiver) = open(app).await;
    world.import(json!([world.old_order("1", "new")])).await;
    for event in ALL {
        add(&world, &receiver.url(&format!("/{event}")), &[event]).await;
    }
    change_order(&world, "1", "complete").await;
    world.sync().await;
    tell(&world).await;
    let told = receiver.told();
    assert_eq!(told.len(), 3);
    for it in told {
        let event = it.message["type"].as_str().unwrap();
        let path = event.replace('.', "_").to_uppercase();
        assert_eq!(it.path, format!("/{path}"));
    }
    let far: Vec<_> = super::endpoints(&world).await;
    assert!(
        far.iter().all(|it| it["deliveredSequence"] == json!(2)),
        "{far:?}"
    );
}

async fn ten_thousand_changes_of_one_run_are_told_in_order(app: TestApp) {
    let (world, receiver) = open(app).await;
    let count = 10_000;
    for first in (0..count).step_by(1_000) {
        let orders = (first..first + 1_000).map(|it| world.old_order(&it.to_string(), "complete"));
        world.import(orders.collect()).await;
    }
    add(&world, &receiver.url("/a"), &ALL).await;
    let run = world.sync().await;
    assert_eq!(run.transactions_changed, count);
    tell(&world).await;
    let told = receiver.told();
    let mut expected: Vec<i64> = (1..=count).collect();
    expected.push(count);
    assert!(sequences(&told) == expected, "{} messages", told.len());
    assert_eq!(types(&told).pop(), Some("sync.finished"));
}
