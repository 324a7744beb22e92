//! R18 and R19: a shop has one run at a time, whoever asks, and a run takes no hints.

use cashable::app::App;
use cashable::error::Error;
use cashable::graphql::NodeKind;
use cashable::ledger::LEASE_MILLIS;
use cashable::sync;
use entity::words::{SyncState, SyncTrigger};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::world::{MINUTE, World, olga, shop_id_of, uuid_of};
use crate::support::{TestApp, on_both};

on_both!(
    r18_asking_again_returns_the_run_under_way,
    r18_another_replica_sees_the_run_under_way,
    r18_a_dry_run_takes_no_lease,
    r18_twenty_dry_runs_at_once_are_one,
    r18_twenty_requests_at_once_make_one_run,
    r18_a_lease_is_kept_by_working,
    r18_an_expired_lease_is_taken_over,
    r19_a_second_run_changes_nothing,
    r19_a_run_that_was_cut_off_is_made_good_by_the_next,
    r19_a_run_that_never_began_is_made_good_by_the_next,
);

/// What triggerSync answers.
async fn trigger(world: &World, input: Value) -> Value {
    world
        .done(
            "triggerSync",
            input,
            "alreadyRunning run { id state dryRun }",
        )
        .await
}

async fn r18_asking_again_returns_the_run_under_way(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    let mut run = world.begin().await;
    let first = trigger(&world, json!({})).await;
    assert_eq!(
        (&first["alreadyRunning"], &first["run"]["state"]),
        (&json!(true), &json!("RUNNING"))
    );
    world.settle(&mut run, 1).await;
    let input = json!({"shopId": shop_id_of(&world)});
    let second = trigger(&world, input).await;
    assert_eq!(second["alreadyRunning"], true);
    assert_eq!(second["run"]["id"], first["run"]["id"]);
    assert_eq!(world.runs().await.len(), 1);
    while world.settle(&mut run, 1).await {}
    world.finish(run).await;
    let queued = world.queue().await;
    let waiting = trigger(&world, json!({})).await;
    assert_eq!(
        (&waiting["alreadyRunning"], &waiting["run"]["state"]),
        (&json!(true), &json!("QUEUED"))
    );
    assert_ne!(waiting["run"]["id"], first["run"]["id"]);
    world.run_to_end(queued).await;
    assert_eq!(trigger(&world, json!({})).await["alreadyRunning"], false);
}

async fn r18_another_replica_sees_the_run_under_way(app: TestApp) {
    let world = World::open(app).await;
    let replica = App::open(&world.app.url(), world.app.clock.clone())
        .await
        .unwrap();
    let run = world.begin().await;
    let request = async || {
        let asked = sync::request(
            &replica,
            world.shop_id,
            &olga(),
            SyncTrigger::Schedule,
            false,
        )
        .await;
        asked.unwrap()
    };
    let there = request().await;
    assert_eq!((there.already_running, there.run.id), (true, run.id));
    sync::sync_due_shops(&replica).await.unwrap();
    assert_eq!(world.runs().await.len(), 1);
    world.finish(run).await;
    assert!(!request().await.already_running);
}

async fn r18_a_dry_run_takes_no_lease(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    let before = world.transaction("1").await;
    let mut run = world.begin().await;
    let during = sync::request(
        &world.app,
        world.shop_id,
        &olga(),
        SyncTrigger::Manual,
        true,
    )
    .await;
    let during = during.unwrap();
    assert!(!during.already_running);
    // Whoever asks meanwhile is told of that one, for as long as somebody may be at it.
    let again = trigger(&world, json!({"dryRun": true})).await;
    assert_eq!(again["alreadyRunning"], true);
    assert_eq!(again["run"]["dryRun"], true);
    assert_eq!(
        uuid_of(NodeKind::SyncRun, &again["run"]["id"]),
        during.run.id
    );
    let looked = world.run_to_end(during.run).await;
    assert_eq!(
        (looked.state, looked.transactions_changed),
        (SyncState::Succeeded, 2)
    );
    assert_eq!(
        looked.transitions,
        json!([{"from": "OPEN", "to": "COMPLETED", "transactions": 2}])
    );
    assert_eq!(world.transaction("1").await, before);
    assert_eq!(world.history().await.len(), 0);
    while world.settle(&mut run, 1).await {}
    assert_eq!(world.finish(run).await.transactions_changed, 2);
}

/// Each reads as much as a run does.
async fn r18_twenty_dry_runs_at_once_are_one(app: TestApp) {
    let world = World::open(app).await;
    let replica = App::open(&world.app.url(), world.app.clock.clone())
        .await
        .unwrap();
    let olga = olga();
    let dry_run = async |app: &App| {
        let asked = sync::request(app, world.shop_id, &olga, SyncTrigger::Manual, true);
        asked.await.unwrap()
    };
    let asked = (0..20).map(|number| {
        let is_here = number % 2 == 0;
        dry_run(if is_here { &world.app } else { &replica })
    });
    let asked = join_all(asked).await;
    let begun: Vec<_> = asked.iter().filter(|it| !it.already_running).collect();
    assert_eq!(begun.len(), 1);
    assert!(asked.iter().all(|it| it.run.id == begun[0].run.id));
    assert_eq!(world.runs().await.len(), 1);
    world.run_to_end(begun[0].run.clone()).await;
    let next = dry_run(&world.app).await;
    assert!(!next.already_running);
    // Its process went away; nobody waits for it for ever.
    world.later(10 * MINUTE);
    assert!(dry_run(&world.app).await.already_running);
    world.later(1);
    assert!(!dry_run(&world.app).await.already_running);
}

async fn r18_twenty_requests_at_once_make_one_run(app: TestApp) {
    let world = World::open(app).await;
    let replica = App::open(&world.app.url(), world.app.clock.clone())
        .await
        .unwrap();
    let olga = olga();
    let requests = (0..20).map(|number| {
        let app: &App = if number % 2 == 0 {
            &world.app
        } else {
            &replica
        };
        sync::request(app, world.shop_id, &olga, SyncTrigger::Manual, false)
    });
    let answers: Vec<_> = join_all(requests)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let runs = world.runs().await;
    assert_eq!(runs.len(), 1);
    assert!(answers.iter().all(|it| it.run.id == runs[0].id));
    assert_eq!(answers.iter().filter(|it| !it.already_running).count(), 1);
}

async fn r18_a_lease_is_kept_by_working(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(3).await;
    let mut run = world.begin().await;
    for _ in 0..3 {
        world.later(LEASE_MILLIS - 1);
        assert_eq!(trigger(&world, json!({})).await["alreadyRunning"], true);
        world.settle(&mut run, 1).await;
    }
    world.later(LEASE_MILLIS - 1);
    assert_eq!(world.finish(run).await.state, SyncState::Succeeded);
}

async fn r18_an_expired_lease_is_taken_over(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(3).await;
    let mut dead = world.begin().await;
    world.settle(&mut dead, 1).await;
    world.later(MINUTE);
    let alive = world.queue().await;
    assert_ne!(alive.id, dead.id);
    let runs = world.runs().await;
    assert_eq!((runs[0].id, runs[0].state), (dead.id, SyncState::Failed));
    assert_eq!(runs[0].finished_at, Some(world.app.clock.now()));
    assert_eq!(
        runs[0].error.as_deref(),
        Some("the process that ran it went away")
    );
    assert_eq!(runs[0].transactions_changed, 1);
    // Were it not dead but slow, it would write no more.
    let late = world.try_settle(&dead, 1).await;
    assert!(matches!(late, Err(Error::LeaseLost)), "{late:?}");
    let late = sync::run(&world.app, dead, false, &|_| {}).await;
    assert!(matches!(late, Err(Error::LeaseLost)), "{late:?}");
    let run = world.run_to_end(alive).await;
    assert_eq!(
        (run.state, run.transactions_changed),
        (SyncState::Succeeded, 2)
    );
    let states: Vec<_> = world.runs().await.iter().map(|run| run.state).collect();
    assert_eq!(states, [SyncState::Failed, SyncState::Succeeded]);
}

async fn r19_a_second_run_changes_nothing(app: TestApp) {
    let world = World::open(app).await;
    let statuses = ["new", "in_progress", "complete", "cancelled", "fake"];
    let orders = statuses
        .iter()
        .map(|status| world.old_order(status, status));
    world.import(orders.collect()).await;
    assert_eq!(world.sync().await.transactions_changed, 4);
    let before = (seen(&world).await, world.history().await);
    for all in [false, true] {
        let run = sync::run(&world.app, world.queue().await, all, &|_| {})
            .await
            .unwrap();
        assert_eq!(
            (run.transactions_changed, run.promoted_counts_repaired),
            (0, 0)
        );
        assert_eq!(run.transitions, json!([]));
        assert_eq!((seen(&world).await, world.history().await), before);
    }
    world.assert_sound().await;
}

/// All that the API tells of the shop's rows and figures.
async fn seen(world: &World) -> Value {
    let document = "{
        transactions { nodes { id status statusChangedAt version diverged waitsUntil amount { amount } } }
        ordersReport { nodes { id status statusChangedAt affiliate { code } } summary { orders net { amount } } }
        affiliates { nodes { promotedOrders { count countedAt } balance { cashable { amount } pending { amount } } } }
        kpi(from: \"2026-10-01\", to: \"2026-11-30\") { totals { orders revenue { amount } commissionPending { amount }
            commissionCashable { amount } commissionCancelled { amount } } }
    }";
    world.ask(document, json!({})).await
}

async fn r19_a_run_that_was_cut_off_is_made_good_by_the_next(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(5).await;
    let mut cut_off = world.begin().await;
    world.settle(&mut cut_off, 2).await;
    world.sql("UPDATE affiliates SET promoted_orders = 9").await;
    drop(cut_off);
    world.later(MINUTE);
    let run = world.sync().await;
    assert_eq!(
        (run.transactions_changed, run.promoted_counts_repaired),
        (3, 1)
    );
    for number in 1..=5 {
        assert_eq!(
            world.transaction(&number.to_string()).await["status"],
            "COMPLETED"
        );
    }
    assert_eq!(world.history().await.len(), 5);
    world.assert_sound().await;
}

async fn r19_a_run_that_never_began_is_made_good_by_the_next(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(1).await;
    let lost = world.queue().await;
    world.later(MINUTE);
    assert_eq!(world.sync().await.transactions_changed, 1);
    assert_eq!(world.runs().await[0].state, SyncState::Failed);
    let late = sync::run(&world.app, lost, false, &|_| {}).await;
    assert!(matches!(late, Err(Error::LeaseLost)), "{late:?}");
}
