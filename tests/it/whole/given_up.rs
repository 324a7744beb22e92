//! What PostgreSQL gives up: transactions that it refuses to go on with are made again whole, and what no
//! repetition helps is told at once. A trigger that the test brings along raises each SQLSTATE, for what a
//! sequence counts is not taken back with a transaction.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::deeds::Deed;
use super::footprint::Footprint;
use crate::support::TestApp;
use crate::support::world::World;

/// DESIGN §4: what was cut off and is made again.
const MADE_AGAIN: [&str; 8] = [
    "08006", "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "XX000",
];

/// What would only fail again: no room, no memory, a wrong program.
const TOLD: [&str; 5] = ["53100", "53200", "0A000", "42501", "23514"];

/// Where in an override it happens: at its first statement, at its last, or at COMMIT.
const PLACES: [&str; 3] = [
    "TRIGGER failing AFTER UPDATE OF revision ON shops FOR EACH STATEMENT",
    "TRIGGER failing AFTER INSERT ON status_changes FOR EACH STATEMENT",
    "CONSTRAINT TRIGGER failing AFTER INSERT ON status_changes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
];

#[tokio::test]
async fn what_was_cut_off_is_made_again_and_once() {
    let world = World::open(TestApp::on_postgres().await).await;
    let mut wrong = Vec::new();
    for (number, place) in PLACES.iter().enumerate() {
        for code in MADE_AGAIN {
            let (outcome, tries, done) = fail(&world, place, code, 2).await;
            let is_right = outcome.is_ok() && tries == 3 && done == once();
            if !is_right {
                wrong.push(format!(
                    "{code} at {number}: {outcome:?}, {tries} tries, {done:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_would_fail_again_is_told_at_once() {
    let world = World::open(TestApp::on_postgres().await).await;
    for place in PLACES {
        for code in TOLD {
            let (outcome, tries, done) = fail(&world, place, code, 1).await;
            assert!(outcome.is_err(), "{code} at {place}");
            assert_eq!((tries, done), (1, Footprint::NOTHING), "{code} at {place}");
        }
    }
}

/// An override, done.
fn once() -> Footprint {
    Footprint {
        changes: 1,
        pinned: 1,
        ..Footprint::NOTHING
    }
}

/// An override that fails with this code so many times: what was told, how often it was tried, what was done.
async fn fail(
    world: &World,
    place: &str,
    code: &str,
    times: u32,
) -> (Result<(), String>, i64, Footprint) {
    let ready = Deed::Override
        .ready(world, &format!("{:x}", fastrand::u64(..)))
        .await;
    let before = Footprint::of(world).await;
    world.sql(&failing(place, code, times)).await;
    let outcome = ready.make(world).await;
    let done = Footprint::of(world).await.since(before);
    world.assert_sound().await;
    let tries = tries(world).await;
    world
        .sql("DROP FUNCTION fail CASCADE; DROP SEQUENCE tries")
        .await;
    (outcome, tries, done)
}

fn failing(place: &str, code: &str, times: u32) -> String {
    format!(
        "CREATE SEQUENCE tries;
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('tries') <= {times} THEN
                RAISE EXCEPTION 'could not commit transaction' USING ERRCODE = '{code}';
            END IF;
            RETURN NULL;
        END $$;
        CREATE {place} EXECUTE FUNCTION fail()"
    )
}

async fn tries(world: &World) -> i64 {
    let query = Statement::from_string(DbBackend::Postgres, "SELECT last_value FROM tries");
    let row = world.app.behind_its_back().query_one_raw(query).await;
    row.unwrap().unwrap().try_get("", "last_value").unwrap()
}
