//! R18 under pressure: a hundred who ask at once get one run, and a run that has slept through its lease
//! writes nothing any more.

use cashable::app::App;
use cashable::error::Error;
use cashable::ledger::{self, Author, FinishRun, Recount};
use entity::words::SyncState;
use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, Database, DatabaseTransaction, DbBackend, TransactionTrait};
use serde_json::{Value, json};

use super::footprint::Footprint;
use crate::support::graphql::data;
use crate::support::world::{MINUTE, World, document_of, text};
use crate::support::{TestApp, on_both};

on_both!(
    r18_a_hundred_triggers_at_once_make_one_run,
    r18_a_run_that_slept_through_its_lease_writes_nothing,
);

async fn replica(world: &World) -> App {
    let clock = world.app.clock.clone();
    App::open(&world.app.url(), clock).await.unwrap()
}

/// A second replica where there can be two.
async fn other_than(app: &App, world: &World) -> App {
    if app.database.backend() == DbBackend::Sqlite {
        return app.clone();
    }
    replica(world).await
}

/// Stands in the way of a run's look at its statistics, which it takes without the shop's lock: until this is
/// over the run is under way, and nobody else waits.
async fn hold_up(world: &World) -> Option<DatabaseTransaction> {
    if world.app.database.backend() == DbBackend::Sqlite {
        return None;
    }
    let stranger = Database::connect(world.app.url_of_test()).await.unwrap();
    let held = stranger.begin().await.unwrap();
    let lock = "LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE";
    held.execute_unprepared(lock).await.unwrap();
    Some(held)
}

async fn trigger(app: &App, world: &World) -> Value {
    let document = document_of("triggerSync", "alreadyRunning run { id }");
    let mut answer = data(app, &world.admin, &document, json!({"input": {}})).await;
    answer["triggerSync"].take()
}

async fn r18_a_hundred_triggers_at_once_make_one_run(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(4_001).await;
    let other = other_than(&world.app, &world).await;
    let triggers = (0..100).map(|number| {
        let app: &App = if number % 2 == 0 { &world.app } else { &other };
        trigger(app, &world)
    });
    let held = hold_up(&world).await;
    let answers = join_all(triggers).await;
    assert_eq!(world.runs().await.len(), 1);
    let first = text(&answers[0]["run"]["id"]);
    assert!(!first.is_empty());
    assert!(answers.iter().all(|it| it["run"]["id"] == first.as_str()));
    let started = answers.iter().filter(|it| it["alreadyRunning"] == false);
    assert_eq!(started.count(), 1);
    drop(held);
}

async fn r18_a_run_that_slept_through_its_lease_writes_nothing(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(4).await;
    let mut asleep = world.begin().await;
    world.settle(&mut asleep, 1).await;
    world.later(MINUTE);
    let awake = replica(&world).await;
    cashable::sync::sync_due_shops(&awake).await.unwrap();
    assert_eq!(world.runs().await[0].state, SyncState::Failed);
    assert_eq!(world.sync().await.transactions_changed, 3);
    world
        .import(json!([world.old_order("5", "complete")]))
        .await;
    world.sql("UPDATE affiliates SET promoted_orders = 9").await;
    let before = (
        Footprint::of(&world).await,
        world.runs().await,
        world.shop().await,
    );

    let author = Author::run(asleep.id);
    let chunk = world.try_settle(&asleep, 1).await;
    assert!(matches!(chunk, Err(Error::LeaseLost)), "{chunk:?}");
    let recount = Recount { run_id: asleep.id };
    let recount = ledger::write(&world.app, world.shop_id, &author, &recount).await;
    assert!(matches!(recount, Err(Error::LeaseLost)), "{recount:?}");
    let finish = FinishRun { run: asleep };
    let finish = ledger::write(&world.app, world.shop_id, &author, &finish).await;
    assert!(matches!(finish, Err(Error::LeaseLost)), "{finish:?}");

    let after = (
        Footprint::of(&world).await,
        world.runs().await,
        world.shop().await,
    );
    assert_eq!(after, before);
    let run = world.sync().await;
    assert_eq!(
        (run.transactions_changed, run.promoted_counts_repaired),
        (1, 1)
    );
    world.assert_sound().await;
}
