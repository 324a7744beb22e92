//! A disk that runs full in the middle of a write: it is told in plain words, nothing is half written, reading
//! goes on, and once there is room the same goes through.

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;

use super::deeds::{Deed, Ready};
use super::footprint::Footprint;
use crate::support::TestApp;
use crate::support::world::{MINUTE, World};

/// What a caller is told, by whichever database.
const TOLD: &str = "the disk of the database is full: nothing was changed";

/// More pages than a test will ever fill.
const ROOM: i64 = 1_000_000;

#[tokio::test]
async fn an_import_into_a_full_disk_leaves_nothing() {
    let world = World::open(TestApp::on_sqlite().await).await;
    let orders: Vec<_> = (0..80)
        .map(|number| world.old_order(&format!("{number}-{}", "x".repeat(90)), "complete"))
        .collect();
    let import = Ready::Mutation {
        name: "importOrders",
        selection: "created",
        input: json!({ "orders": orders }),
    };
    let pages = fill_up(&world, &import).await;
    assert!(pages > 5, "it took {pages} pages only");
}

#[tokio::test]
async fn no_write_leaves_anything_half_done_on_a_full_disk() {
    let world = World::open(TestApp::on_sqlite().await).await;
    for deed in [
        Deed::Override,
        Deed::Release,
        Deed::Delete,
        Deed::Create,
        Deed::Sync,
    ] {
        for number in 0..8 {
            let ready = deed.ready(&world, &format!("{deed:?}-{number}")).await;
            fill_up(&world, &ready).await;
        }
    }
}

/// Does it with no page to spare, then with one, and so on until it goes through; answers with how many.
async fn fill_up(world: &World, ready: &Ready) -> i64 {
    let (before, asked) = (Footprint::of(world).await, world.shop().await);
    let mut spare = 0;
    loop {
        let used = pragma(world, "page_count").await;
        pragma(world, &format!("max_page_count = {}", used + spare)).await;
        let outcome = ready.make(world).await;
        world.assert_sound().await;
        let done = Footprint::of(world).await.since(before);
        pragma(world, &format!("max_page_count = {ROOM}")).await;
        let Err(told) = outcome else {
            assert_ne!(done, Footprint::NOTHING, "{ready:?}");
            return spare;
        };
        assert!(told.to_lowercase().contains(TOLD), "{told}");
        match ready {
            // Its steps that were made are whole; the next run makes the rest good.
            Ready::Sync => world.later(MINUTE),
            Ready::Mutation { .. } => assert_eq!(
                (done, world.shop().await),
                (Footprint::NOTHING, asked.clone())
            ),
        }
        spare += 1;
    }
}

async fn pragma(world: &World, pragma: &str) -> i64 {
    let query = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {pragma}"));
    let row = world.app.database.writer().query_one_raw(query).await;
    row.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn a_full_disk_of_postgres_is_told_too() {
    let world = World::open(TestApp::on_postgres().await).await;
    let ready = Deed::Override.ready(&world, "1").await;
    let before = Footprint::of(&world).await;
    world
        .sql(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
            END $$;
            CREATE TRIGGER failing AFTER INSERT ON status_changes EXECUTE FUNCTION fail()",
        )
        .await;
    let told = ready.make(&world).await.unwrap_err();
    assert!(told.to_lowercase().contains(TOLD), "{told}");
    assert_eq!(
        Footprint::of(&world).await.since(before),
        Footprint::NOTHING
    );
    world.assert_sound().await;
    world.sql("DROP FUNCTION fail CASCADE").await;
    assert_eq!(ready.make(&world).await, Ok(()));
}
