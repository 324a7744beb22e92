//! Sharding: every statement that the tests have the program execute on PostgreSQL is held to what Citus asks
//! (DESIGN §4), since no Citus is at hand to ask it itself.
//!
//! PostgreSQL keeps what was executed in a test's database, by the program in this process and by commands in
//! others alike. Before the database is dropped the walk goes through it, so that the test fails that made the
//! program say what it may not.

mod all_shops;
mod coverage;
mod examples;
mod folded;
mod keys;
mod migrations;
mod rule;
mod scope;
mod walk;

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use folded::folded;
use walk::offences_in;

/// Statements without offence. Most tests execute the same ones, and each is walked through once.
static FLAWLESS: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// What is to be said against these statements.
pub fn complaints(statements: &[String]) -> Vec<String> {
    let folded: HashSet<String> = statements.iter().map(|it| folded(it)).collect();
    let known = |it: &String| {
        FLAWLESS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(it)
    };
    let mut complaints = Vec::new();
    for statement in folded.into_iter().filter(|it| !known(it)) {
        let offences = offences_in(&statement);
        if offences.is_empty() {
            let mut flawless = FLAWLESS.lock().unwrap_or_else(PoisonError::into_inner);
            flawless.insert(statement);
            continue;
        }
        let said = offences.iter().map(|it| format!("\n  {it}"));
        complaints.push(format!(
            "not for Citus: {statement}{}",
            said.collect::<String>()
        ));
    }
    complaints
}
