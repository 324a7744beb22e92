//! `cashable token`: access tokens made, listed and revoked.

use std::process::ExitCode;

use cashable::app::App;
use cashable::config::Config;
use cashable::domain::zone::parse_instant;
use cashable::error::{Error, Result};
use cashable::ledger::{self, CreateToken, RevokeToken};
use cashable::reports::{self, PageRequest};
use clap::{Args, Subcommand, ValueEnum};
use entity::words::{Role, StatusActor};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use super::output::say;
use super::{author, require_shop, show_time};

#[derive(Debug, Args)]
pub struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a token and print it, and nothing else, on standard output. It is shown this once.
    Create {
        /// Which shop.
        #[arg(long)]
        shop: String,
        /// What the token may see and do.
        #[arg(long, value_enum)]
        role: RoleName,
        /// The code of the affiliate whose token it is, with role affiliate.
        #[arg(long, value_name = "CODE")]
        affiliate: Option<String>,
        /// What to call it.
        #[arg(long, default_value = "command line")]
        name: String,
        /// From when on it is refused, such as 2027-01-01.
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List the tokens of a shop, without their secrets.
    List {
        /// Which shop.
        #[arg(long)]
        shop: String,
    },
    /// Refuse a token from now on.
    Revoke {
        /// Which shop.
        #[arg(long)]
        shop: String,
        /// The token's id, as `list` shows it.
        id: Uuid,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    /// Everything in its shop.
    Admin,
    /// Reads every figure, changes nothing.
    Analyst,
    /// Reads what is its own.
    Affiliate,
}

impl Token {
    pub async fn run(self, config: &Config) -> Result<ExitCode> {
        let app = config.open().await?;
        match self.action {
            Action::Create {
                shop,
                role,
                affiliate,
                name,
                expires,
            } => {
                let shop = require_shop(&app, &shop).await?;
                let affiliate_id = match affiliate {
                    Some(code) => Some(require_affiliate(&app, shop.shop_id, &code).await?),
                    None => None,
                };
                let expires_at = expires
                    .map(|time| parse_instant("--expires", &time, chrono_tz::Tz::UTC))
                    .transpose()?;
                let change = CreateToken {
                    name,
                    role: role.into(),
                    affiliate_id,
                    expires_at,
                };
                let author = author(StatusActor::Admin);
                let made = ledger::write(&app, shop.shop_id, &author, &change).await?;
                say!("{}", made.secret);
            }
            Action::List { shop } => {
                let shop = require_shop(&app, &shop).await?;
                list(&app, shop.shop_id).await?;
            }
            Action::Revoke { shop, id } => {
                let shop = require_shop(&app, &shop).await?;
                let change = RevokeToken { token_id: id };
                ledger::write(&app, shop.shop_id, &author(StatusActor::Admin), &change).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Admin => Self::Admin,
            RoleName::Analyst => Self::Analyst,
            RoleName::Affiliate => Self::Affiliate,
        }
    }
}

async fn require_affiliate(app: &App, shop_id: i64, code: &str) -> Result<Uuid> {
    let scope = reports::Scope::shop(shop_id);
    reports::find_affiliate_by_code(app.database.reader(), scope, code)
        .await?
        .map(|affiliate| affiliate.id)
        .ok_or_else(|| Error::BadInput(format!("there is no affiliate with the code {code}")))
}

async fn list(app: &App, shop_id: i64) -> Result<()> {
    let page = PageRequest::first(u64::from(u32::MAX));
    for token in reports::list_tokens(app.database.reader(), shop_id, &page)
        .await?
        .rows
    {
        let state = match (token.revoked_at, token.expires_at) {
            (Some(at), _) => format!("revoked {}", show_time(at)),
            (None, Some(at)) => format!("expires {}", show_time(at)),
            (None, None) => "valid".to_owned(),
        };
        say!(
            "{}  {}  {}  {state}",
            token.id,
            token.role.to_value(),
            token.name
        );
    }
    Ok(())
}
