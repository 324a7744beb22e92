//! Whatever is asked, the server does not break: schemathesis asks each root field at random, with right and with
//! wrong arguments, of a shop where there is something to find. `tests/clients/fuzz.py` says with what.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

use super::{Shop, assert_installed, client, new_token, run};
use crate::support::world::World;
use crate::support::{TestApp, on_both, repository};

on_both!(nothing_that_is_asked_breaks_the_server);

/// How often each root field is asked.
const EXAMPLES: &str = "15";
/// Nothing is found today that was not there yesterday: `make test` is no place for chance.
const SEED: &str = "1";

/// What came of it all.
#[derive(Debug, Deserialize)]
struct Tally {
    /// How often each code of an error was given.
    codes: BTreeMap<String, usize>,
    /// How often each root field was answered without an error.
    answered: BTreeMap<String, usize>,
}

async fn nothing_that_is_asked_breaks_the_server(app: TestApp) {
    let world = stocked(app).await;
    let shop = Shop::open(&world).await;
    let folder = TempDir::new().unwrap();
    let tally = folder.path().join("tally.json");
    let mut schemathesis = shop.invite(schemathesis(&shop));
    schemathesis.env("TALLY", &tally).current_dir(&folder);
    let (is_well, printed) = run(schemathesis).await;
    assert!(is_well, "{printed}");
    let tally: Tally = serde_json::from_slice(&fs::read(tally).unwrap()).unwrap();
    let refused: Vec<_> = tally.codes.keys().collect();
    let is_told =
        |code: &&&String| ["BAD_USER_INPUT", "QUERY_TOO_COMPLEX"].contains(&code.as_str());
    assert!(
        refused.iter().all(|code| is_told(&code)),
        "{refused:?} {printed}"
    );
    // Each of them was asked, and most of them led somewhere.
    assert!(tally.answered.len() >= 31, "{tally:?}");
    let answered = tally.answered.values().filter(|times| **times > 0);
    assert!(answered.count() >= 25, "{tally:?}");
}

/// A shop with orders of each status, what they came to, and tokens to revoke.
async fn stocked(app: TestApp) -> World {
    let world = World::open(app).await;
    world.import_complete(5).await;
    let orders = ["new", "processing", "canceled", "odd"];
    let orders = orders.map(|status| world.old_order(status, status));
    world.import(json!(orders)).await;
    world.sync().await;
    for number in 0..10 {
        new_token(&world, &format!("spare {number}")).await;
    }
    world
}

#[rustfmt::skip]
fn schemathesis(shop: &Shop) -> Command {
    assert_installed("requirements.txt", ".venv/installed-requirements.txt");
    let mut schemathesis = Command::new(client(".venv/bin/python"));
    schemathesis
        .args(["-m", "schemathesis.cli", "run", "--no-color", "--workers", "1"])
        .args(["--phases", "fuzzing", "--max-examples", EXAMPLES, "--seed", SEED, "--generation-database", "none"])
        .args(["--checks", "not_a_server_error,is_no_fault_of_the_server"])
        .args(["--header", &format!("Authorization: Bearer {}", shop.token), "--url", &shop.url()])
        .arg(repository("schema.graphql"))
        .env("SCHEMATHESIS_HOOKS", client("fuzz.py"))
        .env("NO_PROXY", "127.0.0.1");
    schemathesis
}
