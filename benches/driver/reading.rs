//! What dashboards ask, held against a handler that does nothing else: requests a second, and processor time
//! a request, which other work on the machine does not move. It is told of the server alone and, where the database
//! is another, of both together: that is what a request costs.

use std::sync::Arc;
use std::time::Duration;

use crate::bench::Bench;
use crate::client::{Connection, drive};
use crate::numbers::median;
use crate::outcome::Outcome;
use crate::process::Process;
use crate::questions::{Asker, Questions};
use crate::refusals;
use crate::table::{Aim, Table};

/// How many answers are compared before anything is measured.
const COMPARED: usize = 40;
/// How long a server may warm up.
const WARM_UP: Duration = Duration::from_secs(1);

/// The two servers over one database.
pub struct Servers {
    /// Cashable.
    pub ours: Process,
    bound: Process,
}

/// One side's rounds.
#[derive(Debug, Default)]
struct Rounds {
    a_second: Vec<f64>,
    micros: Vec<f64>,
    micros_with_database: Vec<f64>,
}

/// Which aims a work has.
#[derive(Clone, Copy, Debug)]
pub struct Aims {
    /// For requests a second.
    pub pace: Aim,
    /// For processor time a request, with the database's.
    pub cpu: Aim,
}

impl Servers {
    /// Starts both.
    pub async fn start(bench: &Bench, name: &str) -> Outcome<Self> {
        let url = bench.store.url(name);
        Ok(Self {
            ours: Process::cashable(&bench.programs, &url).await?,
            bound: Process::bound(&bench.programs, &url).await?,
        })
    }

    /// Starts both, the one that is held against Cashable being what it was without limits.
    pub async fn start_before(bench: &Bench, name: &str) -> Outcome<Self> {
        let url = bench.store.url(name);
        Ok(Self {
            ours: Process::cashable(&bench.programs, &url).await?,
            bound: Process::before(&bench.programs, &url).await?,
        })
    }

    /// Compares both over the same questions.
    pub async fn compare(
        &self,
        bench: &Bench,
        work: &str,
        questions: Questions,
        aims: Aims,
        table: &mut Table,
    ) -> Outcome<()> {
        self.require_equal(work, &questions).await?;
        let (ours, bound) = (Arc::new(questions.ours), Arc::new(questions.bound));
        drive(self.ours.port, &ours, WARM_UP).await?;
        drive(self.bound.port, &bound, WARM_UP).await?;
        let (mut our_rounds, mut bound_rounds) = (Rounds::default(), Rounds::default());
        let time = Duration::from_secs(bench.asked.seconds);
        for _ in 0..bench.asked.rounds {
            bound_rounds
                .measure(bench, &self.bound, &bound, time)
                .await?;
            our_rounds.measure(bench, &self.ours, &ours, time).await?;
        }
        tell(
            work,
            bench.store.name(),
            (bound_rounds, our_rounds),
            aims,
            table,
        );
        Ok(())
    }

    async fn require_equal(&self, work: &str, questions: &Questions) -> Outcome<()> {
        let mut ours = Connection::open(self.ours.port).await?;
        let mut bound = Connection::open(self.bound.port).await?;
        let pairs = questions.ours.iter().zip(&questions.bound);
        for (to_us, to_bound) in pairs.take(COMPARED) {
            let (ours, bound) = (ours.ask_json(to_us).await?, bound.ask_json(to_bound).await?);
            if ours["data"] != bound["data"] {
                return Err(format!("{work}: {ours}\nis not\n{bound}").into());
            }
        }
        Ok(())
    }
}

impl Rounds {
    async fn measure(
        &mut self,
        bench: &Bench,
        server: &Process,
        requests: &Arc<Vec<Vec<u8>>>,
        time: Duration,
    ) -> Outcome<()> {
        let before = (server.cpu_seconds()?, bench.store.cpu_seconds()?);
        let load = drive(server.port, requests, time).await?;
        let spent = server.cpu_seconds()? - before.0;
        let of_database = bench.store.cpu_seconds()? - before.1;
        let requests = f64::from(u32::try_from(load.requests)?);
        self.a_second.push(requests / load.elapsed.as_secs_f64());
        self.micros.push(spent * 1e6 / requests);
        self.micros_with_database
            .push((spent + of_database) * 1e6 / requests);
        Ok(())
    }
}

fn tell(
    work: &str,
    database: &'static str,
    (bound, ours): (Rounds, Rounds),
    aims: Aims,
    table: &mut Table,
) {
    let (bound_pace, our_pace) = (median(bound.a_second), median(ours.a_second));
    let pace = |it: f64| format!("{it:.0}/s");
    let paces = (pace(bound_pace), pace(our_pace));
    table.add(work, database, paces, our_pace / bound_pace, aims.pace);
    let mut tell_micros = |of: &str, (bound, ours): (Vec<f64>, Vec<f64>), aim| {
        let (bound, ours) = (median(bound), median(ours));
        let micros = |it: f64| format!("{it:.0} µs");
        let work = format!("{work}, CPU a request{of}");
        let times = (micros(bound), micros(ours));
        table.add(work, database, times, ours / bound, aim);
    };
    let whole = (bound.micros_with_database, ours.micros_with_database);
    if database == "SQLite" {
        return tell_micros("", whole, aims.cpu);
    }
    tell_micros(", server alone", (bound.micros, ours.micros), Aim::None);
    tell_micros(", with the database's", whole, aims.cpu);
}

/// Measures the parts that were asked for.
pub async fn measure(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let askers = Asker::all(bench, &bench.base).await?;
    let servers = Servers::start(bench, &bench.base).await?;
    let is_postgres = bench.store.name() == "PostgreSQL";
    let page = Aims {
        pace: Aim::AtLeast(if is_postgres { 0.6 } else { 0.4 }),
        cpu: if is_postgres {
            Aim::AtMost(1.7)
        } else {
            Aim::None
        },
    };
    if bench.asked.asks("page") {
        let questions = Questions::pages(&askers);
        let work = "orders page of 50";
        servers.compare(bench, work, questions, page, table).await?;
    }
    if bench.asked.asks("whole") {
        let servers = Servers::start_before(bench, &bench.base).await?;
        let aims = Aims {
            pace: Aim::AtLeast(0.9),
            cpu: Aim::None,
        };
        let questions = Questions::pages(&askers).for_both();
        let work = "orders page of 50, held against no limits";
        servers.compare(bench, work, questions, aims, table).await?;
    }
    if bench.asked.asks("refusals") {
        refusals::measure(bench, &servers, &askers, table).await?;
    }
    for (part, grain, aim) in [
        ("kpi", "days", Aim::AtLeast(8.0)),
        ("kpi", "months", Aim::None),
    ] {
        if bench.asked.asks(part) {
            let questions = Questions::kpi(&askers, bench, grain)?;
            let work = format!("KPI of 24 months, held against {grain}");
            let aims = Aims {
                pace: aim,
                cpu: Aim::None,
            };
            servers
                .compare(bench, &work, questions, aims, table)
                .await?;
        }
    }
    if bench.asked.asks("order") {
        let questions = Questions::orders(&askers);
        let aims = Aims {
            pace: Aim::AtLeast(0.5),
            cpu: Aim::None,
        };
        servers
            .compare(bench, "an order by id", questions, aims, table)
            .await?;
    }
    if bench.asked.asks("far") {
        far_down(bench, &servers, &askers, table).await?;
    }
    Ok(())
}

/// Page 1 and one near the list's end, over one connection, in turns.
async fn far_down(
    bench: &Bench,
    servers: &Servers,
    askers: &[Asker],
    table: &mut Table,
) -> Outcome<()> {
    const ROUNDS: usize = 30;
    let mut connection = Connection::open(servers.ours.port).await?;
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for asker in askers {
            near.push(time(&mut connection, &asker.first_page(50)).await?);
            far.push(time(&mut connection, &asker.last_page(50)).await?);
        }
    }
    let (near, far) = (median(near), median(far));
    let work = format!(
        "page {} of 50, held against page 1",
        bench.world.orders_a_shop / 50 / 50 * 49
    );
    let millis = |it: f64| format!("{it:.2} ms");
    let times = (millis(near), millis(far));
    table.add(
        work,
        bench.store.name(),
        times,
        far / near,
        Aim::AtMost(1.5),
    );
    Ok(())
}

async fn time(connection: &mut Connection, request: &[u8]) -> Outcome<f64> {
    let start = std::time::Instant::now();
    connection.ask(request).await?;
    Ok(start.elapsed().as_secs_f64() * 1_000.0)
}
