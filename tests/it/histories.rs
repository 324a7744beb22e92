//! Random histories: whatever imports, overrides, syncs and settings happen in whatever order, what is
//! stored twice stays the same twice (R15, R25, R26), and each sync leaves every row as R6 decides.

use std::collections::BTreeMap;

use cashable::domain::order::OrderReport;
use cashable::domain::period::{Interval, Period};
use cashable::domain::settling::{Sight, Stage, Standing};
use cashable::error::Error;
use cashable::ledger::{
    self, Author, Change, CreateTransaction, DeleteTransaction, ImportOrders, MapStatuses, NewShop,
    OverrideStatus, ReleaseOverride, UpdateAffiliate, UpdateSettings,
};
use cashable::reports::{self, OrdersFilter, OrdersSort, PageRequest, Scope};
use cashable::sync;
use entity::words::{
    OrderStatus, OverrideReason, StatusActor, SyncState, SyncTrigger, TransactionKind,
    TransactionStatus, WaitFrom,
};
use entity::{Day, Instant, affiliate_transaction as transaction, order, shop};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::support::{START, TestApp};

/// How many histories each database goes through.
const CASES: u32 = 24;
const DAY_MILLIS: i64 = 86_400_000;

#[test]
fn r25_figures_agree_after_any_history_on_sqlite() {
    go_through(TestApp::on_sqlite());
}

#[test]
fn r25_figures_agree_after_any_history_on_postgres() {
    go_through(TestApp::on_postgres());
}

/// Something that happens to a shop. Numbers pick among what is there.
#[derive(Clone, Debug)]
enum Event {
    Import(Vec<Told>),
    Override {
        which: usize,
        status: TransactionStatus,
        pinned: Option<bool>,
    },
    Release {
        which: usize,
    },
    Delete {
        which: usize,
    },
    Create {
        affiliate: usize,
        order: Option<usize>,
        adjustment: bool,
        amount: i64,
    },
    Sync {
        all: bool,
    },
    Days(i64),
    LockFinal(bool),
    WaitFrom(WaitFrom),
    Active {
        affiliate: usize,
        active: bool,
    },
    Map(&'static str, &'static str),
}

/// What is told of an order.
#[derive(Clone, Debug)]
struct Told {
    id: usize,
    status: &'static str,
    total: i64,
    refunded: Option<i64>,
    affiliate: Option<usize>,
    placed: i64,
    commission: Option<i64>,
    in_francs: bool,
}

fn status() -> impl Strategy<Value = TransactionStatus> {
    prop_oneof![
        Just(TransactionStatus::Open),
        Just(TransactionStatus::InProgress),
        Just(TransactionStatus::Completed),
        Just(TransactionStatus::Cancelled),
    ]
}

fn told() -> impl Strategy<Value = Told> {
    let word = prop_oneof![
        Just("new"),
        Just("in_progress"),
        Just("complete"),
        Just("cancelled"),
        Just("fake"),
        Just("odd")
    ];
    let money = (
        0..30_000_i64,
        proptest::option::of(0..20_000_i64),
        proptest::option::of(0..900_i64),
    );
    let rest = (
        proptest::option::of(0..3_usize),
        0..90_i64,
        proptest::bool::weighted(0.1),
    );
    (0..10_usize, word, money, rest).prop_map(
        |(id, status, (total, refunded, commission), (affiliate, placed, in_francs))| Told {
            id,
            status,
            total,
            refunded,
            affiliate,
            placed,
            commission,
            in_francs,
        },
    )
}

fn event() -> impl Strategy<Value = Event> {
    let which = 0..12_usize;
    prop_oneof![
        5 => proptest::collection::vec(told(), 1..6).prop_map(Event::Import),
        3 => any::<bool>().prop_map(|all| Event::Sync { all }),
        3 => (which.clone(), status(), proptest::option::of(any::<bool>()))
            .prop_map(|(which, status, pinned)| Event::Override { which, status, pinned }),
        1 => which.clone().prop_map(|which| Event::Release { which }),
        1 => which.clone().prop_map(|which| Event::Delete { which }),
        1 => (0..3_usize, proptest::option::of(which), any::<bool>(), 0..5_000_i64).prop_map(
            |(affiliate, order, adjustment, amount)| Event::Create { affiliate, order, adjustment, amount }
        ),
        2 => (1..20_i64).prop_map(Event::Days),
        1 => any::<bool>().prop_map(Event::LockFinal),
        1 => prop_oneof![Just(WaitFrom::TransactionCreated), Just(WaitFrom::OrderCompleted)]
            .prop_map(Event::WaitFrom),
        1 => (0..3_usize, any::<bool>())
            .prop_map(|(affiliate, active)| Event::Active { affiliate, active }),
        1 => prop_oneof![Just("COMPLETE"), Just("CANCELLED:FAKE"), Just("IGNORE"), Just("IN_PROGRESS")]
            .prop_map(|meaning| Event::Map("odd", meaning)),
    ]
}

fn go_through(app: impl Future<Output = TestApp>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let app = runtime.block_on(app);
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let histories = proptest::collection::vec(event(), 1..25);
    runner
        .run(&histories, |events| {
            runtime.block_on(live(&app, events));
            Ok(())
        })
        .unwrap();
    runtime.block_on(async { drop(app) });
}

async fn live(app: &TestApp, events: Vec<Event>) {
    app.clock.set(START);
    let name = format!("shop {:x}", fastrand::u64(..));
    let new = NewShop {
        name,
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    let shop = ledger::create_shop(app, &new).await.unwrap();
    let settings = UpdateSettings {
        sync_enabled: Some(true),
        commission_rate: Some("7.5".to_owned()),
        factor: Some(ledger::Factor {
            direction: entity::words::FactorDirection::Increase,
            per_order: "0.1".to_owned(),
            limit: 2,
        }),
        ..UpdateSettings::default()
    };
    change(app, &shop, settings).await;
    for event in events {
        happen(app, &shop, event).await;
        let shop = reports::find_shop(app.database.reader(), shop.shop_id)
            .await
            .unwrap()
            .unwrap();
        let findings = reports::audit(app.database.reader(), &shop).await.unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }
    agree(app, &shop).await;
}

/// Makes a change; a refusal is an answer like any other here.
async fn change<C: Change>(app: &TestApp, shop: &shop::Model, change: C) {
    let author = Author::new(StatusActor::Admin, "test");
    match ledger::write(app, shop.shop_id, &author, &change).await {
        Ok(_) | Err(Error::Refused(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
}

async fn happen(app: &TestApp, shop: &shop::Model, event: Event) {
    let rows = transactions(app, shop).await;
    let pick = |which: usize| rows.get(which % rows.len().max(1)).map(|row| row.id);
    match event {
        Event::Import(told) => import(app, shop, &told).await,
        Event::Override {
            which,
            status,
            pinned,
        } => {
            if let Some(id) = pick(which) {
                set_by_hand(app, shop, id, status, pinned).await;
            }
        }
        Event::Release { which } => {
            if let Some(transaction_id) = pick(which) {
                change(
                    app,
                    shop,
                    ReleaseOverride {
                        transaction_id,
                        expected_version: None,
                    },
                )
                .await;
            }
        }
        Event::Delete { which } => {
            if let Some(id) = pick(which) {
                delete(app, shop, id).await;
            }
        }
        Event::Create {
            affiliate,
            order,
            adjustment,
            amount,
        } => {
            create(app, shop, affiliate, order, adjustment, amount).await;
        }
        Event::Sync { all } => sync_and_look(app, shop, all).await,
        Event::Days(days) => app
            .clock
            .set(Instant(app.clock.now().0 + days * DAY_MILLIS)),
        Event::LockFinal(on) => lock_final(app, shop, on).await,
        Event::WaitFrom(from) => {
            let settings = UpdateSettings {
                wait_from: Some(from),
                ..UpdateSettings::default()
            };
            change(app, shop, settings).await;
        }
        Event::Active { affiliate, active } => set_active(app, shop, affiliate, active).await,
        Event::Map(word, meaning) => {
            let meanings = BTreeMap::from([(word.to_owned(), meaning.to_owned())]);
            change(
                app,
                shop,
                MapStatuses {
                    source: "api".to_owned(),
                    meanings,
                },
            )
            .await;
        }
    }
}

async fn import(app: &TestApp, shop: &shop::Model, told: &[Told]) {
    let reports = told.iter().map(|told| report(app, told)).collect();
    let meanings = BTreeMap::new();
    change(
        app,
        shop,
        ImportOrders {
            source: "api".to_owned(),
            meanings,
            reports,
        },
    )
    .await;
}

async fn set_by_hand(
    app: &TestApp,
    shop: &shop::Model,
    transaction_id: Uuid,
    status: TransactionStatus,
    pinned: Option<bool>,
) {
    let set = OverrideStatus {
        transaction_id,
        status,
        reason: OverrideReason::Other,
        note: None,
        pinned,
        expected_version: None,
    };
    change(app, shop, set).await;
}

async fn delete(app: &TestApp, shop: &shop::Model, transaction_id: Uuid) {
    let delete = DeleteTransaction {
        transaction_id,
        reason: OverrideReason::Duplicate,
        note: None,
        expected_version: None,
    };
    change(app, shop, delete).await;
}

async fn lock_final(app: &TestApp, shop: &shop::Model, on: bool) {
    let settings = UpdateSettings {
        lock_final_statuses: Some(on),
        ..UpdateSettings::default()
    };
    change(app, shop, settings).await;
}

async fn set_active(app: &TestApp, shop: &shop::Model, affiliate: usize, active: bool) {
    let Some(affiliate_id) = affiliate_id(app, shop, affiliate).await else {
        return;
    };
    let update = UpdateAffiliate {
        affiliate_id,
        name: None,
        active: Some(active),
        commission_rate: None,
        clear_commission_rate: false,
    };
    change(app, shop, update).await;
}

fn report(app: &TestApp, told: &Told) -> OrderReport {
    let money = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    OrderReport {
        external_id: told.id.to_string(),
        native_status: Some(told.status.to_owned()),
        placed_at: Some(Instant(START.0 - told.placed * DAY_MILLIS)),
        changed_at: Some(app.clock.now()),
        total: Some(money(told.total)),
        refunded: told.refunded.map(money),
        currency: told.in_francs.then(|| "CHF".to_owned()),
        affiliate_code: told.affiliate.map(|number| format!("affiliate {number}")),
        commission: told
            .commission
            .filter(|_| told.affiliate.is_some())
            .map(money),
        ..OrderReport::default()
    }
}

async fn create(
    app: &TestApp,
    shop: &shop::Model,
    affiliate: usize,
    order: Option<usize>,
    adjustment: bool,
    amount: i64,
) {
    let Some(affiliate_id) = affiliate_id(app, shop, affiliate).await else {
        return;
    };
    let orders = orders(app, shop).await;
    let order = order.and_then(|which| orders.get(which % orders.len().max(1)));
    let kind = if adjustment {
        TransactionKind::Adjustment
    } else {
        TransactionKind::Manual
    };
    change(
        app,
        shop,
        CreateTransaction {
            affiliate_id,
            order_id: order.map(|order| order.id),
            kind,
            amount: amount.to_string(),
            currency: "EUR".to_owned(),
            note: None,
        },
    )
    .await;
}

/// Runs a sync and holds every row to the table of R6; then a second run, which must change nothing (R19).
async fn sync_and_look(app: &TestApp, shop: &shop::Model, all: bool) {
    let before = transactions(app, shop).await;
    let first = sync_now(app, shop, all).await;
    let shop = reports::find_shop(app.database.reader(), shop.shop_id)
        .await
        .unwrap()
        .unwrap();
    let orders: BTreeMap<_, _> = orders(app, &shop)
        .await
        .into_iter()
        .map(|order| (order.id, order))
        .collect();
    let after = transactions(app, &shop).await;
    let mut changed = 0;
    for (before, after) in before.iter().zip(&after) {
        let order = before.order_id.and_then(|id| orders.get(&id));
        let standing = Standing {
            status: before.status,
            kind: before.kind,
            pinned: before.pinned,
            stage: order.map(|order| Stage::of(order.status, order.in_progress)),
            lock_final: shop.lock_final_statuses,
            waits_until: before.waits_until,
            sight: Sight::Seen,
        };
        let expected = standing.settled(app.clock.now()).unwrap_or(before.status);
        assert_eq!(after.status, expected, "{before:?} {order:?}");
        changed += i64::from(after.status != before.status);
    }
    assert_eq!(first.transactions_changed, changed);
    assert_eq!(sync_now(app, &shop, true).await.transactions_changed, 0);
}

async fn sync_now(app: &TestApp, shop: &shop::Model, all: bool) -> entity::sync_run::Model {
    let author = Author::new(StatusActor::Admin, "test");
    let queued = sync::request(app, shop.shop_id, &author, SyncTrigger::Manual, false)
        .await
        .unwrap();
    let run = sync::run(app, queued.run, all, &|_| {}).await.unwrap();
    assert_eq!(run.state, SyncState::Succeeded, "{:?}", run.error);
    run
}

/// The same figure asked in several ways: KPI, orders report and rows.
async fn agree(app: &TestApp, shop: &shop::Model) {
    let db = app.database.reader();
    let period = Period::new(Day(START_DAY - 200), Day(START_DAY + 10)).unwrap();
    let scope = Scope::shop(shop.shop_id);
    for currency in ["EUR", "CHF"] {
        let kpi = reports::kpi(db, shop.shop_id, period, Interval::Month, currency, None)
            .await
            .unwrap();
        let rows = reports::kpi_from_rows(db, shop.shop_id, period, currency, None)
            .await
            .unwrap();
        assert_eq!(kpi.totals, rows);
        let filter = OrdersFilter {
            currency: Some(currency.to_owned()),
            ..OrdersFilter::default()
        };
        let summary = reports::summarize_orders(db, scope, &filter).await.unwrap();
        let page = PageRequest::first(1_000);
        let listed = reports::list_orders(db, scope, &filter, OrdersSort::default(), &page)
            .await
            .unwrap();
        for status in [
            OrderStatus::New,
            OrderStatus::Complete,
            OrderStatus::Cancelled,
        ] {
            let row = summary.iter().find(|row| row.status == status);
            let of_status: Vec<_> = listed
                .rows
                .iter()
                .filter(|order| order.status == status)
                .collect();
            let total: i64 = of_status.iter().map(|order| order.total_minor).sum();
            assert_eq!(row.map_or(0, |row| row.total_minor), total);
            assert_eq!(
                row.map_or(0, |row| row.orders),
                i64::try_from(of_status.len()).unwrap()
            );
        }
        let complete = summary
            .iter()
            .find(|row| row.status == OrderStatus::Complete);
        assert_eq!(
            kpi.totals.revenue_minor(),
            complete.map_or(0, |row| row.total_minor - row.refunded_minor)
        );
    }
}

/// The day on which every test begins.
const START_DAY: i32 = 20_778;

async fn transactions(app: &TestApp, shop: &shop::Model) -> Vec<transaction::Model> {
    transaction::Entity::find()
        .filter(transaction::Column::ShopId.eq(shop.shop_id))
        .filter(transaction::Column::DeletedAt.is_null())
        .order_by_asc(transaction::Column::Id)
        .all(app.database.reader())
        .await
        .unwrap()
}

async fn orders(app: &TestApp, shop: &shop::Model) -> Vec<order::Model> {
    order::Entity::find()
        .filter(order::Column::ShopId.eq(shop.shop_id))
        .order_by_asc(order::Column::Id)
        .all(app.database.reader())
        .await
        .unwrap()
}

async fn affiliate_id(app: &TestApp, shop: &shop::Model, number: usize) -> Option<Uuid> {
    let scope = Scope::shop(shop.shop_id);
    let code = format!("affiliate {number}");
    let found = reports::find_affiliate_by_code(app.database.reader(), scope, &code)
        .await
        .unwrap();
    found.map(|affiliate| affiliate.id)
}
