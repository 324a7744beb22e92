//! The demo's shop is worth looking at: whatever the product shows, it has some of.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use cashable::app::App;
use cashable::demo::{self, Demo};
use cashable::domain::period::{Interval, Period};
use cashable::domain::zone::parse_day;
use cashable::error::{Error, Refusal, RefusalCode};
use cashable::ledger::{Author, parse_secret};
use cashable::reports::{
    self, DayRange, OrdersFilter, OrdersSort, PageRequest, PromotedSort, Scope, TransactionsFilter,
    TransactionsSort, WHOLE_SHOP,
};
use cashable::sync;
use entity::words::{
    CancelReason, OrderStatus, Role, StatusActor, SyncState, SyncTrigger, TransactionKind,
    TransactionStatus,
};
use entity::{affiliate_transaction, kpi_day, order, status_change, sync_run};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::support::{TestApp, on_both};

/// Enough for every kind of thing to be there.
const ORDERS: usize = 3_000;

on_both!(
    the_demo_has_orders_of_every_kind,
    the_demo_has_affiliates_of_every_size,
    the_demo_has_pranks_and_cheats,
    the_demo_has_rhythm,
    the_demo_has_work_done_by_hand,
    the_demo_has_a_history,
    r15_the_demos_wrong_counters_are_repaired,
    r25_the_demos_figures_are_those_of_its_rows,
    the_demos_affiliate_sees_every_status_after_a_run,
    the_demo_is_refused_where_it_is_already,
    the_demo_tells_how_far_it_is,
);

async fn fill(app: &App) -> Demo {
    demo::fill_with(app, ORDERS, |_, _| {}).await.unwrap()
}

async fn count(app: &App, demo: &Demo, filter: OrdersFilter) -> usize {
    let scope = Scope::shop(demo.shop.shop_id);
    let orders = reports::count_orders(app.database.reader(), scope, &filter).await;
    usize::try_from(orders.unwrap()).unwrap()
}

async fn the_demo_has_orders_of_every_kind(app: TestApp) {
    let demo = fill(&app).await;
    let cancelled = |reason| OrdersFilter {
        cancel_reasons: vec![reason],
        ..OrdersFilter::default()
    };
    let with = |status| OrdersFilter {
        statuses: vec![status],
        ..OrdersFilter::default()
    };
    let promoted = OrdersFilter {
        promoted: Some(true),
        ..OrdersFilter::default()
    };
    let swiss = OrdersFilter {
        currency: Some("CHF".to_owned()),
        ..OrdersFilter::default()
    };
    // Per mille of all orders.
    for (what, filter, least, most) in [
        ("all", OrdersFilter::default(), 1_000, 1_000),
        ("new", with(OrderStatus::New), 3, 15),
        ("complete", with(OrderStatus::Complete), 880, 930),
        ("customer", cancelled(CancelReason::Customer), 15, 40),
        ("declined", cancelled(CancelReason::Declined), 8, 25),
        ("inventory", cancelled(CancelReason::Inventory), 8, 25),
        ("fake", cancelled(CancelReason::Fake), 8, 22),
        ("returned", cancelled(CancelReason::Refunded), 12, 35),
        ("promoted", promoted, 320, 380),
        ("in francs", swiss, 4, 16),
    ] {
        let per_mille = count(&app, &demo, filter).await * 1_000 / ORDERS;
        assert!((least..=most).contains(&per_mille), "{what}: {per_mille}");
    }
    let unmapped = reports::unmapped_statuses(app.database.reader(), demo.shop.shop_id).await;
    let unmapped = unmapped.unwrap().into_iter().map(|word| word.native_status);
    assert_eq!(
        unmapped.collect::<Vec<_>>(),
        ["awaiting_pickup", "on_backorder"]
    );
}

async fn the_demo_has_affiliates_of_every_size(app: TestApp) {
    let demo = fill(&app).await;
    run(&app, &demo).await;
    let counts = promoted_counts(&app, &demo).await;
    let sizes: Vec<i64> = counts.iter().map(|(_, size)| *size).collect();
    assert_eq!(sizes.len(), 60);
    let promoted: i64 = sizes.iter().sum();
    assert!(sizes[0] > promoted / 5, "the largest stands out: {sizes:?}");
    assert!(sizes[30] < sizes[0] / 20, "the middle is small: {sizes:?}");
    assert!(sizes.iter().filter(|size| **size == 0).count() >= 4);
    assert!(sizes.iter().filter(|size| **size == 1).count() >= 4);
    let page = PageRequest::first(60);
    let scope = Scope::shop(demo.shop.shop_id);
    let page = reports::list_affiliates(app.database.reader(), scope, None, &page).await;
    let rows = page.unwrap().rows;
    assert_eq!(rows.iter().filter(|row| !row.active).count(), 2);
    assert!(rows.iter().any(|row| row.commission_rate_ppm.is_some()));
}

async fn the_demo_has_pranks_and_cheats(app: TestApp) {
    let demo = fill(&app).await;
    let days = points(&app, &demo, Interval::Day).await;
    let most = days.iter().map(|(_, day)| day.fake_orders).max().unwrap();
    assert!(most >= 10, "one evening of pranks, not {most}");
    let scope = Scope::shop(demo.shop.shop_id);
    for code in ["gutscheinkiste", "dealradar"] {
        let cheat = reports::find_affiliate_by_code(app.database.reader(), scope, code).await;
        let brought = OrdersFilter {
            affiliate_id: Some(cheat.unwrap().unwrap().id),
            ..OrdersFilter::default()
        };
        let fakes = OrdersFilter {
            cancel_reasons: vec![CancelReason::Fake],
            ..brought.clone()
        };
        let (brought, fakes) = (
            count(&app, &demo, brought).await,
            count(&app, &demo, fakes).await,
        );
        assert!(
            fakes * 100 / brought > 10,
            "{code}: {fakes} of {brought} are fake"
        );
    }
}

async fn the_demo_has_rhythm(app: TestApp) {
    let demo = fill(&app).await;
    let months = points(&app, &demo, Interval::Month).await;
    let in_month = |text: &str| {
        let day = parse_day("month", text).unwrap();
        let mut months = months.iter();
        months
            .find(|(month, _)| month.from == day)
            .unwrap()
            .1
            .orders
    };
    assert!(in_month("2026-10-01") > in_month("2025-10-01"), "growth");
    assert!(in_month("2025-12-01") > in_month("2026-01-01"), "Christmas");
    assert!(in_month("2026-10-01") > in_month("2026-07-01"), "summer");
    let days = points(&app, &demo, Interval::Day).await;
    let on_day = |text: &str| {
        let day = parse_day("day", text).unwrap();
        days.iter().find(|(it, _)| it.from == day).unwrap().1.orders
    };
    assert!(
        on_day("2025-11-28") > 2 * on_day("2025-11-21"),
        "Black Friday"
    );
}

async fn the_demo_has_work_done_by_hand(app: TestApp) {
    let demo = fill(&app).await;
    let all = affiliate_transaction::Entity::find()
        .filter(affiliate_transaction::Column::ShopId.eq(demo.shop.shop_id))
        .all(app.database.reader())
        .await
        .unwrap();
    let count = |is: &dyn Fn(&affiliate_transaction::Model) -> bool| {
        all.iter().filter(|row| is(row)).count()
    };
    let pinned = |row: &affiliate_transaction::Model| row.pinned && row.note.is_some();
    assert_eq!(
        count(&|row| pinned(row) && row.status == TransactionStatus::Cancelled),
        6
    );
    assert_eq!(
        count(&|row| pinned(row) && row.status == TransactionStatus::Completed),
        3
    );
    assert_eq!(count(&|row| row.kind == TransactionKind::Manual), 2);
    assert_eq!(count(&|row| row.deleted_at.is_some()), 1);
    assert_eq!(count(&|row| row.amount_minor < 0), 2);
    assert_eq!(
        count(&|row| row.kind == TransactionKind::Adjustment && row.amount_minor > 0),
        2
    );
    // Their shop has parted with them, so these orders are nobody's.
    let unpaid = order::Entity::find()
        .filter(order::Column::AffiliateCode.is_not_null())
        .filter(order::Column::AffiliateId.is_null());
    assert!(unpaid.all(app.database.reader()).await.unwrap().len() < ORDERS / 100);
}

async fn the_demo_has_a_history(app: TestApp) {
    let demo = fill(&app).await;
    let changes = status_change::Entity::find()
        .filter(status_change::Column::ShopId.eq(demo.shop.shop_id))
        .order_by_asc(status_change::Column::Sequence)
        .all(app.database.reader())
        .await
        .unwrap();
    let numbers = changes.iter().map(|change| change.sequence);
    assert!(numbers.eq(1..=i64::try_from(changes.len()).unwrap()));
    for (from, to, actor) in [
        ("NEW", "COMPLETE", StatusActor::Import),
        ("COMPLETE", "CANCELLED", StatusActor::Import),
        ("OPEN", "CANCELLED", StatusActor::Admin),
        ("OPEN", "COMPLETED", StatusActor::Admin),
        ("OPEN", "DELETED", StatusActor::Admin),
    ] {
        assert!(
            changes.iter().any(|change| change.from_status == from
                && change.to_status == to
                && change.actor == actor),
            "{from} to {to} by {actor:?}"
        );
    }
}

async fn r15_the_demos_wrong_counters_are_repaired(app: TestApp) {
    let demo = fill(&app).await;
    assert_eq!(run(&app, &demo).await.promoted_counts_repaired, 4);
    assert_eq!(run(&app, &demo).await.promoted_counts_repaired, 0);
}

async fn r25_the_demos_figures_are_those_of_its_rows(app: TestApp) {
    let demo = fill(&app).await;
    assert_rollups(&app, &demo).await;
    run(&app, &demo).await;
    assert_rollups(&app, &demo).await;
}

async fn the_demos_affiliate_sees_every_status_after_a_run(app: TestApp) {
    let demo = fill(&app).await;
    let first = run(&app, &demo).await;
    assert!(first.transactions_changed > 800, "{first:?}");
    let scope = Scope::shop(demo.shop.shop_id);
    let db = app.database.reader();
    let own = reports::find_affiliate_by_code(db, scope, &demo.affiliate_code).await;
    let own = Scope::affiliate(demo.shop.shop_id, own.unwrap().unwrap().id);
    let (filter, sort) = (TransactionsFilter::default(), TransactionsSort::default());
    let page = PageRequest::first(1_000);
    let page = reports::list_transactions(db, own, &filter, sort, &page).await;
    let rows = page.unwrap().rows;
    let has = |is: &dyn Fn(&affiliate_transaction::Model) -> bool| rows.iter().any(is);
    assert!(has(&|row| row.status == TransactionStatus::Completed));
    assert!(has(&|row| row.status == TransactionStatus::Cancelled));
    assert!(has(&|row| row.status == TransactionStatus::InProgress
        && row.waits_until.is_some_and(|at| at > app.clock.now())));
    assert_eq!(run(&app, &demo).await.transactions_changed, 0, "R19");
}

async fn the_demo_is_refused_where_it_is_already(app: TestApp) {
    fill(&app).await;
    let again = demo::fill_with(&app, ORDERS, |_, _| {}).await;
    let duplicate = matches!(
        again,
        Err(Error::Refused(Refusal {
            code: RefusalCode::Duplicate,
            ..
        }))
    );
    assert!(duplicate);
}

async fn the_demo_tells_how_far_it_is(app: TestApp) {
    let (last, goal) = (AtomicU64::new(0), AtomicU64::new(0));
    let demo = demo::fill_with(&app, ORDERS, |done, total| {
        assert!(last.swap(done, Ordering::SeqCst) < done);
        goal.store(total, Ordering::SeqCst);
    });
    let demo = demo.await.unwrap();
    assert_eq!(last.into_inner(), goal.into_inner());
    let roles: Vec<_> = demo.tokens.iter().map(|token| token.role).collect();
    assert_eq!(roles, [Role::Admin, Role::Analyst, Role::Affiliate]);
    for token in &demo.tokens {
        let (shop_id, token_id, hash) = parse_secret(&token.secret).unwrap();
        let stored = reports::find_token(app.database.reader(), shop_id, token_id).await;
        let stored = stored.unwrap().unwrap();
        assert_eq!((stored.secret_hash, stored.role), (hash, token.role));
        assert_eq!(stored.name, token.name);
    }
}

#[tokio::test]
async fn the_demo_is_the_same_on_both_databases() {
    let (sqlite, postgres) = (TestApp::on_sqlite().await, TestApp::on_postgres().await);
    let (one, other) = (fill(&sqlite).await, fill(&postgres).await);
    assert_eq!(one.affiliate_code, other.affiliate_code);
    assert_eq!(told(&sqlite, &one).await, told(&postgres, &other).await);
    assert_eq!(
        promoted_counts(&sqlite, &one).await,
        promoted_counts(&postgres, &other).await
    );
    assert_eq!(
        figures(&sqlite, &one, Interval::Month).await,
        figures(&postgres, &other, Interval::Month).await
    );
}

#[test]
fn the_demos_queries_are_graphql() {
    let queries = demo::queries(crate::support::START);
    for query in &queries {
        let parsed = async_graphql::parser::parse_query(&query.text);
        assert!(parsed.is_ok(), "{}: {parsed:?}", query.title);
    }
    assert!(
        queries[1]
            .text
            .contains(r#"from: "2025-12-01", to: "2026-11-30""#)
    );
}

/// What was told of each order, without the ids that each database makes for itself.
async fn told(app: &App, demo: &Demo) -> Vec<String> {
    let scope = Scope::shop(demo.shop.shop_id);
    let (filter, sort) = (OrdersFilter::default(), OrdersSort::default());
    let page = PageRequest::first(10_000);
    let page = reports::list_orders(app.database.reader(), scope, &filter, sort, &page).await;
    let told = |row: order::Model| {
        let (moments, amounts) = (
            (row.placed_at, row.changed_at, row.completed_at),
            (row.currency, row.total_minor, row.refunded_minor),
        );
        let words = (row.native_status, row.cancel_reason, row.affiliate_code);
        format!("{} {words:?} {moments:?} {amounts:?}", row.external_id)
    };
    let mut told: Vec<String> = page.unwrap().rows.into_iter().map(told).collect();
    told.sort();
    assert_eq!(told.len(), ORDERS);
    told
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

async fn assert_rollups(app: &App, demo: &Demo) {
    let (db, shop_id) = (app.database.reader(), demo.shop.shop_id);
    let key = |row: &kpi_day::Model| (row.affiliate_id, row.day, row.currency.clone());
    let stored = kpi_day::Entity::find()
        .filter(kpi_day::Column::ShopId.eq(shop_id))
        .all(db)
        .await
        .unwrap();
    let stored: BTreeMap<_, _> = stored.into_iter().map(|row| (key(&row), row)).collect();
    let counted = reports::rollups_from_rows(db, shop_id).await.unwrap();
    assert!(counted.iter().any(|row| row.affiliate_id == WHOLE_SHOP));
    for row in counted {
        assert_eq!(stored.get(&key(&row)), Some(&row));
    }
}
