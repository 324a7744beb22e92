//! What a sync makes of the demo, and that both databases agree on it.

use std::collections::BTreeMap;

use cashable::app::App;
use cashable::demo::Demo;
use cashable::domain::period::Interval;
use cashable::reports::{
    self, OrdersFilter, OrdersSort, PageRequest, Scope, TransactionsFilter, TransactionsSort,
    WHOLE_SHOP,
};
use entity::words::TransactionStatus;
use entity::{affiliate_transaction, kpi_day, order};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{ORDERS, figures, fill, promoted_counts, run};
use crate::support::{TestApp, on_both};

on_both!(
    r15_the_demos_wrong_counters_are_repaired,
    r25_the_demos_figures_are_those_of_its_rows,
    the_demos_affiliate_sees_every_status_after_a_run,
);

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
