//! `bench`: what Cashable costs beside the bare database, as one table of ratios (DESIGN §7).
//!
//! Both sides run in turns over the same rows on the same machine, several rounds, and medians are shown: a
//! ratio says the same on a fast machine and on a slow or busy one.

mod bare_settling;
mod bench;
mod client;
mod cost;
mod load;
mod memory;
mod numbers;
mod orders;
mod outcome;
mod process;
mod processor_time;
mod questions;
mod reading;
mod refusals;
mod settling;
mod store;
mod table;
mod visits;

use std::fs;
use std::path::PathBuf;

use cashable::clock::Clock;
use clap::Parser;

use crate::bench::Bench;
use crate::load::{Pace, World};
use crate::outcome::Outcome;
use crate::settling::measure_idle;
use crate::store::{Kind, Store, close};
use crate::table::{Aim, Table};

/// Measures Cashable as ratios against the bare database.
#[derive(Clone, Debug, Parser)]
pub struct Asked {
    /// How many orders the 20 shops have together.
    #[arg(long, default_value_t = 1_000_000)]
    orders: usize,
    /// On which databases.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "sqlite,postgres"
    )]
    databases: Vec<Kind>,
    /// What to measure, of settle, page, whole, refusals, kpi, order, far, memory and cost.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "settle,page,whole,refusals,kpi,order,far,memory,cost"
    )]
    parts: Vec<String>,
    /// How often each side takes its turn.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How many seconds each turn of asking takes.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

impl Asked {
    /// Whether a part is to be measured.
    #[must_use]
    pub fn asks(&self, part: &str) -> bool {
        self.parts.iter().any(|it| it == part)
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let asked = Asked::parse();
    let programs = std::env::current_exe()?
        .parent()
        .ok_or("no folder")?
        .to_owned();
    let folder = programs.parent().ok_or("no folder")?.join("bench");
    fs::create_dir_all(&folder)?;
    let mut table = Table::default();
    for kind in &asked.databases {
        let store = Store::open(*kind, &folder)?;
        let bench = fill(&asked, programs.clone(), store, &mut table).await?;
        measure(&bench, &mut table).await?;
        bench.store.remove(&bench.base).await?;
        bench.store.remove(&bench.due).await?;
        fs::write(folder.join("table.txt"), table.to_string())?;
    }
    println!("{table}");
    Ok(())
}

/// Makes the database in which all is settled, and the one in which much is due.
async fn fill(asked: &Asked, programs: PathBuf, store: Store, table: &mut Table) -> Outcome<Bench> {
    eprintln!("{}: {} orders", store.name(), asked.orders);
    let (base, due) = ("base".to_owned(), "due".to_owned());
    let now = Clock::Machine.now();
    store.make(&base).await?;
    let app = store.app(&base, now).await?;
    let world = World::make(&app, asked.orders, now).await?;
    let pace = world.import_recent(&app).await?;
    world.sync(&app).await?;
    close(&app).await?;
    store.tidy(&base).await?;
    tell_pace(
        "import of new orders, first and last shop",
        pace,
        &store,
        table,
    );
    store.copy(&base, &due).await?;
    let app = store.app(&due, now).await?;
    let pace = world.import_late_news(&app).await?;
    close(&app).await?;
    store.tidy(&due).await?;
    let told = ("", format!("{:.0}/s", pace.all));
    table.add("import of changes", store.name(), told, f64::NAN, Aim::None);
    Ok(Bench {
        asked: asked.clone(),
        programs,
        store,
        world,
        base,
        due,
    })
}

fn tell_pace(work: &str, pace: Pace, store: &Store, table: &mut Table) {
    let told = (
        format!("{:.0}/s", pace.first),
        format!("{:.0}/s", pace.last),
    );
    table.add(work, store.name(), told, pace.last / pace.first, Aim::None);
}

async fn measure(bench: &Bench, table: &mut Table) -> Outcome<()> {
    if bench.asked.asks("settle") {
        settling::measure(bench, table).await?;
    }
    if ["page", "whole", "refusals", "kpi", "order", "far"]
        .iter()
        .any(|part| bench.asked.asks(part))
    {
        reading::measure(bench, table).await?;
    }
    if bench.asked.asks("memory") {
        memory::measure(bench, table).await?;
    }
    if bench.asked.asks("cost") {
        cost::measure(bench, table).await?;
    } else if bench.asked.asks("settle") {
        measure_idle(bench, &bench.due, &bench.asked.orders.to_string(), table).await?;
    }
    Ok(())
}
