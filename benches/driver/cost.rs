//! That work costs what it changes or shows, and not what else there is: the same among four times as many
//! orders.

use std::future;
use std::time::Instant as Moment;

use cashable::app::App;
use cashable::http;
use tokio::net::TcpListener;

use crate::bench::Bench;
use crate::client::Connection;
use crate::numbers::median;
use crate::outcome::Outcome;
use crate::questions::{Asker, last_months};
use crate::settling::measure_idle;
use crate::store::close;
use crate::table::{Aim, Table};
use crate::visits::{Visits, unit, visits};

/// The larger database.
const GROWN: &str = "grown";
/// A copy to settle.
const WORK: &str = "work";
/// How many times as many orders come in addition.
const TIMES: usize = 3;
/// How often each shop is asked the same.
const ROUNDS: u32 = 10;
/// Which page lies far down, and how many orders it shows: a shop of 50,000 has just so many.
const PAGE: usize = 10_000;
const SIZE: usize = 5;
/// The same, but for what a fuller index takes.
const SAME: Aim = Aim::AtMost(1.05);
/// The same, but for how many transactions the orders of one page have, and of another.
const ALIKE: Aim = Aim::AtMost(1.1);

/// What is visited in a database of one size.
struct Costs {
    settling: Visits,
    recount: Visits,
    kpi: Visits,
    near: Visits,
    far: Visits,
}

/// Compares the database with one that has grown.
pub async fn measure(bench: &Bench, table: &mut Table) -> Outcome<()> {
    let (few, many) = (bench.asked.orders, bench.asked.orders * (TIMES + 1));
    bench.store.copy(&bench.due, WORK).await?;
    let before = Costs::of(bench, WORK).await?;
    measure_idle(bench, WORK, &few.to_string(), table).await?;
    bench.store.remove(WORK).await?;
    grow(bench).await?;
    let after = Costs::of(bench, GROWN).await?;
    measure_idle(bench, GROWN, &many.to_string(), table).await?;
    bench.store.remove(GROWN).await?;
    let sizes = format!("{many} orders against {few}");
    for (work, both, aim) in [
        ("settling", (before.settling, after.settling), SAME),
        ("KPI of 24 months", (before.kpi, after.kpi), SAME),
        ("page 1", (before.near, after.near), SAME),
        ("recounts", (before.recount, after.recount), Aim::None),
    ] {
        tell_both(bench, &format!("{work}, {sizes}"), both, aim, table);
    }
    let page = PAGE.min(bench.world.orders_a_shop / SIZE);
    for (size, costs) in [(few, &before), (many, &after)] {
        let work = format!("page {page} of {SIZE} against page 1, {size} orders");
        tell(bench, &work, (costs.near, costs.far), ALIKE, table);
    }
    Ok(())
}

impl Costs {
    /// Asks and settles the database `name`.
    async fn of(bench: &Bench, name: &str) -> Outcome<Self> {
        let askers = Asker::all(bench, name).await?;
        let (near, far) = pages(bench, name, &askers).await?;
        let period = last_months(bench)?;
        let kpi: Vec<_> = askers.iter().map(|it| it.kpi(period)).collect();
        Ok(Self {
            near: asking(bench, name, &near).await?,
            far: asking(bench, name, &far).await?,
            kpi: asking(bench, name, &kpi).await?,
            settling: settling(bench, name).await?,
            recount: recount(bench, name).await?,
        })
    }
}

/// The first page of each shop, and the one far down.
async fn pages(
    bench: &Bench,
    name: &str,
    askers: &[Asker],
) -> Outcome<(Vec<Vec<u8>>, Vec<Vec<u8>>)> {
    let app = bench.store.app(name, bench.later(1)).await?;
    let row = (PAGE.min(bench.world.orders_a_shop / SIZE) - 1) * SIZE;
    let (mut near, mut far) = (Vec::new(), Vec::new());
    for asker in askers {
        near.push(asker.first_page(SIZE));
        far.push(asker.page_after_row(&app, SIZE, row).await?);
    }
    close(&app).await?;
    Ok((near, far))
}

/// Further orders come in and are settled; then the late ones are complete, as in the smaller database.
async fn grow(bench: &Bench) -> Outcome<()> {
    bench.store.copy(&bench.base, GROWN).await?;
    let app = bench.store.app(GROWN, bench.later(0)).await?;
    bench.world.import_further(&app, TIMES).await?;
    bench.world.sync(&app).await?;
    bench.world.import_late_news(&app).await?;
    close(&app).await?;
    bench.store.tidy(GROWN).await
}

/// All runs, but for their recounts.
async fn settling(bench: &Bench, name: &str) -> Outcome<Visits> {
    let now = bench.later(2);
    let app = bench.store.app(name, now).await?;
    bench.world.set_recounting(&app, false).await?;
    close(&app).await?;
    visits(&bench.store, name, now, async |app: &App| {
        bench.world.sync(app).await.map(drop)
    })
    .await
}

/// All runs again with nothing due, so that little else is done than to recount (R15).
async fn recount(bench: &Bench, name: &str) -> Outcome<Visits> {
    let now = bench.later(3);
    let app = bench.store.app(name, now).await?;
    bench.world.set_recounting(&app, true).await?;
    close(&app).await?;
    visits(&bench.store, name, now, async |app: &App| {
        bench.world.sync(app).await.map(drop)
    })
    .await
}

/// Asks each question some times over one connection to a server in this process; one question's share, and
/// the median of their times.
async fn asking(bench: &Bench, name: &str, requests: &[Vec<u8>]) -> Outcome<Visits> {
    let mut times = Vec::new();
    let all = visits(&bench.store, name, bench.later(1), async |app: &App| {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let app = app.clone();
        let server = tokio::spawn(async move {
            let settings = http::Settings::default();
            http::serve(app, &settings, listener, future::pending()).await
        });
        let mut connection = Connection::open(port).await?;
        for _ in 0..ROUNDS {
            for request in requests {
                let start = Moment::now();
                connection.ask(request).await?;
                times.push(start.elapsed().as_secs_f64());
            }
        }
        server.abort();
        Ok(())
    })
    .await?;
    let asked = u64::from(ROUNDS) * requests.len() as u64;
    Ok(Visits {
        count: all.count / asked,
        seconds: median(times),
    })
}

fn tell_both(bench: &Bench, work: &str, both: (Visits, Visits), aim: Aim, table: &mut Table) {
    tell(bench, work, both, aim, table);
    let (before, after) = (both.0.seconds, both.1.seconds);
    let show = |seconds: f64| {
        if seconds < 0.5 {
            format!("{:.2} ms", seconds * 1_000.0)
        } else {
            format!("{seconds:.2} s")
        }
    };
    let work = format!("{work}, time");
    let times = (show(before), show(after));
    table.add(work, bench.store.name(), times, after / before, Aim::None);
}

fn tell(bench: &Bench, work: &str, (before, after): (Visits, Visits), aim: Aim, table: &mut Table) {
    let unit = unit(bench.store.kind);
    let float = |count: u64| u32::try_from(count).map_or(f64::NAN, f64::from);
    let ratio = float(after.count) / float(before.count);
    let work = format!("{work}, {unit} visited");
    table.add(
        work,
        bench.store.name(),
        (before.count, after.count),
        ratio,
        aim,
    );
}
