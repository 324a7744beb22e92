//! Connections to either database, as many and set as Cashable's readers are.

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{PgPool, SqlitePool};

const READERS: u32 = 16;

/// The open database.
#[derive(Clone, Debug)]
pub enum Database {
    /// SQLite.
    Sqlite(SqlitePool),
    /// PostgreSQL.
    Postgres(PgPool),
}

impl Database {
    /// Opens it.
    pub async fn connect(url: &str) -> Result<Self, sqlx::Error> {
        if url.starts_with("postgres") {
            let options = PgPoolOptions::new().max_connections(READERS);
            return Ok(Self::Postgres(options.connect(url).await?));
        }
        let file = url
            .parse::<SqliteConnectOptions>()?
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "NORMAL")
            .pragma("cache_size", "-4000");
        let options = SqlitePoolOptions::new().max_connections(READERS);
        Ok(Self::Sqlite(options.connect_with(file).await?))
    }
}

/// Reads rows of one statement: its text for each database, how to read a row, and the values.
macro_rules! rows {
    ($database:expr, $sqlite:expr, $postgres:expr, $read:path, $($value:expr),+) => {
        match $database {
            $crate::database::Database::Sqlite(pool) => {
                let rows = sqlx::query($sqlite)$(.bind($value))+.fetch_all(pool).await;
                rows.and_then(|rows| rows.iter().map($read).collect::<Result<Vec<_>, _>>())
            }
            $crate::database::Database::Postgres(pool) => {
                let rows = sqlx::query($postgres)$(.bind($value))+.fetch_all(pool).await;
                rows.and_then(|rows| rows.iter().map($read).collect::<Result<Vec<_>, _>>())
            }
        }
    };
}
pub(crate) use rows;
