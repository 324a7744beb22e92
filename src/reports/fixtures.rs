//! What the tests of the reports stand on: an empty database, rows made by hand, and a walk through
//! the pages of any listing.

use entity::words::{
    OrderStatus, StatusActor, SyncState, SyncTrigger, TransactionKind, TransactionStatus, WaitFrom,
};
use entity::{Day, Instant, affiliate, affiliate_transaction, order, shop, sync_run};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, ModelTrait,
};
use tempfile::TempDir;

use super::{Page, PageRequest, Sorting};
use crate::app::App;
use crate::clock::Clock;
use crate::database::Database;
use crate::error::Result;

/// The shop that the tests read; its neighbour has rows with the same ids.
pub(super) const SHOP: i64 = 1;
pub(super) const NEIGHBOUR: i64 = 2;
/// 1 November 2025.
pub(super) const FIRST_DAY: i32 = 20_393;
pub(super) const DAY_MILLIS: i64 = 86_400_000;

/// An empty database: a file of its own, or one of its own on the server of `TEST_POSTGRES_URL`.
pub(super) struct Fixture {
    app: App,
    _folder: TempDir,
}

impl Fixture {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("reports.sqlite");
        let url = match std::env::var("TEST_POSTGRES_URL") {
            Ok(server) => make_database(&server).await,
            Err(_) => format!("sqlite://{}", file.display()),
        };
        let database = Database::connect(&url).await.expect("it opens");
        let app = App::new(database, Clock::standing(Instant(0)));
        app.migrate().await.expect("it migrates");
        let fixture = Self {
            app,
            _folder: folder,
        };
        fixture.put(vec![shop(SHOP), shop(NEIGHBOUR)]).await;
        fixture
    }

    pub(super) fn db(&self) -> &DatabaseConnection {
        self.app.database.reader()
    }

    /// Stores rows.
    pub(super) async fn put<M>(&self, rows: Vec<M>)
    where
        M: IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel> + ModelTrait,
    {
        if rows.is_empty() {
            return;
        }
        let rows = rows
            .into_iter()
            .map(|row| row.into_active_model().reset_all());
        M::Entity::insert_many(rows)
            .exec_without_returning(self.app.database.writer())
            .await
            .expect("the rows fit");
    }
}

/// `server` is a URL without a database; what is made there is left there, for a throw-away server.
async fn make_database(server: &str) -> String {
    let name = format!("reports_{:016x}", fastrand::u64(..));
    let admin = Database::connect(&format!("{server}/postgres"))
        .await
        .expect("the server answers");
    let sql = format!("CREATE DATABASE {name}");
    let made = admin.writer().execute_unprepared(&sql).await;
    made.expect("the database is new");
    format!("{server}/{name}")
}

/// Reads a listing page by page in both directions, and holds both to be the same.
pub(super) async fn walk<S: Sorting>(
    sort: S,
    list: impl AsyncFn(PageRequest) -> Result<Page<S::Row>>,
) -> Vec<S::Row>
where
    S::Row: PartialEq + std::fmt::Debug,
{
    let (mut forwards, mut after) = (Vec::new(), None);
    loop {
        let is_first = after.is_none();
        let request = PageRequest {
            after,
            ..PageRequest::first(7)
        };
        let page = list(request).await.expect("a page");
        assert_eq!(page.has_previous, !is_first);
        after = page.rows.last().map(|row| sort.position(row));
        forwards.extend(page.rows);
        if !page.has_next {
            break;
        }
    }
    let (mut backwards, mut before) = (Vec::new(), None);
    loop {
        let is_last = before.is_none();
        let request = PageRequest {
            last: Some(5),
            before,
            ..PageRequest::default()
        };
        let page = list(request).await.expect("a page");
        assert_eq!(page.has_next, !is_last);
        before = page.rows.first().map(|row| sort.position(row));
        backwards.extend(page.rows.into_iter().rev());
        if !page.has_previous {
            break;
        }
    }
    backwards.reverse();
    assert_eq!(forwards, backwards);
    forwards
}

pub(super) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn shop(shop_id: i64) -> shop::Model {
    shop::Model {
        shop_id,
        name: format!("shop {shop_id}"),
        currency: "EUR".to_owned(),
        time_zone: "UTC".to_owned(),
        sync_enabled: true,
        sync_interval_minutes: 30,
        wait_days: 14,
        wait_from: WaitFrom::TransactionCreated,
        lock_final_statuses: true,
        recount_promoted_orders: true,
        commissions_from: None,
        commission_rate_ppm: 50_000,
        factor_direction: None,
        factor_ppm: 0,
        factor_limit: 0,
        last_sequence: 0,
        revision: 0,
        recounted_at: Some(Instant(5)),
        swept_at: None,
        created_at: Instant(0),
    }
}

pub(super) fn affiliate(number: u128) -> affiliate::Model {
    affiliate::Model {
        shop_id: SHOP,
        id: id(number),
        code: format!("code-{number}"),
        name: format!("Affiliate {number}"),
        active: true,
        commission_rate_ppm: None,
        promoted_orders: 0,
        name_folded: String::new(),
        counted_at: Instant(3),
        created_at: Instant(0),
    }
}

pub(super) fn order(number: u128) -> order::Model {
    order::Model {
        shop_id: SHOP,
        id: id(number),
        source: "api".to_owned(),
        external_id: format!("X-{number}"),
        number: format!("{number}"),
        status: OrderStatus::New,
        in_progress: false,
        native_status: "new".to_owned(),
        mapped: true,
        cancel_reason: None,
        placed_at: Instant(i64::from(FIRST_DAY) * DAY_MILLIS),
        placed_on: Day(FIRST_DAY),
        changed_at: None,
        status_changed_at: Instant(0),
        completed_at: None,
        currency: "EUR".to_owned(),
        total_minor: 1_000,
        refunded_minor: 0,
        affiliate_code: None,
        affiliate_id: None,
        missed_at: None,
        gone_at: None,
    }
}

/// A commission of affiliate 1, without an order.
pub(super) fn transaction(number: u128) -> affiliate_transaction::Model {
    affiliate_transaction::Model {
        shop_id: SHOP,
        id: id(number),
        affiliate_id: id(1),
        order_id: None,
        external_id: None,
        kind: TransactionKind::Commission,
        amount_minor: 50,
        currency: "EUR".to_owned(),
        status: TransactionStatus::Open,
        status_changed_at: Instant(0),
        status_set_by: StatusActor::Import,
        pinned: false,
        diverged: false,
        wait_days: 14,
        wait_from: WaitFrom::TransactionCreated,
        waits_until: None,
        final_total_minor: None,
        final_refunded_minor: None,
        rate_ppm: 50_000,
        factor_ppm: 0,
        factor_orders: 0,
        affiliate_since: Instant(0),
        imported_amount: false,
        note: None,
        version: 1,
        created_at: Instant(i64::from(FIRST_DAY) * DAY_MILLIS),
        reported_on: Day(FIRST_DAY),
        deleted_at: None,
    }
}

/// A run that was asked for in the third part of its number.
pub(super) fn run(number: u128, state: SyncState, dry_run: bool) -> sync_run::Model {
    sync_run::Model {
        shop_id: SHOP,
        id: id(number),
        trigger: SyncTrigger::Schedule,
        state,
        dry_run,
        queued_at: Instant(i64::try_from(number / 3).expect("few")),
        started_at: None,
        finished_at: None,
        orders_read: 0,
        orders_changed: 0,
        orders_unmapped: 0,
        orders_stale: 0,
        orders_failed: 0,
        transactions_due: 0,
        transactions_checked: 0,
        transactions_changed: 0,
        transitions: serde_json::json!([]),
        promoted_counts_repaired: 0,
        error: None,
    }
}
