//! Shopware 6, from 6.5 on, by its Admin API, with the token that an integration buys.
//!
//! A walk asks for what lies behind the last order that it read, by `autoIncrement`: so no order can hide
//! another, whatever changes or vanishes meanwhile. When an order was completed stands apart from it, in the
//! history of states, which is asked once for each answer that has such orders.

mod criteria;
mod history;
mod order;
mod webhook;

use std::time::Duration;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use self::order::AffiliateFrom;
use super::hook::{Hook, HookError, Incoming};
use super::http::Http;
use super::platform::{Access, Kind, Platform, Pull, Session};
use super::settings::{read_settings, required};
use super::snapshot::{Cursor, Page, Reported, Window};
use super::{Secret, SourceError};
use crate::domain::Invalid;

/// What is known of every Shopware 6.
pub const KIND: Kind = Kind {
    name: "shopware6",
    title: "Shopware 6",
    account: Some("access key ID"),
    secret: Some("secret access key"),
    pull: Some(Pull {
        page_size: MOST_AT_ONCE,
        ids_at_once: MOST_AT_ONCE,
        min_interval: Duration::from_millis(100),
    }),
    hooks: Some(
        "in the manifest of an app of your own, name this path in a webhook for each event, such as \
         state_enter.order.state.completed; the webhook secret is the shop secret that the app has agreed on with the \
         shop when it registered",
    ),
    lacks: &[],
    connect,
};

const ORDERS: &str = "order";
/// What a shop gives at once, unless it is set to give less.
const MOST_AT_ONCE: usize = 500;

/// What an admin may say beside the credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// Which of an order's codes says who brought it: `affiliate_code` or `campaign_code`.
    affiliate_from: AffiliateFrom,
    /// How many orders the shop gives at once, where its `shopware.api.max_limit` is below 500.
    page_size: Option<usize>,
}

struct Shopware {
    key_id: String,
    key: Secret,
    affiliate_from: AffiliateFrom,
    page_size: usize,
}

fn connect(access: Access) -> Result<Box<dyn Platform>, Invalid> {
    let settings: Settings = read_settings(access.settings)?;
    let page_size = settings.page_size.unwrap_or(MOST_AT_ONCE);
    if !(1..=MOST_AT_ONCE).contains(&page_size) {
        let message = format!("page_size must be from 1 to {MOST_AT_ONCE}, not {page_size}");
        return Err(Invalid::new("settings", message));
    }
    Ok(Box::new(Shopware {
        key_id: required(access.account, "account", &KIND)?,
        key: required(access.secret, "secret", &KIND)?,
        affiliate_from: settings.affiliate_from,
        page_size,
    }))
}

/// Where a walk stands.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    /// The `autoIncrement` of the last order that was read.
    after: u64,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

/// What a search has found.
#[derive(Deserialize)]
struct Found<T> {
    data: Vec<T>,
}

#[async_trait]
impl Platform for Shopware {
    async fn sign_in(&self, http: &Http) -> Result<Option<Secret>, SourceError> {
        let request = http.post("api/oauth/token")?.json(&json!({
            "grant_type": "client_credentials",
            "client_id": self.key_id,
            "client_secret": self.key.reveal(),
        }))?;
        let token: Token = http.send(request).await?.json()?;
        Ok(Some(Secret::new(token.access_token)))
    }

    async fn changes(
        &self,
        session: Session<'_>,
        window: Window,
        cursor: Option<&Cursor>,
    ) -> Result<Page, SourceError> {
        let place: Option<Place> = cursor.and_then(Cursor::place);
        let after = place.as_ref().map(|place| place.after);
        let criteria = criteria::changed(window.since, after, self.page_size);
        let found: Found<Box<RawValue>> = self.search(session, ORDERS, &criteria).await?;
        let next = if found.data.len() < self.page_size {
            None
        } else {
            Some(Place {
                after: order::last_place(&found.data)?,
            })
        };
        Ok(Page {
            orders: self.read(session, &found.data).await?,
            next: next.as_ref().map(Cursor::at),
        })
    }

    async fn by_ids(
        &self,
        session: Session<'_>,
        ids: &[String],
    ) -> Result<Vec<Reported>, SourceError> {
        // One id of another shape would spoil the question, and there is no such order.
        let ids: Vec<&str> = ids
            .iter()
            .map(String::as_str)
            .filter(|id| is_id(id))
            .collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let criteria = criteria::with_ids(&ids);
        let found: Found<Box<RawValue>> = self.search(session, ORDERS, &criteria).await?;
        self.read(session, &found.data).await
    }

    /// Asks for all that a run asks, since each part has a permission of its own.
    async fn probe(&self, session: Session<'_>) -> Result<(), SourceError> {
        let first = criteria::changed(None, None, 1);
        let _: Found<Box<RawValue>> = self.search(session, ORDERS, &first).await?;
        self.history(session, &[criteria::LIVE], &["completed"], 1)
            .await?;
        Ok(())
    }

    fn hook(&self, incoming: &Incoming<'_>) -> Result<Hook, HookError> {
        webhook::read(incoming)
    }
}

impl Shopware {
    async fn search<T: DeserializeOwned>(
        &self,
        session: Session<'_>,
        entity: &str,
        criteria: &serde_json::Value,
    ) -> Result<Found<T>, SourceError> {
        let mut request = session
            .http
            .post(&format!("api/search/{entity}"))?
            .header("sw-include-search-info", "0")
            .json(criteria)?;
        if let Some(token) = session.token {
            request = request.bearer(token);
        }
        session.http.send(request).await?.json()
    }

    async fn read(
        &self,
        session: Session<'_>,
        raw: &[Box<RawValue>],
    ) -> Result<Vec<Reported>, SourceError> {
        let mut orders = order::read(raw, self.affiliate_from);
        let completed_at = self.completions(session, &orders).await?;
        for order in orders.iter_mut().flatten() {
            order.completed_at = completed_at.get(&order.external_id).copied();
        }
        Ok(orders)
    }
}

/// Whether this is an id as Shopware makes them.
fn is_id(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 32 && text.bytes().all(is_digit)
}
