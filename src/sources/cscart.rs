//! CS-Cart and Multi-Vendor by their REST API.
//!
//! It tells when an order was placed, and never when it was changed. A walk goes by the time of placing: each
//! page begins with the second in which the one before has ended, so that what is deleted or hidden meanwhile
//! moves no other order.

use std::time::Duration;

use async_trait::async_trait;
use entity::Instant;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::http::{Http, Request};
use super::json::{Text, each};
use super::platform::{Access, Kind, Lack, Platform, Pull, Session};
use super::settings::{read_settings, required};
use super::snapshot::{Cursor, OrderSnapshot, Page, Reported, Window};
use super::{Secret, SourceError};
use crate::domain::{Amount, Currency, Invalid};

/// What is known of every CS-Cart.
pub const KIND: Kind = Kind {
    name: "cscart",
    title: "CS-Cart",
    account: Some("admin's e-mail"),
    secret: Some("API key"),
    pull: Some(Pull {
        page_size: PAGE_SIZE,
        ids_at_once: PAGE_SIZE,
        min_interval: Duration::from_millis(250),
    }),
    hooks: None,
    lacks: &[
        Lack::Changes,
        Lack::Completion,
        Lack::Refunds,
        Lack::Affiliates,
    ],
    connect,
};

/// So many ids fit into an address.
const PAGE_SIZE: usize = 100;

/// What an admin may say beside the credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The primary currency there, by ISO 4217; the shop's here where unset. Its API does not tell.
    currency: Option<String>,
    /// Whether the server there rewrites no addresses: then `api.php` is asked.
    without_rewriting: bool,
}

struct CsCart {
    email: String,
    key: Secret,
    currency: Option<Currency>,
    without_rewriting: bool,
}

fn connect(access: Access) -> Result<Box<dyn Platform>, Invalid> {
    let settings: Settings = read_settings(access.settings)?;
    let currency = settings.currency.as_deref().map(Currency::parse);
    Ok(Box::new(CsCart {
        email: required(access.account, "account", &KIND)?,
        key: required(access.secret, "secret", &KIND)?,
        currency: currency
            .transpose()
            .map_err(|it| Invalid::new("settings", it.message))?,
        without_rewriting: settings.without_rewriting,
    }))
}

/// Where a walk stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Place {
    /// From which second on; unset from the first order there is.
    from: Option<i64>,
    /// Which page of that: more than one is read only where a whole page was placed within a second.
    page: u64,
}

#[derive(Deserialize)]
struct Answer {
    orders: Vec<Box<RawValue>>,
}

/// An order as the list has it.
#[derive(Deserialize)]
struct OrderRow {
    order_id: Text,
    timestamp: Text,
    status: String,
    total: Amount,
}

/// What a walk goes by.
#[derive(Deserialize)]
struct Placed {
    timestamp: Text,
}

#[async_trait]
impl Platform for CsCart {
    async fn changes(
        &self,
        session: Session<'_>,
        window: Window,
        cursor: Option<&Cursor>,
    ) -> Result<Page, SourceError> {
        let left: Option<Place> = cursor.and_then(Cursor::place);
        let first = Place {
            from: window.since.map(|since| since.0.div_euclid(1_000)),
            page: 1,
        };
        let place = left.unwrap_or(first);
        let mut request = self
            .orders(session.http)?
            .query("sort_by", "date")
            .query("sort_order", "asc")
            .query("page", &place.page.to_string());
        if let Some(from) = place.from {
            let to = window.until.0.div_euclid(1_000) + 1;
            request = request
                .query("period", "C")
                .query("time_from", &from.to_string())
                .query("time_to", &to.to_string());
        }
        let answer: Answer = session.http.send(request).await?.json()?;
        let mut orders = answer.orders;
        let next = place.behind(&orders);
        if let Some(Place { from, page: 1 }) = next {
            // They come again, with the others of their second.
            orders.retain(|order| second_of(order) != from);
        }
        Ok(Page {
            orders: self.read(&orders),
            next: next.as_ref().map(Cursor::at),
        })
    }

    async fn by_ids(
        &self,
        session: Session<'_>,
        ids: &[String],
    ) -> Result<Vec<Reported>, SourceError> {
        let request = self
            .orders(session.http)?
            .query("order_id", &ids.join(","))
            // One whose payment is tried anew is incomplete again, and not gone.
            .query("include_incompleted", "Y");
        let answer: Answer = session.http.send(request).await?.json()?;
        Ok(self.read(&answer.orders))
    }

    async fn probe(&self, session: Session<'_>) -> Result<(), SourceError> {
        let request = self.list(session.http)?.query("items_per_page", "1");
        let _: Answer = session.http.send(request).await?.json()?;
        Ok(())
    }
}

impl Place {
    /// Where it goes on behind these orders; `None` at the end.
    fn behind(self, orders: &[Box<RawValue>]) -> Option<Self> {
        if orders.len() < PAGE_SIZE {
            return None;
        }
        let last = orders.iter().filter_map(|order| second_of(order)).max();
        Some(match last {
            Some(last) if Some(last) > self.from => Self {
                from: Some(last),
                page: 1,
            },
            _ => Self {
                page: self.page + 1,
                ..self
            },
        })
    }
}

impl CsCart {
    fn orders(&self, http: &Http) -> Result<Request, SourceError> {
        let request = self.list(http)?;
        Ok(request.query("items_per_page", &PAGE_SIZE.to_string()))
    }

    fn list(&self, http: &Http) -> Result<Request, SourceError> {
        let request = if self.without_rewriting {
            http.get("api.php")?
                .query("_d", "orders")
                .query("ajax_custom", "1")
        } else {
            http.get("api/orders")?
        };
        Ok(request.basic(&self.email, &self.key))
    }

    fn read(&self, raw: &[Box<RawValue>]) -> Vec<Reported> {
        each(raw, "order_id", |order| self.snapshot(order))
    }

    fn snapshot(&self, order: OrderRow) -> Result<OrderSnapshot, String> {
        let Text(timestamp) = order.timestamp;
        let seconds: i64 = timestamp
            .parse()
            .map_err(|error| format!("timestamp is no time: {error}"))?;
        let Text(id) = order.order_id;
        Ok(OrderSnapshot {
            number: Some(id.clone()),
            external_id: id,
            placed_at: Some(Instant(seconds.saturating_mul(1_000))),
            native_status: order.status,
            currency: self.currency.map(|currency| currency.code().to_owned()),
            total: Some(order.total),
            ..OrderSnapshot::default()
        })
    }
}

/// When an order was placed, whether or not the rest of it can be read.
fn second_of(order: &RawValue) -> Option<i64> {
    let placed: Placed = serde_json::from_str(order.get()).ok()?;
    placed.timestamp.0.parse().ok()
}
