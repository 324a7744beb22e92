//! What every test stands on: the program over a fresh, migrated database and a clock that stands still.
//!
//! A test is written once and named in `on_both!`, which runs it on SQLite and on PostgreSQL:
//!
//! ```ignore
//! on_both!(ids_come_in_the_order_of_making);
//!
//! async fn ids_come_in_the_order_of_making(app: TestApp) {
//!     let first = app.new_id(app.clock.now());
//!     assert!(first < app.new_id(app.clock.now()));
//! }
//! ```
//!
//! A function that is not named there is dead code, which fails the lints: no test is forgotten.

pub mod graphql;
pub mod kept_out;
pub mod memory;
mod overdue;
mod postgres;
pub mod served;
pub mod shop;
pub mod socket;
mod sqlite;
pub mod wire;
pub mod world;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cashable::app::App;
use cashable::clock::Clock;
use cashable::sources::{Pauses, Reach, SecretKey, Secrets};
use entity::Instant;
use sea_orm::{ConnectOptions, DatabaseConnection};

/// When every test begins: 2026-11-21T12:00:00Z.
pub const START: Instant = Instant(1_795_262_400_000);

/// How long a platform may take in tests. Those that are to be slow take longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Runs each of the named tests, `async fn name(app: TestApp)`, on both databases.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            use crate::support::TestApp;

            #[tokio::test]
            async fn sqlite() {
                super::$test(TestApp::on_sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$test(TestApp::on_postgres().await).await;
            }
        }
    )+};
}
pub(crate) use on_both;

/// The program over a database that is this test's own and goes with it.
pub struct TestApp {
    app: App,
    pauses: Arc<Mutex<Vec<Duration>>>,
    behind: DatabaseConnection,
    // Dropped after `app`, whose connections lead here.
    database: TestDatabase,
    // Last, since going may hang too.
    _running: overdue::Running,
}

enum TestDatabase {
    Sqlite(sqlite::File),
    Postgres(postgres::Database),
}

impl TestApp {
    pub async fn on_sqlite() -> Self {
        Self::over(TestDatabase::Sqlite(sqlite::File::migrated().await)).await
    }

    pub async fn on_postgres() -> Self {
        Self::over(TestDatabase::Postgres(postgres::Database::migrated().await)).await
    }

    /// On PostgreSQL, with a wire between that can be cut.
    pub async fn over_wire() -> (Self, wire::Wire) {
        let database = postgres::Database::migrated().await;
        let wire = wire::Wire::to(&database.url());
        let url = wire.url().to_owned();
        let app = Self::opened(&url, TestDatabase::Postgres(database));
        (app.await, wire)
    }

    async fn over(database: TestDatabase) -> Self {
        Self::opened(&database.url(), database).await
    }

    async fn opened(url: &str, database: TestDatabase) -> Self {
        let pauses = Arc::<Mutex<Vec<Duration>>>::default();
        let reach = Reach {
            allow_private: true,
            answer_within: ANSWER_WITHIN,
            pauses: Pauses::Noted(Arc::clone(&pauses)),
            ..Reach::default()
        };
        let key = SecretKey::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        let secrets = Secrets::new(Some(key.unwrap()));
        let app = App::open(url, Clock::standing(START)).await;
        let app = app.unwrap().asking(reach, secrets);
        let mut options = ConnectOptions::new(database.url_of_test());
        options
            .connect_lazy(true)
            .max_connections(2)
            .sqlx_logging(false);
        Self {
            app,
            pauses,
            behind: sea_orm::Database::connect(options).await.unwrap(),
            database,
            _running: overdue::Running::here(),
        }
    }

    /// The same, reaching out in another way.
    pub fn reaching(mut self, change: impl FnOnce(&mut Reach)) -> Self {
        change(&mut self.app.reach);
        self
    }

    /// A connection behind the program's back: for rows as they are stored in all shops, and for damage. What
    /// the program itself is to say goes through its own connections, where it is held to what Citus asks.
    pub fn behind_its_back(&self) -> &DatabaseConnection {
        &self.behind
    }

    /// How long the program would have waited before asking platforms again, since this was last asked; it waited
    /// for nothing. Keeping questions a little apart is not told.
    pub fn pauses(&self) -> Vec<Duration> {
        let mut pauses = std::mem::take(&mut *self.pauses.lock().unwrap());
        pauses.retain(|pause| *pause >= Duration::from_millis(500));
        pauses
    }

    /// What the program has executed; `None` where nobody keeps it.
    pub async fn statements(&self) -> Option<Vec<String>> {
        match &self.database {
            TestDatabase::Sqlite(_) => None,
            TestDatabase::Postgres(database) => database.statements().await,
        }
    }

    /// Where the test itself finds it, as somebody else than the program.
    pub fn url_of_test(&self) -> String {
        self.database.url_of_test()
    }

    /// Where another program would find the same database.
    pub fn url(&self) -> String {
        self.database.url()
    }
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestDatabase {
    fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => file.url(),
            Self::Postgres(database) => database.url(),
        }
    }

    fn url_of_test(&self) -> String {
        match self {
            Self::Sqlite(file) => file.url(),
            Self::Postgres(database) => database.url_of_test(),
        }
    }
}

/// A name that no other test has, in this process or another.
fn unique_name() -> String {
    format!("cashable_{:016x}", fastrand::u64(..))
}

/// A file or folder of this repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
