//! `cashable webhook`: addresses that are told what happens, made, listed and removed.

use std::process::ExitCode;

use cashable::app::App;
use cashable::config::Config;
use cashable::error::Result;
use cashable::ledger::{self, RemoveWebhookEndpoint};
use cashable::{reports, webhooks};
use clap::{Args, Subcommand, ValueEnum};
use entity::webhook_endpoint::Model;
use entity::words::{StatusActor, WebhookEvent};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use super::output::say;
use super::{author, require_shop};

#[derive(Debug, Args)]
pub struct Webhook {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Tell an address what happens in a shop from now on. Prints the secret that messages are signed with, and
    /// nothing else, on standard output. It is shown this once.
    Add {
        /// Which shop.
        #[arg(long)]
        shop: String,
        /// What to tell it of; all there is where left out.
        #[arg(long, value_enum, value_delimiter = ',', default_values_t = EventName::value_variants().to_vec())]
        events: Vec<EventName>,
        /// Where messages are sent, such as https://crm.example/hooks.
        url: String,
    },
    /// List the addresses of a shop, and how far each was told.
    List {
        /// Which shop.
        #[arg(long)]
        shop: String,
    },
    /// Tell an address no more.
    Remove {
        /// Which shop.
        #[arg(long)]
        shop: String,
        /// The endpoint's id, as `list` shows it.
        id: Uuid,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EventName {
    /// An order has another status.
    #[value(name = "order.status_changed")]
    OrderStatusChanged,
    /// A transaction has another status or pin, or was deleted.
    #[value(name = "transaction.status_changed")]
    TransactionStatusChanged,
    /// A sync run ended, well or not.
    #[value(name = "sync.finished")]
    SyncFinished,
}

impl Webhook {
    pub async fn run(self, config: &Config) -> Result<ExitCode> {
        let app = config.open().await?;
        let author = author(StatusActor::Admin);
        match self.action {
            Action::Add { shop, events, url } => {
                let shop_id = require_shop(&app, &shop).await?.shop_id;
                let events = events.into_iter().map(Into::into).collect();
                let new = webhooks::new_endpoint(&app, shop_id, &url, events)?;
                ledger::write(&app, shop_id, &author, &new.change).await?;
                say!("{}", new.secret.reveal());
            }
            Action::List { shop } => {
                let shop = require_shop(&app, &shop).await?;
                list(&app, shop.shop_id).await?;
            }
            Action::Remove { shop, id } => {
                let shop = require_shop(&app, &shop).await?;
                let change = RemoveWebhookEndpoint { id };
                ledger::write(&app, shop.shop_id, &author, &change).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl From<EventName> for WebhookEvent {
    fn from(name: EventName) -> Self {
        match name {
            EventName::OrderStatusChanged => Self::OrderStatusChanged,
            EventName::TransactionStatusChanged => Self::TransactionStatusChanged,
            EventName::SyncFinished => Self::SyncFinished,
        }
    }
}

async fn list(app: &App, shop_id: i64) -> Result<()> {
    for endpoint in reports::list_webhook_endpoints(app.database.reader(), shop_id).await? {
        let events: Vec<_> = endpoint.events.0.iter().map(ActiveEnum::to_value).collect();
        say!(
            "{}  {}  {}  told up to {}, {}",
            endpoint.id,
            endpoint.url,
            events.join(","),
            endpoint.sequence,
            state(&endpoint)
        );
    }
    Ok(())
}

fn state(endpoint: &Model) -> String {
    match (endpoint.enabled, &endpoint.error) {
        (true, None) => "well".to_owned(),
        (true, Some(error)) => format!("failing {} times: {error}", endpoint.failures),
        (false, None) => "disabled".to_owned(),
        (false, Some(error)) => format!("disabled: {error}"),
    }
}
