//! Settling a hundred thousand changes, and runs that have nothing to do.

use std::time::Instant as Moment;

use cashable::app::App;
use cashable::ledger::{self, Author, FinishRun, Recount, StartRun};
use cashable::sync;
use entity::Instant;
use entity::words::{StatusActor, SyncState, SyncTrigger};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::bare_settling::{Effect, settle};
use crate::bench::Bench;
use crate::numbers::{float, median};
use crate::outcome::Outcome;
use crate::store::{close, query};
use crate::table::{Aim, Table};

/// The database that is settled.
const WORK: &str = "work";
/// How often each shop is synced with nothing to do.
const IDLE_ROUNDS: usize = 5;
/// When that is, in minutes: all at once, since days to wait end in each of them.
const IDLE_AT: i64 = 10;

/// Who settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Cashable,
    Statements(Effect),
}

/// What is left behind, to be the same whoever settled.
#[derive(Debug, PartialEq, Eq)]
struct Effects {
    statuses: Vec<(String, i64)>,
    rollups: Vec<i64>,
}

/// How long steps of a run took in milliseconds.
#[derive(Debug, Default)]
struct Idle {
    commit: Vec<f64>,
    finding: Vec<f64>,
    whole: Vec<f64>,
}

/// Compares settling the database `due` with statements written by hand.
pub async fn measure(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let sides = [
        Side::Statements(Effect::Statuses),
        Side::Cashable,
        Side::Statements(Effect::Whole),
    ];
    let (mut paces, mut last) = ([Vec::new(), Vec::new(), Vec::new()], None);
    for round in 0..bench.asked.rounds {
        for turn in 0..sides.len() {
            let at = (round + turn) % sides.len();
            let (pace, effects) = settle_copy(bench, sides[at]).await?;
            paces[at].push(pace);
            check_effects(&mut last, sides[at], effects)?;
        }
    }
    let [bare, ours, whole] = paces.map(median);
    let (name, pace) = (bench.store.name(), |rows: f64| format!("{rows:.0} rows/s"));
    table.add(
        "settle, held against statuses alone",
        name,
        (pace(bare), pace(ours)),
        ours / bare,
        Aim::AtLeast(0.7),
    );
    table.add(
        "settle, held against the same effect",
        name,
        (pace(whole), pace(ours)),
        ours / whole,
        Aim::None,
    );
    Ok(())
}

/// Settles a copy; how many rows a second.
async fn settle_copy(bench: &Bench, side: Side) -> Outcome<(f64, Effects)> {
    bench.store.copy(&bench.due, WORK).await?;
    let app = bench.store.app(WORK, bench.later(2)).await?;
    let due = count_due(&app).await?;
    let start = Moment::now();
    match side {
        Side::Cashable => {
            let changed = bench.world.sync(&app).await?;
            if usize::try_from(changed) != Ok(due) {
                return Err(format!("{due} were due, {changed} changed").into());
            }
        }
        Side::Statements(effect) => settle(&app, &bench.world, effect).await?,
    }
    let pace = float(due) / start.elapsed().as_secs_f64();
    eprintln!("  {side:?}: {due} rows, {pace:.0} a second");
    let effects = Effects::read(&app).await?;
    close(&app).await?;
    bench.store.remove(WORK).await?;
    Ok((pace, effects))
}

/// Statements that leave out half of the effect are compared by half of it.
fn check_effects(last: &mut Option<Effects>, side: Side, effects: Effects) -> Outcome<()> {
    let is_whole = side != Side::Statements(Effect::Statuses);
    if let Some(last) = last {
        let same =
            last.statuses == effects.statuses && (!is_whole || last.rollups == effects.rollups);
        if !same {
            return Err(format!("{side:?} came to {effects:?}, another to {last:?}").into());
        }
    } else if is_whole {
        *last = Some(effects);
    }
    Ok(())
}

/// Times runs that find nothing due, in the database `name` once all its shops are settled.
pub async fn measure_idle(bench: &Bench, name: &str, size: &str, table: &mut Table) -> Outcome<()> {
    let mut idle = Idle::default();
    let app = bench.store.app(name, bench.later(IDLE_AT)).await?;
    bench.world.sync(&app).await?;
    for _ in 0..IDLE_ROUNDS {
        for shop_id in &bench.world.shops {
            idle.time(&app, *shop_id).await?;
        }
    }
    close(&app).await?;
    let Idle {
        commit,
        finding,
        whole,
    } = idle;
    for (what, times, aim) in [
        ("a commit of one row by hand", commit, Aim::None),
        ("the step that finds so", finding, Aim::AtMost(1.0)),
        ("the whole run", whole, Aim::None),
    ] {
        let time = median(times);
        let work = format!("nothing due, {what}, {size} orders (ms)");
        table.add(
            work,
            bench.store.name(),
            ("", format!("{time:.2} ms")),
            time,
            aim,
        );
    }
    Ok(())
}

impl Idle {
    /// A run step by step, as [`sync::run`] makes it.
    async fn time(&mut self, app: &App, shop_id: i64) -> Outcome<()> {
        let start = Moment::now();
        let tx = app.database.begin_write().await?;
        let touch = format!("UPDATE shops SET swept_at = swept_at WHERE shop_id = {shop_id}");
        tx.execute_unprepared(&touch).await?;
        tx.commit().await?;
        self.commit.push(start.elapsed().as_secs_f64() * 1_000.0);
        let start = Moment::now();
        let author = Author::new(StatusActor::Sync, "bench");
        let queued = sync::request(app, shop_id, &author, SyncTrigger::Cli, false).await?;
        let (run_id, author) = (queued.run.id, Author::run(queued.run.id));
        let begin = StartRun { run_id, all: false };
        let before = Moment::now();
        let mut run = ledger::write(app, shop_id, &author, &begin).await?;
        self.finding.push(before.elapsed().as_secs_f64() * 1_000.0);
        if run.transactions_due > 0 {
            return Err("a run that was to find nothing found something due".into());
        }
        ledger::write(app, shop_id, &author, &Recount { run_id }).await?;
        run.state = SyncState::Succeeded;
        ledger::write(app, shop_id, &author, &FinishRun { run }).await?;
        self.whole.push(start.elapsed().as_secs_f64() * 1_000.0);
        Ok(())
    }
}

impl Effects {
    async fn read(app: &App) -> Outcome<Self> {
        let reader = app.database.reader();
        let statuses = "SELECT status, count(*) AS rows FROM affiliate_transactions GROUP BY status ORDER BY status";
        let read = |row: &QueryResult| Ok((row.try_get("", "status")?, row.try_get("", "rows")?));
        let statuses = query(reader, statuses)
            .await?
            .iter()
            .map(read)
            .collect::<Outcome<_>>()?;
        let mut rollups = vec![one(app, "SELECT count(*) AS n FROM status_changes").await?];
        for table in ["kpi_days", "kpi_months"] {
            for figure in ["pending", "cashable", "cancelled"] {
                let sum = format!(
                    "SELECT CAST(sum(commission_{figure}_minor) AS BIGINT) AS n FROM {table}"
                );
                rollups.push(one(app, &sum).await?);
            }
        }
        Ok(Self { statuses, rollups })
    }
}

async fn count_due(app: &App) -> Outcome<usize> {
    let Instant(now) = app.clock.now();
    let due = format!("SELECT count(*) AS n FROM unsettled_transactions WHERE due_at <= {now}");
    Ok(usize::try_from(one(app, &due).await?)?)
}

async fn one(app: &App, sql: &str) -> Outcome<i64> {
    let rows = query(app.database.reader(), sql).await?;
    Ok(rows.first().ok_or("no row")?.try_get("", "n")?)
}
