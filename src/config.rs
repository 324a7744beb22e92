//! The settings of the program: each is a flag, a `CASHABLE_*` variable and a line in `--help`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use directories::ProjectDirs;
use sea_orm::{DbErr, RuntimeErr, SqlxError};

use crate::app::App;
use crate::clock::Clock;
use crate::database::Database;
use crate::error::{Error, Result};
use crate::sources::Outside;
use crate::telemetry::TraceSettings;

/// Where data is kept and how the log looks; the same for every command.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// Where everything is kept: sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME. Default: a file in
    /// the user's data folder.
    #[arg(long, global = true, env = "CASHABLE_DATABASE_URL", value_name = "URL", hide_env_values = true, value_parser = parse_url)]
    pub database_url: Option<String>,

    /// Bring the database's schema up to this program before anything else.
    #[arg(long, global = true, env = "CASHABLE_MIGRATE")]
    pub migrate: bool,

    /// How log lines look.
    #[arg(long, global = true, env = "CASHABLE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// What is logged, such as `info` or `cashable=debug`.
    #[arg(
        long,
        global = true,
        env = "CASHABLE_LOG",
        value_name = "FILTER",
        default_value = "info,sqlx=warn,sea_orm_migration=warn"
    )]
    pub log: String,

    /// How platforms are asked.
    #[command(flatten)]
    pub outside: Outside,
    /// Where traces go.
    #[command(flatten)]
    pub traces: TraceSettings,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where the server listens.
#[derive(Args, Clone, Copy, Debug)]
pub struct Listen {
    /// Address and port to listen on.
    #[arg(
        long,
        env = "CASHABLE_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:4000",
        value_parser = parse_listen
    )]
    pub listen: SocketAddr,
}

impl Config {
    /// Opens the database, migrated where that was asked for; refuses one with migrations pending.
    pub async fn open(&self) -> Result<App> {
        self.open_with(None).await
    }

    /// The same for a server, whose statements that read may take so long.
    pub async fn open_with(&self, statements: Option<Duration>) -> Result<App> {
        let app = self.connect_with(statements).await?;
        if self.migrate {
            app.migrate().await?;
        }
        app.require_migrated().await?;
        Ok(app)
    }

    /// Opens the database as it is.
    pub async fn connect(&self) -> Result<App> {
        self.connect_with(None).await
    }

    async fn connect_with(&self, statements: Option<Duration>) -> Result<App> {
        let url = match &self.database_url {
            Some(url) => url.clone(),
            None => default_url()?,
        };
        let database = Database::connect_with(&url, statements).await;
        let app = App::new(database.map_err(cannot_open)?, Clock::Machine);
        Ok(app.asking(self.outside.reach(), self.outside.secrets()))
    }
}

/// The folder that is the user's for data of this program.
pub fn data_folder() -> Result<PathBuf> {
    ProjectDirs::from("", "", "cashable")
        .map(|folders| folders.data_dir().to_owned())
        .ok_or_else(|| {
            Error::BadInput(
                "there is no home folder to keep data in; give --database-url".to_owned(),
            )
        })
}

/// The address of a database file, whose folder is made where it is missing.
pub fn file_url(path: &std::path::Path) -> Result<String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|cause| {
            Error::BadInput(format!(
                "the folder {} cannot be made: {cause}",
                folder.display()
            ))
        })?;
    }
    Ok(format!("sqlite://{}", path.display()))
}

fn default_url() -> Result<String> {
    file_url(&data_folder()?.join("cashable.sqlite"))
}

/// Without the URL, which may hold a password.
fn cannot_open(error: Error) -> Error {
    match error {
        Error::Database(DbErr::Conn(RuntimeErr::SqlxError(cause)))
            if matches!(*cause, SqlxError::PoolTimedOut) =>
        {
            Error::BadInput(
                "--database-url: the server does not answer; is it running, and its address right?"
                    .to_owned(),
            )
        }
        Error::Database(cause) => Error::BadInput(format!(
            "--database-url: the database cannot be opened: {cause}"
        )),
        other => other,
    }
}

/// An address and a port, as settings have them.
pub fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "it must be an IP address and a port, such as 127.0.0.1:4000".to_owned())
}

fn parse_url(text: &str) -> Result<String, String> {
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if known.iter().any(|scheme| text.starts_with(scheme)) {
        return Ok(text.to_owned());
    }
    Err("it must start with sqlite:// or postgres://".to_owned())
}
