//! One database with two doors: SQLite gets one writer and many readers, PostgreSQL a pool for each.

use std::future::ready;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sqlx::Connection;
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database as SeaDatabase, DatabaseConnection,
    DatabaseTransaction, DbBackend, DbErr, ExecResult, IsolationLevel, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::sync::OnceCell;

use crate::error::{Error, Result};
use crate::metrics::PoolUse;

/// How many connections answer queries of PostgreSQL.
const READERS: u32 = 16;
/// How many read an SQLite file for each processor; they work in this process, and each remembers pages.
const READERS_A_CORE: usize = 2;
/// How many connections write to PostgreSQL.
const WRITERS: u32 = 8;
/// How long to wait for a free connection. SQLite's one writer may be busy with a large import.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection to PostgreSQL may lie idle before it is asked whether it is still good.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// How much of an SQLite file each connection keeps in memory: 4,000 KiB.
const CACHE_SIZE: &str = "-4000";
/// How long SQLite waits for another process to finish its write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// No statement waits for ever: one that waits for a lock is made again, and a replica that has gone away
/// in the middle of a transaction lets go of its shop. Options in the URL overrule these.
const POSTGRES_LIMITS: [(&str, &str); 2] = [
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "30s"),
];

/// Writers plan each statement by how its tables are filled then. A plan that was kept from when they were empty
/// is a bad one until somebody has them looked at, and a shop's first import has filled them by then.
const FRESH_PLANS: (&str, &str) = ("plan_cache_mode", "force_custom_plan");

/// The open database.
#[derive(Clone, Debug)]
pub struct Database {
    readers: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Opens `sqlite://FILE` (made where it is missing) or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::connect_with(url, None).await
    }

    /// The same, where PostgreSQL ends a statement that reads when it takes longer than this: nobody waits for
    /// it any more. Those that write may be long, and SQLite has no way to say so.
    pub async fn connect_with(url: &str, statements: Option<Duration>) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let writer = connect_sqlite(url, 1).await?;
            let readers = connect_sqlite(url, sqlite_readers()).await?;
            return Ok(Self { readers, writer });
        }
        if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            return Err(Error::BadInput(
                "the database URL must start with sqlite:// or postgres://".to_owned(),
            ));
        }
        let limit = statements.map(|it| ("statement_timeout", format!("{}ms", it.as_millis())));
        let (name, value) = FRESH_PLANS;
        Ok(Self {
            readers: connect_postgres(url, READERS, limit).await?,
            writer: connect_postgres(url, WRITERS, Some((name, value.to_owned()))).await?,
        })
    }

    /// A connection for reads that need not agree with one another.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// The connection that migrations run on.
    #[must_use]
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Which of the two databases it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.readers.get_database_backend()
    }

    /// How its pools are used now.
    #[must_use]
    pub fn pools(&self) -> [PoolUse; 2] {
        [use_of("read", &self.readers), use_of("write", &self.writer)]
    }

    /// A transaction whose reads all see one state of the database (R25).
    pub async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let is_postgres = self.backend() == DbBackend::Postgres;
        let options = TransactionOptions {
            isolation_level: is_postgres.then_some(IsolationLevel::RepeatableRead),
            access_mode: is_postgres.then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: None,
        };
        begin(&self.readers, options).await
    }

    /// A transaction that writes. On SQLite it takes the write lock at once, so that it never fails
    /// half way for having read before.
    pub async fn begin_write(&self) -> Result<DatabaseTransaction> {
        let is_sqlite = self.backend() == DbBackend::Sqlite;
        let options = TransactionOptions {
            sqlite_transaction_mode: is_sqlite.then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        begin(&self.writer, options).await
    }
}

/// Begins to the end, even where its caller is cut off meanwhile. The library would give a connection to PostgreSQL
/// back in a transaction that it does not know of, and whoever gets it next would be refused.
async fn begin(
    connection: &DatabaseConnection,
    options: TransactionOptions,
) -> Result<DatabaseTransaction> {
    if connection.get_database_backend() == DbBackend::Sqlite {
        return Ok(connection.begin_with_options(options).await?);
    }
    let connection = connection.clone();
    let begun = tokio::spawn(async move { connection.begin_with_options(options).await }).await;
    let begun = begun.map_err(|cause| Error::Unexpected(format!("a begin was lost: {cause}")))?;
    Ok(begun?)
}

fn use_of(name: &'static str, connection: &DatabaseConnection) -> PoolUse {
    let (most, open, idle) = if connection.get_database_backend() == DbBackend::Sqlite {
        let pool = connection.get_sqlite_connection_pool();
        (
            pool.options().get_max_connections(),
            pool.size(),
            pool.num_idle(),
        )
    } else {
        let pool = connection.get_postgres_connection_pool();
        (
            pool.options().get_max_connections(),
            pool.size(),
            pool.num_idle(),
        )
    };
    let idle = u32::try_from(idle).unwrap_or(u32::MAX);
    PoolUse {
        name,
        most,
        open,
        idle,
    }
}

/// Where reports read: a snapshot, which stays open as long as somebody holds it, or one statement by itself.
#[derive(Clone, Debug)]
pub struct ReadConnection(Source);

#[derive(Clone, Debug)]
enum Source {
    Snapshot(Arc<DatabaseTransaction>),
    Statement(DatabaseConnection),
}

/// Where one operation reads: in one snapshot, so that all its figures agree (R25). Who asks through it needs
/// not know the database's library.
#[derive(Debug)]
pub struct ReadView {
    database: Database,
    snapshot: OnceCell<ReadConnection>,
    is_alone: AtomicBool,
}

impl ReadView {
    /// One state of the database for all readings: that of the first.
    #[must_use]
    pub fn snapshot(database: &Database) -> Self {
        Self {
            database: database.clone(),
            snapshot: OnceCell::new(),
            is_alone: AtomicBool::new(false),
        }
    }

    /// The connection to read from, which is what reports take. Those of one snapshot are the same, so their
    /// statements run one after the other.
    pub async fn connection(&self) -> Result<ReadConnection> {
        debug_assert!(
            !self.is_alone.load(Ordering::Relaxed),
            "more was read than the one statement that was to be all"
        );
        let open = async || {
            let snapshot = Arc::new(self.database.snapshot().await?);
            Ok(ReadConnection(Source::Snapshot(snapshot)))
        };
        self.snapshot.get_or_try_init(open).await.cloned()
    }

    /// For an operation that reads with one statement, which is a snapshot by itself: saves to begin and end one.
    #[must_use]
    pub fn statement(&self) -> ReadConnection {
        self.is_alone.store(true, Ordering::Relaxed);
        ReadConnection(Source::Statement(self.database.readers.clone()))
    }
}

#[async_trait]
impl ConnectionTrait for ReadConnection {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            Source::Snapshot(it) => it.get_database_backend(),
            Source::Statement(it) => it.get_database_backend(),
        }
    }

    async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
        Err(reads_only())
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(reads_only())
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Source::Snapshot(it) => it.query_one_raw(statement).await,
            Source::Statement(it) => it.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Source::Snapshot(it) => it.query_all_raw(statement).await,
            Source::Statement(it) => it.query_all_raw(statement).await,
        }
    }
}

/// Writers have connections of their own, so that those who wait for a shop's lock never keep readers out.
async fn connect_postgres(
    url: &str,
    connections: u32,
    own: Option<(&'static str, String)>,
) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .test_before_acquire_if_idle_for(TRUSTED_FOR)
        .map_sqlx_postgres_opts(move |postgres| {
            let told = postgres.get_options().unwrap_or_default();
            let limits = POSTGRES_LIMITS.map(|(name, limit)| (name, limit.to_owned()));
            let limits = limits.into_iter().chain(own.clone());
            let free: Vec<_> = limits.filter(|(name, _)| !told.contains(name)).collect();
            let postgres = postgres.options(free);
            match postgres.get_application_name() {
                Some(_) => postgres,
                None => postgres.application_name("cashable"),
            }
        });
    Ok(SeaDatabase::connect(options).await?)
}

/// Some more than can work at once, since a snapshot is held while its operation does other things.
fn sqlite_readers() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    u32::try_from(cores * READERS_A_CORE).map_or(READERS, |readers| readers.clamp(4, READERS))
}

/// SQLite has no transactions that refuse writes themselves.
fn reads_only() -> DbErr {
    DbErr::Custom("a connection to read from was asked to write".to_owned())
}

async fn connect_sqlite(url: &str, connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        // A file does not go away.
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .busy_timeout(BUSY_TIMEOUT)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "NORMAL")
                .pragma("cache_size", CACHE_SIZE)
        })
        .map_sqlx_sqlite_before_acquire(|connection, _| {
            // A full disk may end a transaction without the driver's knowing, and all that follows on this
            // connection would go into another that never ends.
            let is_fit = !connection.is_in_transaction();
            Box::pin(ready(Ok(is_fit)))
        });
    Ok(SeaDatabase::connect(options).await?)
}
