//! R14: an override and a running sync never lose each other's write, in either order. The run is driven by
//! hand, a transaction at a time, so that an override stands exactly where the test puts it.

use std::collections::BTreeSet;

use cashable::sync;
use entity::words::{StatusActor, SyncState};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::world::{World, column};
use crate::support::{TestApp, on_both};

on_both!(
    r14_an_override_between_two_chunks_stands,
    r14_an_override_of_what_the_run_has_settled_stands,
    r14_an_unpinned_override_is_settled_by_the_same_run,
    r14_a_release_during_a_run_is_settled_by_the_same_rules,
    r14_overrides_at_the_same_time_as_chunks_stand,
    r14_overrides_at_the_same_time_as_a_whole_run_stand,
);

/// The transactions of a shop by the number of their order.
async fn all(world: &World) -> Vec<Value> {
    let document = "{ transactions(first: 250, orderBy: {field: CREATED_AT, direction: ASC}) {
        nodes { id status pinned version order { number } } } }";
    let mut found = world.ask(document, json!({})).await;
    let nodes = found["transactions"]["nodes"].take();
    nodes.as_array().cloned().unwrap()
}

async fn with_status(world: &World, status: &str) -> Vec<Value> {
    let all = all(world).await.into_iter();
    all.filter(|it| it["status"] == status).collect()
}

async fn r14_an_override_between_two_chunks_stands(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(3).await;
    let mut run = world.begin().await;
    assert!(world.settle(&mut run, 1).await);
    let open = with_status(&world, "OPEN").await;
    assert_eq!(open.len(), 2);
    world.set(&open[0], "CANCELLED").await;
    while world.settle(&mut run, 1).await {}
    let run = world.finish(run).await;
    assert_eq!(
        (run.state, run.transactions_changed),
        (SyncState::Succeeded, 2)
    );
    let cancelled = with_status(&world, "CANCELLED").await;
    assert_eq!(
        column(&cancelled.into(), "/id"),
        [open[0]["id"].as_str().unwrap()]
    );
    assert_eq!(with_status(&world, "COMPLETED").await.len(), 2);
    assert_eq!(world.history().await.len(), 3);
    world.assert_sound().await;
}

async fn r14_an_override_of_what_the_run_has_settled_stands(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    let mut run = world.begin().await;
    world.settle(&mut run, 1).await;
    let settled = with_status(&world, "COMPLETED").await;
    assert_eq!(settled.len(), 1);
    let by_hand = world.set(&settled[0], "CANCELLED").await;
    while world.settle(&mut run, 1).await {}
    world.finish(run).await;
    world.sync().await;
    let found = with_status(&world, "CANCELLED").await;
    assert_eq!(
        (&found[0]["id"], &found[0]["version"]),
        (&by_hand["id"], &by_hand["version"])
    );
    let told: Vec<_> = world
        .history()
        .await
        .into_iter()
        .map(|row| (row.actor, row.to_status))
        .collect();
    let expected = [
        (StatusActor::Sync, "COMPLETED"),
        (StatusActor::Admin, "CANCELLED"),
        (StatusActor::Sync, "COMPLETED"),
    ];
    assert_eq!(told, expected.map(|(actor, to)| (actor, to.to_owned())));
    world.assert_sound().await;
}

async fn r14_an_unpinned_override_is_settled_by_the_same_run(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    let mut run = world.begin().await;
    world.settle(&mut run, 1).await;
    let open = with_status(&world, "OPEN").await;
    world.set(&open[0], "IN_PROGRESS").await;
    while world.settle(&mut run, 1).await {}
    let run = world.finish(run).await;
    assert_eq!(run.transactions_changed, 2);
    assert_eq!(with_status(&world, "COMPLETED").await.len(), 2);
    let told = world
        .history()
        .await
        .into_iter()
        .map(|row| (row.from_status, row.to_status));
    let expected = [
        ("OPEN", "COMPLETED"),
        ("OPEN", "IN_PROGRESS"),
        ("IN_PROGRESS", "COMPLETED"),
    ];
    assert_eq!(
        told.collect::<Vec<_>>(),
        expected.map(|(from, to)| (from.to_owned(), to.to_owned()))
    );
    world.assert_sound().await;
}

async fn r14_a_release_during_a_run_is_settled_by_the_same_rules(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    let pinned = world.set(&all(&world).await[0], "CANCELLED").await;
    let mut run = world.begin().await;
    world.settle(&mut run, 1).await;
    assert_eq!(world.release(&pinned).await["status"], "COMPLETED");
    while world.settle(&mut run, 1).await {}
    world.finish(run).await;
    assert_eq!(with_status(&world, "COMPLETED").await.len(), 2);
    assert_eq!(world.history().await.len(), 3);
    world.assert_sound().await;
}

async fn r14_overrides_at_the_same_time_as_chunks_stand(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(8).await;
    let mut run = world.begin().await;
    let mut by_hand = BTreeSet::new();
    for transaction in all(&world).await.into_iter().step_by(2) {
        let mut chunk = run.clone();
        let (more, _) = tokio::join!(
            world.settle(&mut chunk, 1),
            world.set(&transaction, "CANCELLED")
        );
        run = chunk;
        assert!(more);
        by_hand.insert(transaction["id"].as_str().unwrap().to_owned());
    }
    while world.settle(&mut run, 1).await {}
    world.finish(run).await;
    assert_both_wrote(&world, &by_hand).await;
}

async fn r14_overrides_at_the_same_time_as_a_whole_run_stand(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(30).await;
    let queued = world.queue().await;
    let some: Vec<Value> = all(&world).await.into_iter().step_by(3).collect();
    let by_hand: BTreeSet<_> = column(&some.clone().into(), "/id").into_iter().collect();
    let overrides = join_all(some.iter().map(|it| world.set(it, "CANCELLED")));
    let run = sync::run(&world.app, queued, false, &|_| {});
    let (run, _) = tokio::join!(run, overrides);
    assert_eq!(run.unwrap().state, SyncState::Succeeded);
    assert_both_wrote(&world, &by_hand).await;
}

/// The admin's rows are as the admin left them and all others as the run did; the history tells each change.
async fn assert_both_wrote(world: &World, by_hand: &BTreeSet<String>) {
    for transaction in all(world).await {
        let is_by_hand = by_hand.contains(transaction["id"].as_str().unwrap());
        let expected = if is_by_hand { "CANCELLED" } else { "COMPLETED" };
        assert_eq!(transaction["status"], expected);
        assert_eq!(transaction["pinned"], is_by_hand);
    }
    let history = world.history().await;
    let of_admin = history.iter().filter(|row| row.actor == StatusActor::Admin);
    assert_eq!(of_admin.count(), by_hand.len());
    for row in &history {
        let later = history
            .iter()
            .find(|it| it.sequence > row.sequence && it.transaction_id == row.transaction_id);
        if let Some(later) = later {
            assert_eq!(later.from_status, row.to_status);
            assert_eq!(later.actor, StatusActor::Admin);
        }
    }
    world.assert_sound().await;
}
