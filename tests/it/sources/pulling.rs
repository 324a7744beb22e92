//! What a run asks a platform, and what it writes: as little as there is to know.

use entity::words::OrderStatus;
use entity::{affiliate_transaction as transaction, order, status_change};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, Statement,
};
use serde_json::json;

use super::contract::Connected;
use super::shop::{Broken, Status};
use super::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    ten_thousand_changed_orders_take_as_many_questions_as_pages,
    where_nothing_changed_only_changes_and_open_orders_are_asked_for,
    what_did_not_change_is_not_written,
    r22_a_bad_order_is_listed_by_the_run_and_asked_for_again,
);

const HALF_AN_HOUR: i64 = 30 * 60_000;

type Shop<'a> = Connected<'a, WooCommerce>;

async fn ten_thousand_changed_orders_take_as_many_questions_as_pages(app: TestApp) {
    let it = Shop::open(&app).await;
    it.platform.with(|shop| {
        shop.place(10_000, Status::Cancelled);
        shop.orders.iter_mut().for_each(|it| it.affiliate = None);
    });
    it.pull().await;
    it.platform.questions();
    it.wait(1, 0);
    it.platform.with(|shop| {
        for number in 1..=10_000 {
            shop.set(number, Status::Complete);
        }
    });
    let run = it.pull().await;
    assert_eq!((run.orders_read, run.orders_changed), (10_000, 10_000));
    // Pages hold a hundred at most.
    assert_eq!(it.platform.questions().len(), 100);
    let complete = order::Entity::find()
        .filter(order::Column::Status.eq(OrderStatus::Complete))
        .count(app.behind_its_back());
    assert_eq!(complete.await.unwrap(), 10_000);
}

async fn where_nothing_changed_only_changes_and_open_orders_are_asked_for(app: TestApp) {
    let it = Shop::open(&app).await;
    it.shop.set(json!({"waitDays": 0})).await;
    it.platform.with(|shop| {
        shop.place(150, Status::New);
        shop.place(150, Status::Complete);
        shop.place(150, Status::Cancelled);
    });
    // Twice, so that the next run's window does not reach back to them.
    for _ in 0..2 {
        it.pull().await;
        it.wait(1, 0);
    }
    it.platform.questions();
    let run = it.pull().await;
    assert_eq!((run.orders_read, run.orders_changed), (150, 0));
    let questions = it.platform.questions();
    let asks_for: Vec<_> = questions.iter().map(|it| ids_in(it).len()).collect();
    assert_eq!(asks_for, [0, 100, 50], "{questions:#?}");
    let mut ids: Vec<u32> = questions.iter().flat_map(|it| ids_in(it)).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=150).collect::<Vec<_>>());
}

/// The ids that a question is for; none where it is for changes.
fn ids_in(question: &str) -> Vec<u32> {
    let included = question
        .split(['?', '&', ' '])
        .find_map(|it| it.strip_prefix("include="));
    let ids = included.map(|ids| ids.split("%2C").map(|id| id.parse().unwrap()));
    ids.map(Iterator::collect).unwrap_or_default()
}

async fn what_did_not_change_is_not_written(app: TestApp) {
    let it = Shop::open(&app).await;
    it.platform.with(|shop| {
        shop.place(20, Status::New);
        shop.place(20, Status::Complete);
    });
    it.pull().await;
    let before = written(&it).await;
    it.wait(0, HALF_AN_HOUR);
    let run = it.pull().await;
    assert_eq!((run.orders_read, run.orders_changed), (40, 0));
    assert_eq!(written(&it).await, before);
}

/// All rows that orders make, and on PostgreSQL also which transaction wrote each.
async fn written(it: &Shop<'_>) -> Vec<String> {
    let db = it.shop.app.behind_its_back();
    let mut rows = Vec::new();
    if db.get_database_backend() == DbBackend::Postgres {
        for table in ["orders", "affiliate_transactions", "kpi_days", "affiliates"] {
            let sql = format!("SELECT xmin::text AS xmin FROM {table} ORDER BY ctid");
            let found = db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql));
            let found = found.await.unwrap();
            rows.extend(
                found
                    .iter()
                    .map(|row| row.try_get::<String>("", "xmin").unwrap()),
            );
        }
    }
    let orders = order::Entity::find().all(db).await.unwrap();
    let transactions = transaction::Entity::find().all(db).await.unwrap();
    let changes = status_change::Entity::find().all(db).await.unwrap();
    rows.extend(orders.iter().map(|row| format!("{row:?}")));
    rows.extend(transactions.iter().map(|row| format!("{row:?}")));
    rows.extend(changes.iter().map(|row| format!("{row:?}")));
    rows.sort();
    rows
}

async fn r22_a_bad_order_is_listed_by_the_run_and_asked_for_again(app: TestApp) {
    let it = Shop::open(&app).await;
    it.platform.with(|shop| {
        shop.place(3, Status::Complete);
        shop.order(1).broken = Some(Broken::NoTotal);
        // It can be read, and makes no sense.
        shop.order(2).refunded = 20_000;
    });
    it.pull().await;
    let document = "{ syncRuns(first: 1) { nodes {
        state ordersFailed failures { nodes { source externalId code message } }
    } } }";
    let answer = it.shop.ask(document, json!({})).await;
    let run = &answer["syncRuns"]["nodes"][0];
    assert_eq!(
        (&run["state"], &run["ordersFailed"]),
        (&json!("SUCCEEDED"), &json!(2))
    );
    let failures = run["failures"]["nodes"].as_array().unwrap();
    let mut ids: Vec<_> = failures
        .iter()
        .map(|it| it["externalId"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, ["1", "2"]);
    for failure in failures {
        assert_eq!(failure["source"], "woocommerce");
        assert!(failure["message"].as_str().unwrap().len() > 10, "{failure}");
    }
    // They are mended without a time of change, long after.
    it.platform.with(|shop| {
        shop.order(1).broken = None;
        shop.order(2).refunded = 0;
    });
    it.wait(2, 0);
    let run = it.pull().await;
    assert_eq!((run.orders_changed, run.orders_failed), (2, 0));
    it.platform.questions();
    it.wait(20, 0);
    it.pull().await;
    it.wait(1, 0);
    it.platform.questions();
    it.pull().await;
    assert_eq!(it.platform.questions().len(), 1);
}
