//! Mutations that say which version of a row they are about.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::cases::{mutations_that_take, state, two_open, versioned, with_key};
use crate::support::world::World;
use crate::support::{TestApp, on_both};

on_both!(
    every_mutation_that_takes_a_version_has_a_case,
    another_version_is_a_conflict_and_changes_nothing,
    the_version_that_is_there_is_changed,
    of_two_hundred_who_have_read_the_same_one_has_its_way,
);

async fn every_mutation_that_takes_a_version_has_a_case(app: TestApp) {
    let world = two_open(app).await;
    let mut cases = versioned(&pinned(&world, "1").await).map(|it| it.0);
    cases.sort_unstable();
    assert_eq!(cases.to_vec(), mutations_that_take("expectedVersion").await);
}

/// A transaction that an override holds.
async fn pinned(world: &World, order: &str) -> Value {
    world
        .set(&world.transaction(order).await, "COMPLETED")
        .await
}

async fn another_version_is_a_conflict_and_changes_nothing(app: TestApp) {
    let world = two_open(app).await;
    let read = pinned(&world, "1").await;
    world.set(&read, "CANCELLED").await;
    let (before, writes) = (state(&world).await, world.shop().await.revision);
    let version = read["version"].as_i64().unwrap();
    for number in [
        version,
        version - 1,
        version + 2,
        0,
        -1,
        i64::from(i32::MAX),
    ] {
        let mut row = read.clone();
        row["version"] = json!(number);
        for (mutation, input) in versioned(&row) {
            let code = world.refused(mutation, input).await;
            assert_eq!(code, "VERSION_CONFLICT", "{mutation} of version {number}");
        }
    }
    assert_eq!(state(&world).await, before);
    assert_eq!(world.shop().await.revision, writes);
    // Nor where the refusal is kept for those who ask again.
    for (mutation, input) in versioned(&read) {
        let code = world.refused(mutation, with_key(&input, mutation)).await;
        assert_eq!(code, "VERSION_CONFLICT", "{mutation}");
    }
    assert_eq!(state(&world).await, before);
}

async fn the_version_that_is_there_is_changed(app: TestApp) {
    let world = two_open(app).await;
    for number in 0..3 {
        let read = pinned(&world, "1").await;
        let (mutation, input) = versioned(&read)[number].clone();
        world.done(mutation, input, "__typename").await;
        let now = world.transactions("1").await;
        assert_ne!(now.first(), Some(&read), "{mutation}");
    }
    assert_eq!(world.transactions("1").await, Vec::<Value>::new());
    world.assert_sound().await;
}

async fn of_two_hundred_who_have_read_the_same_one_has_its_way(app: TestApp) {
    let world = two_open(app).await;
    for number in 0..3 {
        let read = pinned(&world, "2").await;
        let history = world.history().await.len();
        let (mutation, input) = versioned(&read)[number].clone();
        let calls = (0..200).map(|_| world.change(mutation, input.clone(), "__typename"));
        let answers = join_all(calls).await;
        let mut codes: Vec<&Value> = answers
            .iter()
            .map(|it| &it["userErrors"][0]["code"])
            .collect();
        codes.retain(|code| !code.is_null());
        assert_eq!(codes.len(), 199, "{mutation}");
        // Of one that is gone there is no version any more.
        let expected = match mutation {
            "deleteTransaction" => "NOT_FOUND",
            _ => "VERSION_CONFLICT",
        };
        assert!(codes.iter().all(|code| *code == expected), "{codes:?}");
        assert_eq!(world.history().await.len(), history + 1, "{mutation}");
    }
    world.assert_sound().await;
}
