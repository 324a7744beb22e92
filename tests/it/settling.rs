//! R6 to R9 on the database: the SQL that settles by sets is held equal to the Rust decision on every
//! combination of inputs.

use std::collections::BTreeMap;

use entity::words::{
    OrderStatus, StatusActor, SyncTrigger, TransactionKind, TransactionStatus, WaitFrom,
};
use entity::{Instant, affiliate_transaction as transaction, order, shop};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait,
    IntoActiveModel, QueryFilter,
};

use cashable::domain::order::OrderReport;
use cashable::domain::settling::{Sight, Stage, Standing};
use cashable::ledger::{self, Author, Days, ImportOrders, NewShop, UpdateSettings, target_status};
use cashable::sync;

use TransactionStatus::{Cancelled, Completed, InProgress, Open};

use crate::support::{TestApp, on_both};

on_both!(
    r6_sql_settles_as_rust_decides,
    r6_a_run_settles_what_was_imported
);

const STATUSES: [TransactionStatus; 4] = [
    TransactionStatus::Open,
    TransactionStatus::InProgress,
    TransactionStatus::Completed,
    TransactionStatus::Cancelled,
];

async fn new_shop(app: &TestApp) -> shop::Model {
    let new = NewShop {
        name: "Tea".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    let shop = ledger::create_shop(app, &new).await.unwrap();
    let settings = UpdateSettings {
        sync_enabled: Some(true),
        commission_rate: Some("5".to_owned()),
        ..UpdateSettings::default()
    };
    ledger::write(app, shop.shop_id, &admin(), &settings)
        .await
        .unwrap()
}

fn admin() -> Author {
    Author::new(StatusActor::Admin, "test")
}

fn report(app: &TestApp, id: &str, status: &str) -> OrderReport {
    OrderReport {
        external_id: id.to_owned(),
        native_status: Some(status.to_owned()),
        placed_at: Some(app.clock.now()),
        total: Some("100.00".to_owned()),
        affiliate_code: Some("anna".to_owned()),
        ..OrderReport::default()
    }
}

async fn r6_sql_settles_as_rust_decides(app: TestApp) {
    let shop = new_shop(&app).await;
    let import = ImportOrders {
        source: "api".to_owned(),
        meanings: BTreeMap::new(),
        reports: vec![report(&app, "1", "new")],
    };
    ledger::write(&app, shop.shop_id, &admin(), &import)
        .await
        .unwrap();
    let db = app.behind_its_back();
    let row = transaction::Entity::find().one(db).await.unwrap().unwrap();
    let order = order::Entity::find().one(db).await.unwrap().unwrap();
    let now = app.clock.now();
    let stages = [
        (OrderStatus::New, false),
        (OrderStatus::New, true),
        (OrderStatus::Complete, false),
        (OrderStatus::Cancelled, false),
    ];
    // An order that is missing at its platform, and one whose platform could not be asked, are settled alike.
    let sources = ["api".to_owned(), "other".to_owned()];
    let others = &sources[1..];
    let seen = [
        (None, others, Sight::Seen),
        (Some(now), others, Sight::Unseen),
        (None, &sources[..], Sight::Unseen),
    ];
    let cases = stages.map(|stage| seen.map(|sight| (stage, sight)));
    for ((order_status, in_progress), (missed_at, unseen, sight)) in cases.into_iter().flatten() {
        let changed = order::Model {
            status: order_status,
            in_progress,
            missed_at,
            ..order.clone()
        };
        let changed = changed.into_active_model().reset_all();
        changed.update(db).await.unwrap();
        let waits = [None, Some(now), Some(Instant(now.0 + 1))];
        let cases = STATUSES.map(|status| waits.map(|until| (status, until)));
        for (status, waits_until) in cases.into_iter().flatten() {
            let changed = transaction::Model {
                status,
                waits_until,
                ..row.clone()
            };
            let changed = changed.into_active_model().reset_all();
            changed.update(db).await.unwrap();
            for lock_final in [true, false] {
                let sql = settled_by_sql(db, lock_final, Days::At { now, unseen }).await;
                let standing = Standing {
                    status,
                    kind: TransactionKind::Commission,
                    pinned: false,
                    stage: Some(Stage::of(order_status, in_progress)),
                    lock_final,
                    waits_until,
                    sight,
                };
                let rust = standing.settled(now).unwrap_or(status);
                assert_eq!(sql, rust, "{standing:?}");
            }
        }
    }
}

async fn settled_by_sql(
    db: &DatabaseConnection,
    lock_final: bool,
    days: Days<'_>,
) -> TransactionStatus {
    let query = Query::select()
        .expr_as(target_status(lock_final, days), "target")
        .from_as(transaction::Entity, "t")
        .from_as(order::Entity, "o")
        .take();
    let found = db.query_one(&query).await.unwrap().unwrap();
    found.try_get("", "target").unwrap()
}

async fn r6_a_run_settles_what_was_imported(app: TestApp) {
    let shop = new_shop(&app).await;
    let reports = ["new", "in_progress", "complete", "cancelled"];
    let reports = reports
        .iter()
        .map(|status| report(&app, status, status))
        .collect();
    let import = ImportOrders {
        source: "api".to_owned(),
        meanings: BTreeMap::new(),
        reports,
    };
    let counts = ledger::write(&app, shop.shop_id, &admin(), &import)
        .await
        .unwrap();
    assert_eq!(counts.created, 4, "{counts:?}");
    assert_eq!(shop.wait_from, WaitFrom::TransactionCreated);
    let settled = |app: TestApp| async move {
        let queued = sync::request(&app, shop.shop_id, &admin(), SyncTrigger::Manual, false)
            .await
            .unwrap();
        let run = sync::run(&app, queued.run, false, &|_| {}).await.unwrap();
        assert_eq!(run.error, None);
        let mut statuses = Vec::new();
        for status in ["new", "in_progress", "complete", "cancelled"] {
            let order = order::Entity::find()
                .filter(order::Column::ExternalId.eq(status))
                .one(app.behind_its_back())
                .await
                .unwrap()
                .unwrap();
            let row = transaction::Entity::find()
                .filter(transaction::Column::OrderId.eq(order.id))
                .one(app.behind_its_back())
                .await
                .unwrap()
                .unwrap();
            statuses.push(row.status);
        }
        (app, run, statuses)
    };
    let (app, run, statuses) = settled(app).await;
    assert_eq!(statuses, [Open, InProgress, InProgress, Cancelled]);
    assert_eq!(run.transactions_changed, 3);
    let (app, run, _) = settled(app).await;
    assert_eq!((run.transactions_checked, run.transactions_changed), (0, 0));
    app.clock.set(Instant(app.clock.now().0 + 14 * 86_400_000));
    let (_, run, statuses) = settled(app).await;
    assert_eq!(statuses, [Open, InProgress, Completed, Cancelled]);
    assert_eq!(run.transactions_changed, 1);
}
