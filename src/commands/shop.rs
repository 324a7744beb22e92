//! `cashable shop`: shops made, listed and set.

use std::collections::BTreeMap;
use std::process::ExitCode;

use cashable::app::App;
use cashable::config::Config;
use cashable::domain::decimal::{format_fraction, format_percent};
use cashable::domain::zone::{date_from_day, parse_day};
use cashable::error::{Error, Result};
use cashable::ledger::{self, Factor, MapStatuses, NewShop, UpdateSettings};
use cashable::reports;
use clap::{Args, Subcommand, ValueEnum};
use entity::shop;
use entity::words::{FactorDirection, StatusActor, WaitFrom};

use super::output::say;
use super::{Switch, author, require_shop};

#[derive(Debug, Args)]
pub struct Shop {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a shop. Its sync is off unless --sync on is given.
    Create {
        /// What people call it; unique.
        #[arg(long)]
        name: String,
        /// ISO 4217, such as EUR; frozen with the first order.
        #[arg(long)]
        currency: String,
        /// IANA name, such as Europe/Berlin; frozen with the first order.
        #[arg(long)]
        time_zone: String,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// List the shops with their settings.
    List,
    /// Change the settings of a shop; what is left out stays.
    Set {
        /// Which shop.
        #[arg(long)]
        name: String,
        /// ISO 4217; only before the first order.
        #[arg(long)]
        currency: Option<String>,
        /// IANA name; only before the first order.
        #[arg(long)]
        time_zone: Option<String>,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Say what a source's own status words mean; stored orders follow at once.
    Map {
        /// Which shop.
        #[arg(long)]
        name: String,
        /// Where the orders come from.
        #[arg(long, default_value = "file")]
        source: String,
        /// WORD=NEW, IN_PROGRESS, COMPLETE, CANCELLED, CANCELLED:REASON or IGNORE.
        #[arg(required = true, value_parser = parse_meaning)]
        statuses: Vec<(String, String)>,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// Whether sync may change the shop's transactions.
    #[arg(long, value_enum)]
    sync: Option<Switch>,
    /// How often sync runs, in minutes.
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true)]
    sync_interval: Option<i32>,
    /// Days to wait until a new commission is payable.
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    wait_days: Option<i32>,
    /// What the days to wait are counted from.
    #[arg(long, value_enum)]
    wait_from: Option<Anchor>,
    /// Whether sync leaves final statuses as they are.
    #[arg(long, value_enum)]
    lock_final: Option<Switch>,
    /// Whether each run counts the promoted orders again.
    #[arg(long, value_enum)]
    recount: Option<Switch>,
    /// Percent of what an order brings.
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    commission_rate: Option<String>,
    /// The first day whose orders earn, such as 2026-01-01; `none` for all.
    #[arg(long, value_name = "DAY")]
    commissions_from: Option<String>,
    /// What each earlier order adds or takes off, such as increase:0.05:10 for 5 percent each, of at most
    /// 10 orders; `none` for nothing.
    #[arg(long, value_name = "FACTOR")]
    factor: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Anchor {
    TransactionCreated,
    OrderCompleted,
}

impl Shop {
    pub async fn run(self, config: &Config) -> Result<ExitCode> {
        let app = config.open().await?;
        match self.action {
            Action::Create {
                name,
                currency,
                time_zone,
                settings,
            } => {
                let settings = settings.read()?;
                let new = NewShop {
                    name,
                    currency,
                    time_zone,
                };
                print(&ledger::create_shop_with(&app, &new, &settings).await?);
            }
            Action::Set {
                name,
                currency,
                time_zone,
                settings,
            } => {
                let shop = require_shop(&app, &name).await?;
                let settings = UpdateSettings {
                    currency,
                    time_zone,
                    ..settings.read()?
                };
                print(&save(&app, &shop, settings).await?);
            }
            Action::List => {
                reports::list_shops(app.database.reader())
                    .await?
                    .iter()
                    .for_each(print);
            }
            Action::Map {
                name,
                source,
                statuses,
            } => {
                let shop = require_shop(&app, &name).await?;
                let meanings: BTreeMap<_, _> = statuses.into_iter().collect();
                let change = MapStatuses { source, meanings };
                let author = author(StatusActor::Admin);
                let moved = ledger::write(&app, shop.shop_id, &author, &change).await?;
                say!("{moved} orders have another status now");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Settings {
    fn read(&self) -> Result<UpdateSettings> {
        let day = self
            .commissions_from
            .as_deref()
            .filter(|day| *day != "none");
        let factor = self.factor.as_deref().filter(|factor| *factor != "none");
        Ok(UpdateSettings {
            sync_enabled: self.sync.map(Switch::is_on),
            sync_interval_minutes: self.sync_interval,
            wait_days: self.wait_days,
            wait_from: self.wait_from.map(|anchor| match anchor {
                Anchor::TransactionCreated => WaitFrom::TransactionCreated,
                Anchor::OrderCompleted => WaitFrom::OrderCompleted,
            }),
            lock_final_statuses: self.lock_final.map(Switch::is_on),
            recount_promoted_orders: self.recount.map(Switch::is_on),
            commission_rate: self.commission_rate.clone(),
            commissions_from: day
                .map(|day| parse_day("--commissions-from", day))
                .transpose()?,
            clear_commissions_from: self.commissions_from.as_deref() == Some("none"),
            factor: factor.map(parse_factor).transpose()?,
            clear_factor: self.factor.as_deref() == Some("none"),
            currency: None,
            time_zone: None,
        })
    }
}

async fn save(app: &App, shop: &shop::Model, settings: UpdateSettings) -> Result<shop::Model> {
    ledger::write(app, shop.shop_id, &author(StatusActor::Admin), &settings).await
}

fn parse_factor(text: &str) -> Result<Factor> {
    let wrong = || {
        Error::BadInput(format!(
            "--factor must read increase:FRACTION:ORDERS or decrease:FRACTION:ORDERS, not \"{text}\""
        ))
    };
    let mut parts = text.split(':');
    let direction = match parts.next() {
        Some("increase") => FactorDirection::Increase,
        Some("decrease") => FactorDirection::Decrease,
        _ => return Err(wrong()),
    };
    let per_order = parts.next().ok_or_else(wrong)?.to_owned();
    let limit = parts
        .next()
        .and_then(|limit| limit.parse().ok())
        .ok_or_else(wrong)?;
    if parts.next().is_some() {
        return Err(wrong());
    }
    Ok(Factor {
        direction,
        per_order,
        limit,
    })
}

fn parse_meaning(text: &str) -> Result<(String, String), String> {
    text.rsplit_once('=')
        .map(|(native, meaning)| (native.to_owned(), meaning.to_owned()))
        .ok_or_else(|| "it must read WORD=MEANING, such as shipped=IN_PROGRESS".to_owned())
}

fn print(shop: &shop::Model) {
    let on = |on| if on { "on" } else { "off" };
    let factor = match shop.factor_direction {
        None => "none".to_owned(),
        Some(direction) => format!(
            "{}:{}:{}",
            if direction == FactorDirection::Increase {
                "increase"
            } else {
                "decrease"
            },
            format_fraction(shop.factor_ppm),
            shop.factor_limit
        ),
    };
    let from = shop
        .commissions_from
        .map_or("none".to_owned(), |day| date_from_day(day).to_string());
    say!("{}", shop.name);
    say!("  currency {}, time zone {}", shop.currency, shop.time_zone);
    say!(
        "  sync {}, every {} minutes, recount {}",
        on(shop.sync_enabled),
        shop.sync_interval_minutes,
        on(shop.recount_promoted_orders)
    );
    say!(
        "  wait {} days from {}, lock final {}",
        shop.wait_days,
        match shop.wait_from {
            WaitFrom::TransactionCreated => "the transaction's creation",
            WaitFrom::OrderCompleted => "the order's completion",
        },
        on(shop.lock_final_statuses)
    );
    say!(
        "  commission {} %, from {from}, factor {factor}",
        format_percent(shop.commission_rate_ppm)
    );
}
