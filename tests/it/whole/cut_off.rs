//! A connection that is cut at everything that a write asks of PostgreSQL, the COMMIT whose answer is lost among
//! it: the write is made again, and is made once.

use super::deeds::Deed;
use super::footprint::Footprint;
use crate::support::TestApp;
use crate::support::wire::{Cut, Wire};
use crate::support::world::{MINUTE, World};

/// Whether a write has a key that it may be repeated by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    With,
    Without,
}

#[tokio::test]
async fn an_import_is_made_once_wherever_it_is_cut() {
    cut_everywhere(Deed::Import, Key::Without).await;
}

#[tokio::test]
async fn an_override_is_made_once_wherever_it_is_cut() {
    cut_everywhere(Deed::Override, Key::Without).await;
}

#[tokio::test]
async fn a_release_is_made_once_wherever_it_is_cut() {
    cut_everywhere(Deed::Release, Key::Without).await;
}

#[tokio::test]
async fn a_deletion_is_made_once_wherever_it_is_cut() {
    cut_everywhere(Deed::Delete, Key::Without).await;
}

#[tokio::test]
async fn a_transaction_is_made_once_wherever_it_is_cut() {
    cut_everywhere(Deed::Create, Key::Without).await;
}

#[tokio::test]
async fn a_transaction_with_a_key_is_made_once_wherever_it_is_cut() {
    cut_everywhere(Deed::Create, Key::With).await;
}

#[tokio::test]
async fn r19_a_sync_settles_once_wherever_it_is_cut() {
    cut_everywhere(Deed::Sync, Key::Without).await;
}

/// Does the same at each question anew until it goes through uncut.
async fn cut_everywhere(deed: Deed, key: Key) {
    let (app, wire) = TestApp::over_wire().await;
    let world = World::open(app).await;
    let whole = uncut(&world, deed, key).await;
    let mut told = Vec::new();
    for how in [Cut::Before, Cut::After] {
        let mut nth = 1;
        while let Some(outcome) = cut_at(&world, &wire, (deed, key), (nth, how), whole).await {
            told.extend(outcome.err().map(|error| format!("{how:?} {nth}: {error}")));
            nth += 1;
        }
        assert!(nth > 5, "{deed:?} asks more than {nth} questions");
    }
    assert!(
        told.is_empty(),
        "{deed:?} did not go through:\n{}",
        told.join("\n")
    );
}

/// What the write does where nothing is in its way.
async fn uncut(world: &World, deed: Deed, key: Key) -> Footprint {
    let ready = deed.ready(world, "uncut").await;
    let before = Footprint::of(world).await;
    let ready = if key == Key::With {
        ready.with_key("uncut")
    } else {
        ready
    };
    ready.make(world).await.unwrap();
    let whole = Footprint::of(world).await.since(before);
    assert_ne!(whole, Footprint::NOTHING);
    whole
}

/// One write whose connection is cut; none where it asks so much. Whatever is told, the write is there
/// wholly or not at all, and wholly where that is told.
async fn cut_at(
    world: &World,
    wire: &Wire,
    (deed, key): (Deed, Key),
    (nth, how): (u32, Cut),
    whole: Footprint,
) -> Option<Result<(), String>> {
    let label = format!("{how:?}-{nth}");
    let ready = deed.ready(world, &label).await;
    let ready = if key == Key::With {
        ready.with_key(&label)
    } else {
        ready
    };
    let before = Footprint::of(world).await;
    wire.cut(nth, how);
    let outcome = ready.make(world).await;
    if !wire.mend() {
        assert_eq!(outcome, Ok(()));
        return None;
    }
    world.assert_sound().await;
    let done = Footprint::of(world).await.since(before);
    match &outcome {
        Ok(()) => assert_eq!(done, whole, "{deed:?} {label}"),
        Err(told) if deed == Deed::Sync => make_good(world, &label, told).await,
        Err(told) => assert!(
            [whole, Footprint::NOTHING].contains(&done),
            "{deed:?} {label}: {told}: {done:?}"
        ),
    }
    Some(outcome)
}

/// R19: a run that was cut off is made good by the next, once its lease is over.
async fn make_good(world: &World, label: &str, told: &str) {
    world.later(MINUTE);
    world.sync().await;
    for number in 1..=3 {
        let transaction = world.transaction(&format!("{label}-{number}")).await;
        assert_eq!(transaction["status"], "COMPLETED", "{label}: {told}");
    }
    world.assert_sound().await;
}
