//! Vendure by its Admin API.
//!
//! Its `updatedAt` stays where it was when an order goes from one state to another, so a walk tells what was
//! placed in the window, and what else shows as changed there; all other news is found by ids. It goes by id from
//! an offset: where the total falls, orders have left the window and those behind them have moved up, and it steps
//! back by as many.
//!
//! A customer's order that is split among sellers counts once: it is the one that holds payments and custom
//! fields. What the sellers make of it is theirs, and is told where their channel is named.

mod admin_api;
mod order;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat};
use entity::Instant;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use self::admin_api::AdminApi;
use self::order::Order;
use super::http::Http;
use super::json::each;
use super::platform::{Access, Kind, Lack, Platform, Pull, Session};
use super::settings::{read_settings, required};
use super::snapshot::{Cursor, Page, Reported, Window};
use super::{Secret, SourceError};
use crate::domain::Invalid;

/// What is known of every Vendure.
pub const KIND: Kind = Kind {
    name: "vendure",
    title: "Vendure",
    account: Some("administrator's user name, unless the secret is an API key"),
    secret: Some("administrator's password, or an API key"),
    pull: Some(Pull {
        page_size: PAGE_SIZE,
        ids_at_once: PAGE_SIZE,
        min_interval: Duration::from_millis(100),
    }),
    hooks: None,
    lacks: &[Lack::Changes],
    connect,
};

/// Vendure looks up payments, refunds and history order by order: this many took a small one two seconds.
const PAGE_SIZE: usize = 250;
/// What `adminListQueryLimit` is where nobody has set it.
const LARGEST_PAGE: usize = 1_000;

/// What an admin may say beside the credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The custom field of an order that holds who brought it.
    affiliate_field: Option<String>,
    /// The token of the channel whose orders count; the default channel's where unset.
    channel: Option<String>,
    /// How many orders are asked for at once: fewer where the shop's `adminListQueryLimit` is lower or it is slow.
    page_size: Option<usize>,
}

struct Vendure {
    api: AdminApi,
    affiliate_field: Option<String>,
    page_size: usize,
}

fn connect(access: Access) -> Result<Box<dyn Platform>, Invalid> {
    let settings: Settings = read_settings(access.settings)?;
    settings.check()?;
    Ok(Box::new(Vendure {
        api: AdminApi {
            account: access.account,
            secret: required(access.secret, "secret", &KIND)?,
            channel: settings.channel,
        },
        affiliate_field: settings.affiliate_field,
        page_size: settings.page_size.unwrap_or(PAGE_SIZE),
    }))
}

impl Settings {
    fn check(&self) -> Result<(), Invalid> {
        let is_name = |name: &String| {
            let is_part = |c: char| c == '_' || c.is_ascii_alphanumeric();
            name.chars().all(is_part) && name.starts_with(|c: char| !c.is_ascii_digit())
        };
        let is_token = |token: &String| {
            let mut bytes = token.bytes();
            !token.is_empty() && bytes.all(|byte| byte.is_ascii_graphic())
        };
        let fits = |size: &usize| (1..=LARGEST_PAGE).contains(size);
        let wrong = |message: &str| Err(Invalid::new("settings", message));
        if !self.affiliate_field.iter().all(is_name) {
            wrong("affiliate_field must be the name of a custom field, such as affiliateCode")
        } else if !self.channel.iter().all(is_token) {
            wrong("channel must be the token of a channel")
        } else if !self.page_size.iter().all(fits) {
            wrong("page_size must lie between 1 and 1000")
        } else {
            Ok(())
        }
    }
}

/// Where a walk stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Place {
    skip: u64,
    /// How many orders were in the window when the page before was read.
    total: u64,
}

#[async_trait]
impl Platform for Vendure {
    async fn sign_in(&self, http: &Http) -> Result<Option<Secret>, SourceError> {
        self.api.sign_in(http).await
    }

    async fn changes(
        &self,
        session: Session<'_>,
        window: Window,
        cursor: Option<&Cursor>,
    ) -> Result<Page, SourceError> {
        let place: Option<Place> = cursor.and_then(Cursor::place);
        let skip = place.as_ref().map_or(0, |place| place.skip);
        let filter = self.filter(changed_within(window));
        let found = self.orders(session, skip, self.page_size, filter).await?;
        let total = found.orders.total_items.unwrap_or(0);
        // How many orders left the window since the page before, and so moved others to places that were read.
        let fell = place.map_or(0, |place| place.total.saturating_sub(total));
        let read = found.orders.items.len();
        let behind = skip + read as u64;
        let is_last = read < self.page_size && (read == 0 || behind >= total);
        let next = match fell {
            0 if is_last => None,
            0 => Some(behind),
            _ => Some(skip.saturating_sub(fell)),
        };
        Ok(Page {
            orders: found.read(),
            next: next.map(|skip| Cursor::at(&Place { skip, total })),
        })
    }

    async fn by_ids(
        &self,
        session: Session<'_>,
        ids: &[String],
    ) -> Result<Vec<Reported>, SourceError> {
        let mut orders = Vec::new();
        for ids in ids.chunks(self.page_size) {
            let filter = self.filter(json!({"id": {"in": ids}}));
            let found = self.orders(session, 0, ids.len(), filter).await?;
            orders.extend(found.read());
        }
        Ok(orders)
    }

    async fn probe(&self, session: Session<'_>) -> Result<(), SourceError> {
        // All that is asked of an order, so that a custom field that is not there shows.
        self.orders(session, 0, 1, self.filter(json!({}))).await?;
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    global_settings: GlobalSettings,
    orders: OrderList,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GlobalSettings {
    server_config: ServerConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServerConfig {
    /// How many digits of an amount stand behind the point, in any currency.
    money_strategy_precision: u8,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderList {
    total_items: Option<u64>,
    items: Vec<Box<RawValue>>,
}

impl Found {
    fn read(&self) -> Vec<Reported> {
        let precision = self.global_settings.server_config.money_strategy_precision;
        each(&self.orders.items, "id", |order: Order| {
            order.snapshot(precision)
        })
    }
}

impl Vendure {
    /// A page of the orders, from an offset on.
    async fn orders(
        &self,
        session: Session<'_>,
        skip: u64,
        take: usize,
        filter: Value,
    ) -> Result<Found, SourceError> {
        let affiliate_field = self.affiliate_field.as_ref();
        let custom_fields =
            affiliate_field.map_or_else(String::new, |name| format!("customFields {{ {name} }}"));
        let document = format!(
            "query ($options: OrderListOptions) {{ \
             globalSettings {{ serverConfig {{ moneyStrategyPrecision }} }} \
             orders(options: $options) {{ totalItems items {{ {} {custom_fields} }} }} }}",
            order::FIELDS
        );
        let options = json!({"skip": skip, "take": take, "sort": {"id": "ASC"}, "filter": filter});
        let variables = json!({"options": options});
        self.api.ask(session, &document, variables).await
    }

    /// Leaves the parts out into which orders of the default channel were split.
    fn filter(&self, mut filter: Value) -> Value {
        if self.api.channel.is_none() {
            filter["type"] = json!({"notEq": "Seller"});
        }
        filter
    }
}

/// Both bounds lie within it, also where times are kept in whole seconds. Conditions that stand in one part of
/// `_or` side by side are alternatives, too.
fn changed_within(window: Window) -> Value {
    let until = text(Instant(window.until.0 + 1_000));
    let mut filter = json!({"active": {"eq": false}, "orderPlacedAt": {"before": until}});
    if let Some(since) = window.since {
        let since = text(Instant(since.0 - 1_000));
        filter["_or"] = json!([
            {"orderPlacedAt": {"after": since}},
            {"updatedAt": {"between": {"start": since, "end": until}}},
        ]);
    }
    filter
}

fn text(at: Instant) -> String {
    let at = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
