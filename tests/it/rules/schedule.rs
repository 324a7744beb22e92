//! R17 and R20: when a run begins by itself, and that a shop whose sync is off is left alone.

use cashable::error::Error;
use cashable::ledger::{self, Author, Recount, UpdateSettings};
use cashable::sync;
use entity::words::{SyncState, SyncTrigger};
use serde_json::{Value, json};

use crate::support::world::{MINUTE, World, column, new_shop, olga};
use crate::support::{TestApp, on_both};

on_both!(
    r17_a_shop_syncs_at_its_interval,
    r17_the_interval_counts_from_the_last_attempt,
    r17_every_shop_has_its_turn,
    r17_a_run_says_what_asked_for_it,
    r20_sync_is_off_until_an_admin_turns_it_on,
    r20_a_run_stops_when_sync_is_turned_off,
    r20_counters_are_left_alone_once_sync_is_turned_off,
);

async fn r17_a_shop_syncs_at_its_interval(app: TestApp) {
    let world = World::open(app).await;
    let runs_after = async |millis: i64| {
        world.later(millis);
        sync::sync_due_shops(&world.app).await.unwrap();
        world.runs().await.len()
    };
    assert_eq!(runs_after(0).await, 1);
    assert_eq!(runs_after(0).await, 1);
    assert_eq!(runs_after(30 * MINUTE - 1).await, 1);
    assert_eq!(runs_after(1).await, 2);
    world.settings(json!({"syncIntervalMinutes": 10})).await;
    assert_eq!(runs_after(10 * MINUTE - 1).await, 2);
    assert_eq!(runs_after(1).await, 3);
    world.settings(json!({"syncIntervalMinutes": 60})).await;
    assert_eq!(runs_after(60 * MINUTE - 1).await, 3);
    assert_eq!(runs_after(1).await, 4);
    for run in world.runs().await {
        assert_eq!(
            (run.state, run.trigger),
            (SyncState::Succeeded, SyncTrigger::Schedule)
        );
    }
    for minutes in [0, 7 * 24 * 60 + 1] {
        let input = json!({"syncIntervalMinutes": minutes});
        assert_eq!(world.refused("updateShopSettings", input).await, "INVALID");
    }
}

async fn r17_the_interval_counts_from_the_last_attempt(app: TestApp) {
    let world = World::open(app).await;
    world.sync().await;
    world.later(30 * MINUTE - 1);
    let dry = sync::request(
        &world.app,
        world.shop_id,
        &olga(),
        SyncTrigger::Manual,
        true,
    )
    .await;
    world.run_to_end(dry.unwrap().run).await;
    sync::sync_due_shops(&world.app).await.unwrap();
    assert_eq!(world.runs().await.len(), 2);
    // A dry run is no attempt.
    world.later(1);
    sync::sync_due_shops(&world.app).await.unwrap();
    assert_eq!(world.runs().await.len(), 3);
}

async fn r17_every_shop_has_its_turn(app: TestApp) {
    let world = World::open(app).await;
    let on = UpdateSettings {
        sync_enabled: Some(true),
        ..UpdateSettings::default()
    };
    for name in ["Coffee", "Cocoa"] {
        let shop_id = new_shop(&world.app, name).await;
        ledger::write(&world.app, shop_id, &olga(), &on)
            .await
            .unwrap();
    }
    // A run under way keeps no other shop from its turn.
    world.queue().await;
    world.later(30 * 1_000);
    sync::sync_due_shops(&world.app).await.unwrap();
    let shops: Vec<i64> = world.runs().await.iter().map(|run| run.shop_id).collect();
    assert_eq!(shops.len(), 3);
    assert_eq!(shops.iter().filter(|it| **it == world.shop_id).count(), 1);
}

async fn r17_a_run_says_what_asked_for_it(app: TestApp) {
    let world = World::open(app).await;
    for trigger in [SyncTrigger::Manual, SyncTrigger::Cli, SyncTrigger::Feed] {
        let queued = sync::request(&world.app, world.shop_id, &olga(), trigger, false).await;
        let run = world.run_to_end(queued.unwrap().run).await;
        assert_eq!((run.state, run.trigger), (SyncState::Succeeded, trigger));
        world.later(1);
    }
    let found = world
        .ask("{ syncRuns { nodes { trigger } } }", json!({}))
        .await;
    let told = column(&found["syncRuns"]["nodes"], "/trigger");
    assert_eq!(told, ["FEED", "CLI", "MANUAL"]);
}

async fn r20_sync_is_off_until_an_admin_turns_it_on(app: TestApp) {
    let world = World::untouched(app).await;
    let shop = "{ shop { settings { syncEnabled } } lastSync { nextRunAt healthy } }";
    let found = world.ask(shop, json!({})).await;
    assert_eq!(found["shop"]["settings"]["syncEnabled"], false);
    assert_eq!(
        found["lastSync"],
        json!({"nextRunAt": null, "healthy": true})
    );
    world.import_complete(2).await;
    let before = world.transaction("1").await;
    assert_eq!(before["blockers"], json!(["SYNC_DISABLED"]));
    for input in [json!({}), json!({"dryRun": true})] {
        let payload = world
            .change("triggerSync", input, "run { id } alreadyRunning")
            .await;
        assert_eq!(payload["userErrors"][0]["code"], "SYNC_DISABLED");
        assert_eq!(
            (&payload["run"], &payload["alreadyRunning"]),
            (&Value::Null, &json!(false))
        );
    }
    world.later(31 * MINUTE);
    sync::sync_due_shops(&world.app).await.unwrap();
    assert_eq!(world.runs().await.len(), 0);
    assert_eq!(world.transaction("1").await, before);
    let by_hand = world.set(&before, "COMPLETED").await;
    assert_eq!(by_hand["cashable"], true);
    world.settings(json!({"syncEnabled": true})).await;
    let asked = world.done("triggerSync", json!({}), "alreadyRunning").await;
    assert_eq!(asked["alreadyRunning"], false);
}

async fn r20_a_run_stops_when_sync_is_turned_off(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    let queued = world.queue().await;
    let off = json!({"syncEnabled": false});
    world.settings(off.clone()).await;
    let run = world.run_to_end(queued).await;
    assert_eq!(run.state, SyncState::Failed);
    assert_eq!(
        run.error.as_deref(),
        Some("the sync was turned off meanwhile")
    );
    assert_eq!(world.history().await.len(), 0);
    world.settings(json!({"syncEnabled": true})).await;
    let mut run = world.begin().await;
    world.settle(&mut run, 1).await;
    world.settings(off).await;
    assert!(world.try_settle(&run, 1).await.is_err());
    assert_eq!(world.history().await.len(), 1);
}

async fn r20_counters_are_left_alone_once_sync_is_turned_off(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    let mut run = world.begin().await;
    while world.settle(&mut run, 1).await {}
    world.sql("UPDATE affiliates SET promoted_orders = 7").await;
    world.settings(json!({"syncEnabled": false})).await;
    let recount = Recount { run_id: run.id };
    let refused = ledger::write(&world.app, world.shop_id, &Author::run(run.id), &recount).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    let document = "{ affiliates { nodes { promotedOrders { count } } } }";
    let found = world.ask(document, json!({})).await;
    assert_eq!(
        found["affiliates"]["nodes"][0]["promotedOrders"]["count"],
        7
    );
}
