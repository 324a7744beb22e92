//! R21 and R22: when a shop was last synced, and that one bad order spoils neither a run nor an import.

use cashable::sync;
use entity::words::{SyncState, SyncTrigger};
use serde_json::{Value, json};

use crate::support::world::{MINUTE, World, column, olga, rfc3339};
use crate::support::{TestApp, on_both};

on_both!(
    r21_the_last_sync_is_the_end_of_the_last_success,
    r21_healthy_is_a_success_within_two_intervals,
    r21_a_dry_run_is_neither_success_nor_attempt,
    r22_a_damaged_order_is_set_aside_and_the_run_succeeds,
    r22_every_kind_of_damage_is_set_aside,
    r22_a_bad_order_of_an_import_is_listed_and_the_others_go_in,
);

async fn last_sync(world: &World) -> Value {
    let document = "{ lastSync { finishedAt attemptedAt nextRunAt healthy run { state } } }";
    world.ask(document, json!({})).await["lastSync"].take()
}

async fn r21_the_last_sync_is_the_end_of_the_last_success(app: TestApp) {
    let world = World::open(app).await;
    let now = || rfc3339(world.app.clock.now());
    let never = json!({"finishedAt": null, "attemptedAt": null, "nextRunAt": now(), "healthy": false, "run": null});
    assert_eq!(last_sync(&world).await, never);
    let began = now();
    let run = world.begin().await;
    let during = last_sync(&world).await;
    assert_eq!(
        (&during["finishedAt"], &during["attemptedAt"]),
        (&Value::Null, &json!(began))
    );
    world.later(7_000);
    let ended = now();
    world.finish(run).await;
    let after = last_sync(&world).await;
    assert_eq!(
        (&after["finishedAt"], &after["attemptedAt"]),
        (&json!(ended), &json!(began))
    );
    // The next attempt is cut off, and the one after it is told to stop.
    world.later(10 * MINUTE);
    world.begin().await;
    world.later(MINUTE);
    let attempted = now();
    let queued = world.queue().await;
    world.settings(json!({"syncEnabled": false})).await;
    assert_eq!(world.run_to_end(queued).await.state, SyncState::Failed);
    world.settings(json!({"syncEnabled": true})).await;
    let failed = last_sync(&world).await;
    assert_eq!(
        (&failed["finishedAt"], &failed["attemptedAt"]),
        (&json!(ended), &json!(attempted))
    );
    assert_eq!(failed["healthy"], true);
}

async fn r21_healthy_is_a_success_within_two_intervals(app: TestApp) {
    let world = World::open(app).await;
    let healthy = async || last_sync(&world).await["healthy"].as_bool().unwrap();
    assert!(!healthy().await);
    world.sync().await;
    world.later(60 * MINUTE);
    assert!(healthy().await);
    world.later(1);
    assert!(!healthy().await);
    world.settings(json!({"syncIntervalMinutes": 31})).await;
    assert!(healthy().await);
    world
        .settings(json!({"syncIntervalMinutes": 5, "syncEnabled": false}))
        .await;
    assert!(healthy().await);
    assert_eq!(last_sync(&world).await["nextRunAt"], Value::Null);
    world.settings(json!({"syncEnabled": true})).await;
    assert!(!healthy().await);
}

async fn r21_a_dry_run_is_neither_success_nor_attempt(app: TestApp) {
    let world = World::open(app).await;
    world.sync().await;
    let before = last_sync(&world).await;
    world.later(MINUTE);
    let dry = sync::request(
        &world.app,
        world.shop_id,
        &olga(),
        SyncTrigger::Manual,
        true,
    )
    .await;
    assert_eq!(
        world.run_to_end(dry.unwrap().run).await.state,
        SyncState::Succeeded
    );
    assert_eq!(last_sync(&world).await, before);
}

const RUN: &str =
    "query { syncRuns(first: 1) { nodes { state error ordersFailed transactionsChanged
    failures { totalCount nodes { source externalId code message } } } } }";

/// The newest run as the API tells it.
async fn newest_run(world: &World) -> Value {
    world.ask(RUN, json!({})).await["syncRuns"]["nodes"][0].take()
}

/// A whole run a second later, since what was set aside is looked at again by the next.
async fn run_and_look(world: &World) -> Value {
    world.later(1_000);
    world.sync().await;
    newest_run(world).await
}

async fn r22_a_damaged_order_is_set_aside_and_the_run_succeeds(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(3).await;
    world
        .sql("UPDATE orders SET refunded_minor = total_minor + 1 WHERE external_id = '2'")
        .await;
    let run = run_and_look(&world).await;
    assert_eq!(
        (&run["state"], &run["error"]),
        (&json!("SUCCEEDED"), &Value::Null)
    );
    assert_eq!(
        (&run["ordersFailed"], &run["transactionsChanged"]),
        (&json!(1), &json!(2))
    );
    let failures = &run["failures"];
    assert_eq!(failures["totalCount"], 1);
    let failure = &failures["nodes"][0];
    assert_eq!(
        (&failure["source"], &failure["externalId"]),
        (&json!("api"), &json!("2"))
    );
    assert_eq!(failure["code"], "INVALID");
    assert!(
        failure["message"].as_str().unwrap().contains("refunds"),
        "{failure}"
    );
    for (order, status) in [("1", "COMPLETED"), ("2", "OPEN"), ("3", "COMPLETED")] {
        assert_eq!(world.transaction(order).await["status"], status, "{order}");
    }
    // It is told again as long as it is so, and settled once it is mended.
    let again = run_and_look(&world).await;
    assert_eq!(
        (&again["ordersFailed"], &again["transactionsChanged"]),
        (&json!(1), &json!(0))
    );
    world
        .sql("UPDATE orders SET refunded_minor = 0 WHERE external_id = '2'")
        .await;
    let mended = run_and_look(&world).await;
    assert_eq!(
        (&mended["ordersFailed"], &mended["transactionsChanged"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(mended["failures"]["totalCount"], 0);
    world.assert_sound().await;
}

async fn r22_every_kind_of_damage_is_set_aside(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(5).await;
    for (order, damage) in [
        ("1", "refunded_minor = -1"),
        ("2", "total_minor = -1"),
        ("3", "status = 'MISLAID'"),
        ("4", "refunded_minor = 10001"),
    ] {
        world
            .sql(&format!(
                "UPDATE orders SET {damage} WHERE external_id = '{order}'"
            ))
            .await;
    }
    let run = run_and_look(&world).await;
    assert_eq!(run["state"], "SUCCEEDED");
    assert_eq!(
        (&run["ordersFailed"], &run["transactionsChanged"]),
        (&json!(4), &json!(1))
    );
    let mut failed = column(&run["failures"]["nodes"], "/externalId");
    failed.sort();
    assert_eq!(failed, ["1", "2", "3", "4"]);
    assert_eq!(world.transaction("5").await["status"], "COMPLETED");
    assert_eq!(world.history().await.len(), 1);
}

async fn r22_a_bad_order_of_an_import_is_listed_and_the_others_go_in(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(1).await;
    let with = |id: &str, field: &str, value: Value| {
        let mut order = world.old_order(id, "new");
        order[field] = value;
        order
    };
    let orders = json!([
        world.old_order("2", "new"),
        with("3", "refunded", json!("100.01")),
        with("4", "total", json!("-1")),
        with("5", "total", json!("1.005")),
        with("6", "currency", json!("ZZZ")),
        with("7", "placedAt", Value::Null),
        with("8", "nativeStatus", Value::Null),
        world.old_order("2", "new"),
        {"externalId": "1", "refunded": "200.00"},
        world.old_order("9", "new"),
    ]);
    let counts = world.try_import(orders).await;
    assert_eq!(
        (&counts["created"], &counts["changed"]),
        (&json!(2), &json!(0))
    );
    let failed = &counts["failed"];
    assert_eq!(
        column(failed, "/externalId"),
        ["3", "4", "5", "6", "7", "8", "2", "1"]
    );
    let places: Vec<_> = failed
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["index"].clone())
        .collect();
    assert_eq!(json!(places), json!([1, 2, 3, 4, 5, 6, 7, 8]));
    let mut codes = column(failed, "/code");
    assert_eq!(codes.remove(6), "DUPLICATE");
    assert!(codes.iter().all(|code| code == "INVALID"), "{codes:?}");
    assert!(column(failed, "/message").iter().all(|it| !it.is_empty()));
    let found = world
        .ask(
            "{ ordersReport { nodes { externalId refunded { amount } } } }",
            json!({}),
        )
        .await;
    let mut stored = column(&found["ordersReport"]["nodes"], "/externalId");
    stored.sort();
    assert_eq!(stored, ["1", "2", "9"]);
    world.assert_sound().await;
}
