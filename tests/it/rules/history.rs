//! R26: every change of a status, a pin or a deletion is one row that is never touched again.

use cashable::graphql::NodeKind;
use cashable::ledger::{self, OverrideStatus};
use entity::status_change;
use entity::words::{OverrideReason, StatusActor, TransactionStatus};
use serde_json::json;
use uuid::Uuid;

use StatusActor::{Admin, Import, Sync};

use crate::support::graphql::{admin, data};
use crate::support::world::{World, column, new_shop, olga, rfc3339, uuid_of};
use crate::support::{TestApp, on_both};

on_both!(
    r26_making_a_row_writes_none,
    r26_each_change_is_one_row_that_tells_all,
    r26_an_orders_changes_are_told_too,
    r26_what_is_refused_or_rehearsed_leaves_none,
    r26_rows_are_never_changed_or_deleted,
    r26_each_shop_is_numbered_by_itself,
    r26_affiliates_are_not_told_who_did_it_and_why,
);

async fn r26_making_a_row_writes_none(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    let anna = world.affiliate("anna").await;
    for kind in ["MANUAL", "ADJUSTMENT"] {
        let input = json!({"affiliateId": anna, "kind": kind, "amount": "5.00", "currency": "EUR"});
        world.create(input).await;
    }
    world
        .done(
            "createAffiliate",
            json!({"code": "bert"}),
            "affiliate { id }",
        )
        .await;
    // Nor does what changes no status: an amount, another affiliate, settings, the same import again.
    world
        .import(json!([{"externalId": "2", "total": "90.00", "affiliateCode": "bert"}]))
        .await;
    world.import_complete(1).await;
    world.settings(json!({"waitDays": 3})).await;
    assert_eq!(world.history().await, []);
    assert_eq!(world.shop().await.last_sequence, 0);
}

/// From, to, pinned, who, by which name, for which reason and with which note.
type Told<'a> = (
    &'a str,
    &'a str,
    Option<bool>,
    StatusActor,
    Option<&'a str>,
    Option<OverrideReason>,
    Option<&'a str>,
);

fn told(row: &status_change::Model) -> Told<'_> {
    (
        &row.from_status,
        &row.to_status,
        row.pinned,
        row.actor,
        row.actor_name.as_deref(),
        row.reason,
        row.note.as_deref(),
    )
}

async fn r26_each_change_is_one_row_that_tells_all(app: TestApp) {
    let world = World::open(app).await;
    world.import(json!([world.old_order("1", "new")])).await;
    let (run_id, transaction_id) = live_through_everything(&world).await;
    let history = world.history().await;
    let (who, why, note) = (
        Some("Admin"),
        Some(OverrideReason::Goodwill),
        Some("as agreed"),
    );
    let duplicate = Some(OverrideReason::Duplicate);
    #[rustfmt::skip]
    let expected: [Told; 7] = [
        ("NEW",       "COMPLETE",  None,        Import, who,  None,      None),
        ("OPEN",      "COMPLETED", Some(false), Sync,   None, None,      None),
        ("COMPLETED", "CANCELLED", Some(true),  Admin,  who,  why,       note),
        ("CANCELLED", "CANCELLED", Some(false), Admin,  who,  why,       note),
        ("CANCELLED", "OPEN",      Some(true),  Admin,  who,  why,       note),
        ("OPEN",      "COMPLETED", Some(false), Admin,  who,  None,      None),
        ("COMPLETED", "DELETED",   Some(false), Admin,  who,  duplicate, Some("twice")),
    ];
    assert_eq!(history.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(history[1].sync_run_id, Some(run_id));
    for (row, number) in history.iter().zip(0..) {
        assert_eq!(row.at.0, history[0].at.0 + number * 1_000);
        assert_eq!(row.transaction_id, (number > 0).then_some(transaction_id));
        assert_eq!(row.order_id.is_some(), number == 0);
    }
    assert_eq!(world.shop().await.last_sequence, 7);
    world.assert_sound().await;
}

/// Every kind of change, a second apart; answers the run and the transaction.
async fn live_through_everything(world: &World) -> (Uuid, Uuid) {
    world
        .import(json!([{"externalId": "1", "nativeStatus": "complete"}]))
        .await;
    world.later(1_000);
    let run = world.sync().await;
    let id = world.transaction("1").await["id"].clone();
    let set = |status: &str, pinned: bool| json!({"transactionId": id, "status": status, "pinned": pinned, "reason": "GOODWILL", "note": "as agreed"});
    let delete = json!({"transactionId": id, "reason": "DUPLICATE", "note": "twice"});
    for (mutation, input) in [
        ("overrideTransactionStatus", set("CANCELLED", true)),
        ("overrideTransactionStatus", set("CANCELLED", false)),
        ("overrideTransactionStatus", set("OPEN", true)),
        ("releaseTransactionOverride", json!({ "transactionId": id })),
        ("deleteTransaction", delete),
    ] {
        world.later(1_000);
        world.done(mutation, input, "__typename").await;
    }
    (run.id, uuid_of(NodeKind::Transaction, &id))
}

const CHANGES: &str = "totalCount nodes { sequence at from to pinned actor note actorName reason syncRun { id state } }";

async fn r26_an_orders_changes_are_told_too(app: TestApp) {
    let world = World::open(app).await;
    world.import(json!([world.old_order("1", "new")])).await;
    let mut times = Vec::new();
    for status in ["complete", "returned", "new", "in_progress", "cancelled"] {
        world.later(1_000);
        world
            .import(json!([{"externalId": "1", "nativeStatus": status}]))
            .await;
        if status != "in_progress" {
            times.push(rfc3339(world.app.clock.now()));
        }
    }
    let document =
        format!("{{ orderByExternalId(externalId: \"1\") {{ history {{ {CHANGES} }} }} }}");
    let found = world.ask(&document, json!({})).await;
    let history = &found["orderByExternalId"]["history"];
    let changes = &history["nodes"];
    assert_eq!(history["totalCount"], 4);
    assert_eq!(
        column(changes, "/from"),
        ["NEW", "COMPLETE", "CANCELLED", "NEW"]
    );
    assert_eq!(
        column(changes, "/to"),
        ["COMPLETE", "CANCELLED", "NEW", "CANCELLED"]
    );
    assert_eq!(column(changes, "/at"), times);
    assert_eq!(column(changes, "/actor"), ["IMPORT"; 4]);
    assert_eq!(column(changes, "/actorName"), ["Admin"; 4]);
}

async fn r26_what_is_refused_or_rehearsed_leaves_none(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(1).await;
    let transaction = world.transaction("1").await;
    let set = json!({"transactionId": transaction["id"], "status": "OPEN", "reason": "OTHER"});
    assert_eq!(
        world
            .refused("overrideTransactionStatus", set.clone())
            .await,
        "SAME_STATUS"
    );
    let mut outdated = set.clone();
    outdated["expectedVersion"] = json!(9);
    assert_eq!(
        world.refused("overrideTransactionStatus", outdated).await,
        "VERSION_CONFLICT"
    );
    let mut unreadable = set;
    unreadable["status"] = json!("COMPLETED");
    unreadable["note"] = json!("x".repeat(100_000));
    assert_eq!(
        world.refused("overrideTransactionStatus", unreadable).await,
        "INVALID"
    );
    let change = OverrideStatus {
        transaction_id: uuid_of(NodeKind::Transaction, &transaction["id"]),
        status: TransactionStatus::Completed,
        reason: OverrideReason::Other,
        note: None,
        pinned: None,
        expected_version: None,
    };
    ledger::rehearse(&world.app, world.shop_id, &olga(), &change)
        .await
        .unwrap();
    assert_eq!(world.transaction("1").await, transaction);
    assert_eq!(world.history().await, []);
}

async fn r26_rows_are_never_changed_or_deleted(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    world.sync().await;
    world.set(&world.transaction("1").await, "CANCELLED").await;
    let before = world.history().await;
    assert_eq!(before.len(), 3);
    world.later(1_000);
    world.release(&world.transaction("1").await).await;
    world
        .import(json!([{"externalId": "1", "nativeStatus": "cancelled"}]))
        .await;
    let input = json!({"transactionId": world.transaction("2").await["id"], "reason": "OTHER"});
    world
        .done("deleteTransaction", input.clone(), "__typename")
        .await;
    assert_eq!(world.refused("deleteTransaction", input).await, "NOT_FOUND");
    world.sync().await;
    let after = world.history().await;
    assert_eq!(after.len(), 6);
    assert_eq!(after[..3], before);
}

async fn r26_each_shop_is_numbered_by_itself(app: TestApp) {
    let mut world = World::open(app).await;
    world.import_complete(3).await;
    world.sync().await;
    let first = world.shop_id;
    world.shop_id = new_shop(&world.app, "Coffee").await;
    world.admin = admin(world.shop_id);
    assert_eq!(world.history().await, []);
    world.settings(json!({"syncEnabled": true})).await;
    world.import_complete(2).await;
    world.sync().await;
    assert_eq!(world.history().await.len(), 2);
    world.shop_id = first;
    assert_eq!(world.history().await.len(), 3);
}

async fn r26_affiliates_are_not_told_who_did_it_and_why(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(1).await;
    world
        .import(json!([{"externalId": "1", "nativeStatus": "cancelled"}]))
        .await;
    world.sync().await;
    let id = world.transaction("1").await["id"].clone();
    let input = json!({"transactionId": id, "status": "COMPLETED", "reason": "SELF_REFERRAL", "note": "Thank you."});
    world
        .done("overrideTransactionStatus", input, "__typename")
        .await;
    let document = format!(
        "query($id: ID!) {{ transaction(id: $id) {{ note history {{ {CHANGES} }} order {{ history {{ {CHANGES} }} }} }} }}"
    );
    let variables = json!({ "id": id });
    let to_staff = world.ask(&document, variables.clone()).await["transaction"].take();
    let changes = &to_staff["history"]["nodes"];
    assert_eq!(column(changes, "/actorName"), ["", "Admin"]);
    assert_eq!(column(changes, "/reason"), ["", "SELF_REFERRAL"]);
    assert_eq!(column(changes, "/syncRun/state"), ["SUCCEEDED", ""]);
    let anna = world.viewer_of("anna").await;
    let mut to_anna = data(&world.app, &anna, &document, variables).await["transaction"].take();
    assert_eq!(to_anna["note"], "Thank you.");
    assert_eq!(
        column(&to_anna["history"]["nodes"], "/note"),
        ["", "Thank you."]
    );
    assert_eq!(
        column(&to_anna["history"]["nodes"], "/actor"),
        ["SYNC", "ADMIN"]
    );
    // But for what is the staff's own, she is told the same.
    let mut to_staff = to_staff;
    for path in ["/history/nodes", "/order/history/nodes"] {
        for told in [&mut to_anna, &mut to_staff] {
            for change in told.pointer_mut(path).unwrap().as_array_mut().unwrap() {
                for field in ["actorName", "reason", "syncRun"] {
                    change[field].take();
                }
            }
        }
    }
    assert_eq!(to_anna, to_staff);
    let found = data(&world.app, &anna, &document, json!({ "id": id })).await["transaction"].take();
    assert_eq!(found, to_anna);
}
