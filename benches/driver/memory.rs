//! How long the server takes to start, and how much memory it takes with pages asked for by 16 connections
//! while all shops are settled.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::bench::Bench;
use crate::client::{Connection, drive};
use crate::numbers::median;
use crate::outcome::Outcome;
use crate::process::Process;
use crate::questions::{Asker, Questions};
use crate::table::{Aim, Table};

/// How often the server is started.
const STARTS: usize = 7;
const WORK: &str = "work";

const SYNC: &str = "mutation { triggerSync { alreadyRunning userErrors { message } } }";
const LAST: &str = "{ syncRuns(first: 1) { nodes { state transactionsChanged } } }";

/// Measures both.
pub async fn measure(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let database = bench.store.name();
    bench.store.copy(&bench.due, WORK).await?;
    let askers = Asker::all(bench, WORK).await?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let server = Process::cashable(&bench.programs, &bench.store.url(WORK)).await?;
        starts.push(server.start_up.as_secs_f64() * 1_000.0);
    }
    let start = median(starts);
    let told = ("", format!("{start:.0} ms"));
    table.add("start-up (ms)", database, told, start, Aim::AtMost(50.0));
    let server = Process::cashable(&bench.programs, &bench.store.url(WORK)).await?;
    let pages = Arc::new(Questions::pages(&askers).ours);
    let time = Duration::from_secs(bench.asked.seconds * 2);
    drive(server.port, &pages, time).await?;
    tell(
        "memory under 16 connections (MB)",
        40.0,
        &server,
        database,
        table,
    )?;
    sync_under_load(&server, &askers, &pages).await?;
    tell(
        "memory through syncs as well (MB)",
        200.0,
        &server,
        database,
        table,
    )?;
    drop(server);
    bench.store.remove(WORK).await
}

fn tell(
    work: &str,
    most: f64,
    server: &Process,
    database: &'static str,
    table: &mut Table,
) -> Outcome<()> {
    let peak = server.peak_memory()?;
    let told = ("", format!("{peak:.0} MB"));
    table.add(work, database, told, peak, Aim::AtMost(most));
    Ok(())
}

/// Syncs all shops at once, and asks for pages until the last one is done.
async fn sync_under_load(
    server: &Process,
    askers: &[Asker],
    pages: &Arc<Vec<Vec<u8>>>,
) -> Outcome<()> {
    let mut connection = Connection::open(server.port).await?;
    for asker in askers {
        connection.ask_json(&asker.ask(SYNC, &json!({}))).await?;
    }
    for asker in askers {
        loop {
            drive(server.port, pages, Duration::from_millis(500)).await?;
            let last = connection.ask_json(&asker.ask(LAST, &json!({}))).await?;
            let run = &last["data"]["syncRuns"]["nodes"][0];
            match run["state"].as_str() {
                Some("QUEUED" | "RUNNING") => {}
                Some("SUCCEEDED") if run["transactionsChanged"] != 0 => break,
                _ => return Err(format!("a sync did not go well: {run}").into()),
            }
        }
    }
    Ok(())
}
