//! `cashable migrate`: the database's schema up, down, and where it stands.

use std::process::ExitCode;

use cashable::config::Config;
use cashable::error::Result;
use clap::{Args, Subcommand};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;

use super::output::say;

#[derive(Debug, Args)]
pub struct Migrate {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Debug, Subcommand)]
enum Direction {
    /// Apply all migrations that are pending.
    Up,
    /// Take back the newest migrations; what is stored in their tables goes with them.
    Down {
        /// How many migrations to take back.
        #[arg(long, default_value_t = 1)]
        steps: u32,
    },
    /// List the migrations, applied and pending.
    Status,
}

impl Migrate {
    pub async fn run(&self, config: &Config) -> Result<ExitCode> {
        let app = config.connect().await?;
        match self.direction {
            Direction::Up => app.migrate().await?,
            Direction::Down { steps } => {
                Migrator::down(app.database.writer(), Some(steps)).await?;
            }
            Direction::Status => {}
        }
        let pending = Migrator::get_pending_migrations_read_only(app.database.reader()).await?;
        for migration in Migrator::migrations() {
            let name = migration.name();
            let waits = pending.iter().any(|pending| pending.name() == name);
            say!("{} {name}", if waits { "pending" } else { "applied" });
        }
        Ok(ExitCode::SUCCESS)
    }
}
