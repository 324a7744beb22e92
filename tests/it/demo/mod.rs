//! The demo's shop is worth looking at: whatever the product shows, it has some of.

mod shape;
mod sync_runs;
mod traces;

use cashable::app::App;
use cashable::demo::{self, Demo};
use cashable::domain::period::{Interval, Period};
use cashable::domain::zone::parse_day;
use cashable::ledger::Author;
use cashable::reports::{self, DayRange, OrdersFilter, PageRequest, PromotedSort, Scope};
use cashable::sync;
use entity::sync_run;
use entity::words::{StatusActor, SyncState, SyncTrigger};

/// Enough for every kind of thing to be there.
const ORDERS: usize = 3_000;

async fn fill(app: &App) -> Demo {
    demo::fill_with(app, ORDERS, |_, _| {}).await.unwrap()
}

async fn count(app: &App, demo: &Demo, filter: OrdersFilter) -> usize {
    let scope = Scope::shop(demo.shop.shop_id);
    let orders = reports::count_orders(app.database.reader(), scope, &filter).await;
    usize::try_from(orders.unwrap()).unwrap()
}

async fn promoted_counts(app: &App, demo: &Demo) -> Vec<(String, i64)> {
    let scope = Scope::shop(demo.shop.shop_id);
    let (during, sort) = (DayRange::default(), PromotedSort::CountDesc);
    let page = PageRequest::first(100);
    let page =
        reports::list_promoted_counts(app.database.reader(), scope, during, sort, &page).await;
    let rows = page.unwrap().rows.into_iter();
    let mut counts: Vec<_> = rows.map(|row| (row.affiliate.code, row.count)).collect();
    counts.sort_by_key(|(code, size)| (-size, code.clone()));
    counts
}

async fn points(app: &App, demo: &Demo, interval: Interval) -> Vec<(Period, reports::Kpi)> {
    figures(app, demo, interval).await.points
}

/// Over all months of the demo.
async fn figures(app: &App, demo: &Demo, interval: Interval) -> reports::KpiFigures {
    let day = |text| parse_day("day", text).unwrap();
    let period = Period::new(day("2024-11-01"), day("2026-11-30")).unwrap();
    let (db, shop_id) = (app.database.reader(), demo.shop.shop_id);
    let figures = reports::kpi(db, shop_id, period, interval, "EUR", None).await;
    let figures = figures.unwrap();
    assert_eq!(figures.other_currencies, ["CHF"]);
    figures
}

async fn run(app: &App, demo: &Demo) -> sync_run::Model {
    let author = Author::new(StatusActor::Admin, "test");
    let asked = sync::request(app, demo.shop.shop_id, &author, SyncTrigger::Cli, false);
    let run = sync::run(app, asked.await.unwrap().run, false, &|_| {}).await;
    let run = run.unwrap();
    assert_eq!((run.state, run.orders_failed), (SyncState::Succeeded, 0));
    run
}
