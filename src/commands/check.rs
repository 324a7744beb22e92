//! `cashable check`: is what is stored twice still the same twice?

use std::process::ExitCode;

use cashable::app::App;
use cashable::config::Config;
use cashable::error::Result;
use cashable::ledger::{self, Repair};
use cashable::reports;
use clap::Args;
use entity::shop;
use entity::words::StatusActor;

use super::output::say;
use super::{author, require_shop};

#[derive(Debug, Args)]
pub struct Check {
    /// Which shop; all of them where left out.
    #[arg(long)]
    shop: Option<String>,
    /// Make counters, figures and the settling queue again from the rows where they differ.
    #[arg(long)]
    repair: bool,
}

impl Check {
    pub async fn run(&self, config: &Config) -> Result<ExitCode> {
        let app = config.open().await?;
        let shops = match &self.shop {
            Some(name) => vec![require_shop(&app, name).await?],
            None => reports::list_shops(app.database.reader()).await?,
        };
        let mut all_right = true;
        for shop in shops {
            let mut wrong = look(&app, &shop).await?;
            if wrong && self.repair {
                ledger::write(&app, shop.shop_id, &author(StatusActor::Admin), &Repair).await?;
                say!("{}: made again from the rows", shop.name);
                wrong = look(&app, &shop).await?;
            }
            all_right &= !wrong;
        }
        Ok(if all_right {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Prints what differs in a shop, read in one moment.
async fn look(app: &App, shop: &shop::Model) -> Result<bool> {
    let snapshot = app.database.snapshot().await?;
    let shop = reports::find_shop(&snapshot, shop.shop_id)
        .await?
        .unwrap_or_else(|| shop.clone());
    let findings = reports::audit(&snapshot, &shop).await?;
    for finding in &findings {
        say!("{}: {finding}", shop.name);
    }
    if findings.is_empty() {
        say!(
            "{}: all counters, figures and history numbers agree with the rows",
            shop.name
        );
    }
    Ok(!findings.is_empty())
}
