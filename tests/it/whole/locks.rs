//! Others in the same database who hold what a write needs: a deadlock, a serialization failure and a lock
//! that does not come in time, each made on purpose by a second connection.

use cashable::app::App;
use cashable::ledger::LEASE_MILLIS;
use futures_util::future::join_all;
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, Statement,
    TransactionTrait,
};

use super::deeds::{Deed, Ready};
use super::footprint::Footprint;
use crate::support::TestApp;
use crate::support::world::World;

/// A shop, a replica of the program whose connections have a setting of their own, and a stranger.
struct Company {
    world: World,
    replica: App,
    stranger: DatabaseConnection,
}

impl Company {
    async fn with(setting: &str, value: &str) -> Self {
        let world = World::open(TestApp::on_postgres().await).await;
        let url = world.app.url();
        let joint = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{joint}options[{setting}]={value}");
        let replica = App::open(&url, world.app.clock.clone()).await;
        let stranger = Database::connect(world.app.url_of_test()).await.unwrap();
        Self {
            world,
            replica: replica.unwrap(),
            stranger,
        }
    }

    /// A transaction of the stranger's, which has locked the shop or its transactions.
    async fn locks(&self, table: &str) -> DatabaseTransaction {
        let held = self.stranger.begin().await.unwrap();
        lock(&held, table).await;
        held
    }

    /// Until somebody waits for a lock, or nobody does any more.
    async fn until_somebody_waits(&self, waits: bool) {
        for _ in 0..10_000 {
            if (self.count_waiting().await > 0) == waits {
                return;
            }
        }
        panic!("nobody was seen to wait for a lock, or somebody for too long");
    }

    async fn count_waiting(&self) -> i64 {
        let sql = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let query = Statement::from_string(DbBackend::Postgres, sql);
        let row = self.world.app.behind_its_back().query_one_raw(query).await;
        row.unwrap().unwrap().try_get("", "count").unwrap()
    }

    /// An override by the replica while the stranger does this: told as done, and done once.
    async fn overrides_once(&self, ready: &Ready, meanwhile: impl Future<Output = ()>) {
        let before = Footprint::of(&self.world).await;
        let (outcome, ()) = tokio::join!(ready.make_by(&self.replica, &self.world), meanwhile);
        assert_eq!(outcome, Ok(()));
        let done = Footprint::of(&self.world).await.since(before);
        assert_eq!((done.changes, done.pinned), (1, 1));
        self.world.assert_sound().await;
    }
}

async fn lock(held: &DatabaseTransaction, table: &str) {
    let sql = format!("UPDATE {table} SET shop_id = shop_id");
    held.execute_unprepared(&sql).await.unwrap();
}

#[tokio::test]
async fn a_deadlock_is_got_over() {
    // Who has waited for so long looks for a deadlock, and is its victim; the stranger is patient.
    let company = Company::with("deadlock_timeout", "200ms").await;
    let ready = Deed::Override.ready(&company.world, "1").await;
    let held = company.stranger.begin().await.unwrap();
    held.execute_unprepared("SET LOCAL deadlock_timeout = '1min'")
        .await
        .unwrap();
    lock(&held, "affiliate_transactions").await;
    company
        .overrides_once(&ready, async {
            company.until_somebody_waits(true).await;
            lock(&held, "shops").await;
            held.rollback().await.unwrap();
        })
        .await;
}

#[tokio::test]
async fn a_lock_that_does_not_come_in_time_is_waited_for_again() {
    let company = Company::with("lock_timeout", "100ms").await;
    let ready = Deed::Override.ready(&company.world, "1").await;
    for table in ["shops", "affiliate_transactions"] {
        let ready = if table == "shops" {
            &ready
        } else {
            &Deed::Override.ready(&company.world, "2").await
        };
        let held = company.locks(table).await;
        company
            .overrides_once(ready, async {
                company.until_somebody_waits(true).await;
                company.until_somebody_waits(false).await;
                held.rollback().await.unwrap();
            })
            .await;
    }
}

#[tokio::test]
async fn what_cannot_be_serialized_is_made_again() {
    let company = Company::with("default_transaction_isolation", "serializable").await;
    let world = &company.world;
    let mut all = Vec::new();
    for number in 0..4 {
        for deed in [Deed::Override, Deed::Release, Deed::Delete, Deed::Import] {
            all.push(deed.ready(world, &format!("{deed:?}-{number}")).await);
        }
    }
    let before = Footprint::of(world).await;
    let made = join_all(all.iter().map(|it| it.make_by(&company.replica, world))).await;
    assert_eq!(made, vec![Ok(()); 16]);
    let done = Footprint::of(world).await.since(before);
    let expected = Footprint {
        orders: 4,
        transactions: 4,
        deleted: 4,
        changes: 16,
        ..Footprint::NOTHING
    };
    assert_eq!(done, expected);
    world.assert_sound().await;
}

/// Whoever vanishes without a word, as behind a broken network, holds the shop's lock until PostgreSQL ends its
/// transaction. By itself it would wait for hours; the next run may begin within a minute.
#[tokio::test]
async fn a_writer_that_vanished_gives_the_shop_back_within_a_minute() {
    let app = TestApp::on_postgres().await;
    let sql = "SELECT setting::bigint AS millis FROM pg_settings
        WHERE name = 'idle_in_transaction_session_timeout'";
    let query = Statement::from_string(DbBackend::Postgres, sql);
    let row = app.database.writer().query_one_raw(query).await;
    let millis: i64 = row.unwrap().unwrap().try_get("", "millis").unwrap();
    assert!((1..=LEASE_MILLIS).contains(&millis), "{millis} ms");
}
