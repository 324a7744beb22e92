//! `cashable source`: the platforms that a shop's orders come from, connected, listed, tried and forgotten.

mod listing;

use std::process::ExitCode;

use cashable::app::App;
use cashable::config::Config;
use cashable::error::{Error, Result};
use cashable::ledger::{self, DisconnectSource, sources_of};
use cashable::sync::{NewSource, SourceUpdate, check_source, connect_source, update_source};
use clap::{Args, Subcommand};
use entity::order_source;
use entity::words::StatusActor;
use serde_json::Value;

use self::listing::Listing;
use super::output::say;
use super::secret_argument::SecretArgument;
use super::{Switch, author, require_shop};

#[derive(Debug, Args)]
pub struct Source {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Connect a shop to the platform that it runs on.
    Add {
        /// Which shop.
        #[arg(long)]
        shop: String,
        /// Which platform, such as woocommerce.
        #[arg(long)]
        kind: String,
        /// What its orders' source is to be called; the kind where it is left out.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        said: Box<Said>,
    },
    /// List what a shop is connected to, without secrets.
    List {
        /// Which shop.
        #[arg(long)]
        shop: String,
    },
    /// Say something anew of a source; what is left out stays.
    Set {
        /// Which shop.
        #[arg(long)]
        shop: String,
        /// The source's name.
        name: String,
        #[command(flatten)]
        said: Box<Said>,
        /// Whether it is asked, and listened to.
        #[arg(long, value_enum)]
        enabled: Option<Switch>,
        /// Take webhooks signed with the older secret no more.
        #[arg(long)]
        drop_old_hook_secret: bool,
    },
    /// Try whether orders can be read, and say what is wrong where they cannot.
    Test {
        /// Which shop.
        #[arg(long)]
        shop: String,
        /// The source's name.
        name: String,
    },
    /// Forget a source. Its orders stay.
    Remove {
        /// Which shop.
        #[arg(long)]
        shop: String,
        /// The source's name.
        name: String,
    },
}

/// What may be said of a platform.
#[derive(Args, Debug)]
struct Said {
    /// Where it is asked, such as https://shop.example.
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// The public half of its credentials: a key, a user.
    #[arg(long)]
    account: Option<String>,
    /// The secret half: env:NAME, or - to type or pipe it.
    #[arg(long, value_parser = SecretArgument::parse)]
    secret: Option<SecretArgument>,
    /// What its webhooks are signed with, and what comes with feeds and pushes: env:NAME, or - to type or pipe it,
    /// after the other where that is piped, too.
    #[arg(long, value_name = "SECRET", value_parser = SecretArgument::parse)]
    hook_secret: Option<SecretArgument>,
    /// What else the platform needs: a JSON object.
    #[arg(long, value_name = "JSON", value_parser = parse_settings)]
    settings: Option<Value>,
}

impl Source {
    pub async fn run(self, config: &Config) -> Result<ExitCode> {
        let app = config.open().await?;
        match self.action {
            Action::Add {
                shop,
                kind,
                name,
                said,
            } => add(&app, &shop, kind, name, *said).await?,
            Action::List { shop } => list(&app, &shop).await?,
            Action::Set {
                shop,
                name,
                said,
                enabled,
                drop_old_hook_secret,
            } => {
                let row = require_source(&app, &shop, &name).await?;
                let update = SourceUpdate {
                    enabled: enabled.map(Switch::is_on),
                    drops_old_hook_secret: drop_old_hook_secret,
                    ..said.update()?
                };
                let author = author(StatusActor::Admin);
                let row = update_source(&app, row.shop_id, &author, row.id, update).await?;
                Listing::of(&app, row).await?.print();
            }
            Action::Test { shop, name } => {
                let row = require_source(&app, &shop, &name).await?;
                return test(&app, &row).await;
            }
            Action::Remove { shop, name } => {
                let row = require_source(&app, &shop, &name).await?;
                let change = DisconnectSource { source_id: row.id };
                ledger::write(&app, row.shop_id, &author(StatusActor::Admin), &change).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Said {
    fn update(self) -> Result<SourceUpdate> {
        let read =
            |secret: Option<SecretArgument>, what| secret.map(|it| it.read(what)).transpose();
        Ok(SourceUpdate {
            address: self.address,
            account: self.account,
            secret: read(self.secret, "secret")?,
            hook_secret: read(self.hook_secret, "webhook secret")?,
            settings: self.settings,
            ..SourceUpdate::default()
        })
    }
}

async fn add(app: &App, shop: &str, kind: String, name: Option<String>, said: Said) -> Result<()> {
    let shop = require_shop(app, shop).await?;
    let said = said.update()?;
    let new = NewSource {
        kind,
        name,
        address: said.address,
        account: said.account,
        secret: said.secret,
        hook_secret: said.hook_secret,
        settings: said.settings.unwrap_or_default(),
    };
    let row = connect_source(app, shop.shop_id, &author(StatusActor::Admin), new).await?;
    Listing::of(app, row).await?.print();
    Ok(())
}

async fn list(app: &App, shop: &str) -> Result<()> {
    let shop = require_shop(app, shop).await?;
    for row in sources_of(app.database.reader(), shop.shop_id).await? {
        Listing::of(app, row).await?.print();
    }
    Ok(())
}

async fn test(app: &App, row: &order_source::Model) -> Result<ExitCode> {
    let check = check_source(app, row).await?;
    match check.problem {
        None => {
            say!("{}", check.message);
            Ok(ExitCode::SUCCESS)
        }
        Some(problem) => Err(Error::Source(format!(
            "{}: {}",
            problem.as_str(),
            check.message
        ))),
    }
}

async fn require_source(app: &App, shop: &str, name: &str) -> Result<order_source::Model> {
    let shop = require_shop(app, shop).await?;
    let sources = sources_of(app.database.reader(), shop.shop_id).await?;
    let known: Vec<_> = sources.iter().map(|row| row.name.clone()).collect();
    sources
        .into_iter()
        .find(|row| row.name == name)
        .ok_or_else(|| {
            let hint = if known.is_empty() {
                "there are none yet: add one with `cashable source add`".to_owned()
            } else {
                format!("there are: {}", known.join(", "))
            };
            Error::BadInput(format!("{} has no source named {name}; {hint}", shop.name))
        })
}

fn parse_settings(text: &str) -> Result<Value, String> {
    let settings = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match settings {
        Value::Object(_) => Ok(settings),
        _ => Err("it must be a JSON object, such as {\"affiliate_coupon\": true}".to_owned()),
    }
}
