//! One file a command. A command reads its arguments, calls the library and prints.

mod check;
mod demo;
mod import;
mod migrate;
mod output;
mod progress;
mod schema;
mod secret_argument;
mod serve;
mod shop;
mod source;
mod sync;
mod token;
mod webhook;

use std::process::ExitCode;

use cashable::app::App;
use cashable::config::Config;
use cashable::error::{Error, Result};
use cashable::ledger::{Author, shop_id_of};
use cashable::reports;
use chrono::DateTime;
use clap::{Parser, Subcommand, ValueEnum};
use entity::Instant;
use entity::words::StatusActor;

/// Tells a shop which of its orders are real and which affiliate commissions are payable.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a shop with two years of orders, sync it, and serve it: something to try things on.
    Demo(demo::Demonstration),
    /// Run the server, and sync each shop at its interval.
    Serve(serve::Serve),
    /// Bring the database's schema up or down, or show where it stands.
    Migrate(migrate::Migrate),
    /// Make, list and set shops.
    Shop(shop::Shop),
    /// Connect shops to the platforms that they run on, list, try and forget these.
    Source(source::Source),
    /// Take in orders, affiliates or transactions from a file.
    Import(import::Import),
    /// Sync one shop now and show what changed.
    Sync(sync::Sync),
    /// Make, list and revoke access tokens.
    Token(token::Token),
    /// Tell other tools what happens: add, list and remove their addresses.
    Webhook(webhook::Webhook),
    /// Recompute counters and figures from the rows, and list what differs.
    Check(check::Check),
    /// Print the schema of the GraphQL API.
    Schema,
}

impl Cli {
    /// Runs the command that was asked for.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Demo(demo) => demo.run().await,
            Command::Serve(serve) => serve.run(&self.config).await,
            Command::Migrate(migrate) => migrate.run(&self.config).await,
            Command::Shop(shop) => shop.run(&self.config).await,
            Command::Source(source) => source.run(&self.config).await,
            Command::Import(import) => import.run(&self.config).await,
            Command::Sync(sync) => sync.run(&self.config).await,
            Command::Token(token) => token.run(&self.config).await,
            Command::Webhook(webhook) => webhook.run(&self.config).await,
            Command::Check(check) => check.run(&self.config).await,
            Command::Schema => Ok(schema::run()),
        }
    }
}

/// A setting that is on or off.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl Switch {
    fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

/// Says on standard error why a command failed. The person at the command line runs the program, so the
/// cause is for them too.
pub fn complain(error: &Error) -> ExitCode {
    match error {
        Error::Database(cause) | Error::OutcomeUnknown(cause) => {
            eprintln!("error: {error}: {cause}");
        }
        _ => eprintln!("error: {error}"),
    }
    ExitCode::FAILURE
}

/// The shop with this name.
async fn require_shop(app: &App, name: &str) -> Result<entity::shop::Model> {
    if let Some(shop) = reports::find_shop(app.database.reader(), shop_id_of(name)).await? {
        return Ok(shop);
    }
    let known = reports::list_shops(app.database.reader()).await?;
    let known: Vec<String> = known.into_iter().map(|shop| shop.name).collect();
    let hint = if known.is_empty() {
        "there are none yet: make one with `cashable shop create`".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    };
    Err(Error::BadInput(format!(
        "there is no shop named {name}; {hint}"
    )))
}

/// Who changes things from the command line, as the history tells it.
fn author(actor: StatusActor) -> Author {
    Author::new(actor, "command line")
}

/// A time as lists show it.
fn show_time(instant: Instant) -> String {
    DateTime::from_timestamp_millis(instant.0).map_or_else(
        || instant.0.to_string(),
        |time| time.format("%Y-%m-%d %H:%M UTC").to_string(),
    )
}
