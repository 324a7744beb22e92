//! What requests, runs and commands share: the database, the clock, figures of late, hints, counters, the end and the making of ids.

use std::sync::{Arc, Mutex};

use entity::Instant;
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use tokio::sync::Notify;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::clock::Clock;
use crate::database::Database;
use crate::error::{Error, Result};
use crate::metrics::Metrics;
use crate::reports::KpiMemory;
use crate::sources::{Reach, Secrets};
use crate::stop::Stop;
use crate::sync::{Checks, Hints};

/// The running program; cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// Where everything is kept.
    pub database: Database,
    /// What time it is.
    pub clock: Clock,
    /// Figures that need no counting again.
    pub kpis: Arc<KpiMemory>,
    /// How platforms are asked.
    pub reach: Reach,
    /// How their secrets are kept.
    pub secrets: Secrets,
    /// What platforms have hinted at.
    pub hints: Hints,
    /// Which platforms are being tried.
    pub checks: Checks,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// When to end.
    pub stop: Stop,
    /// Rung when this process has changed a shop, for those who tell others of it.
    pub changed: Arc<Notify>,
    ids: Arc<Mutex<ContextV7>>,
}

impl App {
    /// The program over this database and clock.
    #[must_use]
    pub fn new(database: Database, clock: Clock) -> Self {
        Self {
            database,
            clock,
            kpis: Arc::default(),
            reach: Reach::default(),
            secrets: Secrets::default(),
            hints: Hints::default(),
            checks: Checks::default(),
            metrics: Arc::default(),
            stop: Stop::default(),
            changed: Arc::default(),
            ids: Arc::new(Mutex::new(ContextV7::new())),
        }
    }

    /// The same program, told how to ask platforms and how to keep their secrets.
    #[must_use]
    pub fn asking(self, reach: Reach, secrets: Secrets) -> Self {
        Self {
            reach,
            secrets,
            ..self
        }
    }

    /// Opens the database and refuses one whose schema is not this program's.
    pub async fn open(url: &str, clock: Clock) -> Result<Self> {
        let app = Self::new(Database::connect(url).await?, clock);
        app.require_migrated().await?;
        Ok(app)
    }

    /// An error where migrations are pending.
    pub async fn require_migrated(&self) -> Result<()> {
        let pending = Migrator::get_pending_migrations_read_only(self.database.reader()).await?;
        if pending.is_empty() {
            return Ok(());
        }
        Err(Error::NotMigrated(format!(
            "the database has migrations pending ({}): run `cashable migrate up`, or start with --migrate",
            pending.len()
        )))
    }

    /// Brings the schema up to this program.
    pub async fn migrate(&self) -> Result<()> {
        Ok(Migrator::up(self.database.writer(), None).await?)
    }

    /// A new id whose order is the order of making.
    #[must_use]
    pub fn new_id(&self, now: Instant) -> Uuid {
        let millis = u64::try_from(now.0).unwrap_or(0);
        let nanos = u32::try_from(millis % 1_000 * 1_000_000).unwrap_or(0);
        let context = self
            .ids
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(Timestamp::from_unix(&*context, millis / 1_000, nanos))
    }
}
