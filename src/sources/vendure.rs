//! Vendure by its Admin API.
//!
//! Its `updatedAt` stays where it was when an order goes from one state to another, so a walk tells what was
//! placed in the window, and what else shows as changed there; all other news is found by ids. It goes by id from
//! an offset: where the total falls, orders have left the window and those behind them have moved up, and it steps
//! back by as many.
//!
//! A customer's order that is split among sellers counts once: it is the one that holds payments and custom
//! fields. What the sellers make of it is theirs, and is told where their channel is named.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat};
use entity::Instant;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::graphql;
use super::http::{Answer, Http};
use super::json::{Text, each, instant};
use super::platform::{Access, Kind, Lack, Platform, Pull, Session};
use super::settings::{read_settings, required};
use super::snapshot::{Cursor, OrderSnapshot, Page, Reported, Window};
use super::{Secret, SourceError};
use crate::domain::{Amount, Invalid};

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

const PAGE_SIZE: usize = 250;
const ADMIN_API: &str = "admin-api";

/// Payments, refunds and transitions are there since 2.0. Of the transitions the last ones are enough: the
/// present state was entered by one of them.
const ORDER: &str = "id code state orderPlacedAt currencyCode totalWithTax \
    payments { state amount refunds { state total } } \
    history(options: {take: 20, sort: {createdAt: DESC}, filter: {type: {eq: \"ORDER_STATE_TRANSITION\"}}}) \
        { items { createdAt data } }";

const LOGIN: &str = "mutation ($username: String!, $password: String!) { \
    login(username: $username, password: $password) \
        { __typename ... on ErrorResult { message } } }";

/// What an admin may say beside the credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The custom field of an order that holds who brought it.
    affiliate_field: Option<String>,
    /// The token of the channel whose orders count; the default channel's where unset.
    channel: Option<String>,
    /// How many orders are asked for at once, where the shop's `adminListQueryLimit` is lower than ours.
    page_size: Option<usize>,
}

struct Vendure {
    account: Option<String>,
    secret: Secret,
    channel: Option<String>,
    affiliate_field: Option<String>,
    page_size: usize,
}

fn connect(access: Access) -> Result<Box<dyn Platform>, Invalid> {
    let settings: Settings = read_settings(access.settings)?;
    let wrong = |message: &str| Err(Invalid::new("settings", message));
    let is_name = |name: &String| {
        let is_part = |c: char| c == '_' || c.is_ascii_alphanumeric();
        name.chars().all(is_part) && name.starts_with(|c: char| !c.is_ascii_digit())
    };
    if !settings.affiliate_field.iter().all(is_name) {
        return wrong("affiliate_field must be the name of a custom field, such as affiliateCode");
    }
    let is_graphic =
        |token: &String| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
    if !settings.channel.iter().all(is_graphic) {
        return wrong("channel must be the token of a channel");
    }
    let page_size = settings.page_size.unwrap_or(PAGE_SIZE);
    if !(1..=PAGE_SIZE).contains(&page_size) {
        return wrong("page_size must lie between 1 and 250");
    }
    Ok(Box::new(Vendure {
        account: access.account,
        secret: required(access.secret, "secret", &KIND)?,
        channel: settings.channel,
        affiliate_field: settings.affiliate_field,
        page_size,
    }))
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
        let Some(username) = &self.account else {
            return Ok(None);
        };
        let variables = json!({"username": username, "password": self.secret.reveal()});
        let session = Session { http, token: None };
        let answer = self.send(session, LOGIN, variables).await?;
        let LoggedIn { login } = graphql::data(&answer)?;
        if login.kind != "CurrentUser" {
            return Err(SourceError::Credentials(
                login.message.unwrap_or(login.kind),
            ));
        }
        let token = answer.header("vendure-auth-token").map(Secret::new);
        token.map(Some).ok_or_else(|| {
            let why =
                "it signs in and gives no token: its authOptions.tokenMethod must name \"bearer\"";
            SourceError::Refused(why.to_owned())
        })
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
        let found = self.orders(session, skip, filter).await?;
        let total = found.orders.total_items.unwrap_or(0);
        // How many orders left the window since the page before, and so moved others to places that were read.
        let fell = place.map_or(0, |place| place.total.saturating_sub(total));
        let read = found.orders.items.len();
        let next = match fell {
            0 if read < self.page_size => None,
            0 => Some(skip + read as u64),
            _ => Some(skip.saturating_sub(fell)),
        };
        Ok(Page {
            orders: self.read(&found),
            next: next.map(|skip| Cursor::at(&Place { skip, total })),
            total: found.orders.total_items,
            ..Page::default()
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
            let found = self.orders(session, 0, filter).await?;
            orders.extend(self.read(&found));
        }
        Ok(orders)
    }

    async fn probe(&self, session: Session<'_>) -> Result<(), SourceError> {
        let document = "{ orders(options: {take: 1}) { totalItems } }";
        let _: IgnoredAny = self.ask(session, document, Value::Null).await?;
        Ok(())
    }
}

#[derive(Deserialize)]
struct LoggedIn {
    login: Login,
}

#[derive(Deserialize)]
struct Login {
    #[serde(rename = "__typename")]
    kind: String,
    message: Option<String>,
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    id: Text,
    code: Option<Text>,
    state: String,
    order_placed_at: Option<String>,
    currency_code: Option<String>,
    total_with_tax: Text,
    payments: Option<Vec<Payment>>,
    history: History,
    custom_fields: Option<BTreeMap<String, Option<Text>>>,
}

#[derive(Deserialize)]
struct Payment {
    state: String,
    amount: Text,
    refunds: Vec<Refund>,
}

#[derive(Deserialize)]
struct Refund {
    state: String,
    total: Text,
}

#[derive(Deserialize)]
struct History {
    items: Vec<Transition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transition {
    created_at: String,
    data: Transited,
}

#[derive(Deserialize)]
struct Transited {
    to: String,
}

impl Vendure {
    /// A page of the orders, from an offset on.
    async fn orders(
        &self,
        session: Session<'_>,
        skip: u64,
        filter: Value,
    ) -> Result<Found, SourceError> {
        let custom_fields = match &self.affiliate_field {
            Some(name) => format!("customFields {{ {name} }}"),
            None => String::new(),
        };
        let document = format!(
            "query ($options: OrderListOptions) {{ \
             globalSettings {{ serverConfig {{ moneyStrategyPrecision }} }} \
             orders(options: $options) {{ totalItems items {{ {ORDER} {custom_fields} }} }} }}"
        );
        let options =
            json!({"skip": skip, "take": self.page_size, "sort": {"id": "ASC"}, "filter": filter});
        self.ask(session, &document, json!({"options": options}))
            .await
    }

    /// Leaves the parts out into which orders of the default channel were split.
    fn filter(&self, mut filter: Value) -> Value {
        if self.channel.is_none() {
            filter["type"] = json!({"notEq": "Seller"});
        }
        filter
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        session: Session<'_>,
        document: &str,
        variables: Value,
    ) -> Result<T, SourceError> {
        let answer = self.send(session, document, variables).await;
        let refused = match answer.and_then(|answer| graphql::data(&answer)) {
            Err(SourceError::Permission(told)) => told,
            answered => return answered,
        };
        // It has one word for whom it does not know (any more), and for whom it does not let do this.
        let answer = self.send(session, "{ me { id } }", Value::Null).await?;
        match graphql::data::<IgnoredAny>(&answer) {
            Ok(_) => Err(SourceError::Permission(refused)),
            Err(SourceError::Permission(_)) => Err(SourceError::Credentials(refused)),
            Err(error) => Err(error),
        }
    }

    async fn send(
        &self,
        session: Session<'_>,
        document: &str,
        variables: Value,
    ) -> Result<Answer, SourceError> {
        let question = json!({"query": document, "variables": variables});
        let mut request = session.http.post(ADMIN_API)?.json(&question)?;
        request = match (session.token, &self.account) {
            (Some(token), _) => request.bearer(token),
            (None, None) => request.secret_header("vendure-api-key", self.secret.reveal()),
            (None, Some(_)) => request,
        };
        if let Some(channel) = &self.channel {
            request = request.header("vendure-token", channel);
        }
        session.http.send(request).await
    }

    fn read(&self, found: &Found) -> Vec<Reported> {
        let precision = found.global_settings.server_config.money_strategy_precision;
        each(&found.orders.items, "id", |order| {
            self.snapshot(order, precision)
        })
    }

    fn snapshot(&self, order: Order, precision: u8) -> Result<OrderSnapshot, String> {
        let [total, refunded] = order.amounts(precision)?;
        let completed_at = order.completed_at()?;
        let affiliate = self.affiliate_field.as_ref().zip(order.custom_fields);
        let affiliate = affiliate.and_then(|(name, mut fields)| fields.remove(name)?);
        let placed_at = order.order_placed_at.as_deref();
        Ok(OrderSnapshot {
            external_id: order.id.0,
            number: order.code.map(|Text(code)| code),
            placed_at: placed_at
                .map(|at| instant("orderPlacedAt", at))
                .transpose()?,
            // It would be the time of a change before the last.
            changed_at: None,
            completed_at,
            native_status: order.state,
            currency: order.currency_code,
            total: Some(total),
            refunded: Some(refunded),
            affiliate_code: affiliate
                .map(|Text(code)| code)
                .filter(|it| !it.trim().is_empty()),
        })
    }
}

impl Order {
    /// What it was worth before refunds, and what of it was given back. What is cancelled of an order is taken
    /// off its total, all of it in the end; what was paid stays with its payments.
    fn amounts(&self, precision: u8) -> Result<[Amount; 2], String> {
        let amount = |Text(units): &Text| {
            let exact = Amount::parse("an amount", &format!("{units}e-{precision}"));
            exact.map_err(|invalid| invalid.message)
        };
        let is_cancelled = self.state == "Cancelled";
        let mut paid = Amount::ZERO;
        let mut refunded = Amount::ZERO;
        // A customer may have tried to pay several times; one of those was for the whole.
        let mut tried = Amount::ZERO;
        for payment in self.payments.iter().flatten() {
            match payment.state.as_str() {
                "Authorized" | "Settled" => paid = paid + amount(&payment.amount)?,
                "Cancelled" if is_cancelled => tried = tried.max(amount(&payment.amount)?),
                _ => {}
            }
            for refund in payment.refunds.iter().filter(|it| it.state != "Failed") {
                refunded = refunded + amount(&refund.total)?;
            }
        }
        let worth = amount(&self.total_with_tax)?;
        let total = if paid == Amount::ZERO {
            worth.max(tried)
        } else {
            worth.max(paid)
        };
        // Whoever has paid for more than the order holds by now gets that back, whether it is under way or not.
        if !is_cancelled {
            refunded = refunded.max(total - worth);
        }
        Ok([total, refunded])
    }

    /// When it entered its state, which matters where that one means COMPLETE; of one that was cancelled since,
    /// when it was delivered.
    fn completed_at(&self) -> Result<Option<Instant>, String> {
        let state = match self.state.as_str() {
            "Cancelled" => "Delivered",
            state => state,
        };
        let entries = self.history.items.iter().filter(|it| it.data.to == state);
        let times = entries.map(|entry| instant("createdAt", &entry.created_at));
        let times: Result<Vec<_>, _> = times.collect();
        Ok(times?.into_iter().max())
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
