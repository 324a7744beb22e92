//! WooCommerce by its REST API v3.
//!
//! A walk goes by id through what was modified in the window, so that an order keeps its place while pages are
//! read. One that is modified again meanwhile leaves the window, and those behind it move up by one: then the
//! total falls, and what may have moved to pages that were read is read once more.

mod walk;

use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat};
use entity::Instant;
use serde::Deserialize;
use serde_json::value::RawValue;

use self::walk::{Counts, Walk};
use super::hook::{Hook, HookError, Incoming};
use super::http::{Answer, Http, Request};
use super::json::{Text, each, instant};
use super::platform::{Access, Kind, Platform, Pull, Session};
use super::settings::{read_settings, required};
use super::snapshot::{Cursor, OrderSnapshot, Page, Reported, Window};
use super::{Secret, SourceError};
use crate::domain::{Amount, Invalid};

/// What is known of every WooCommerce.
pub const KIND: Kind = Kind {
    name: "woocommerce",
    title: "WooCommerce",
    account: Some("consumer key"),
    secret: Some("consumer secret"),
    pull: Some(Pull {
        page_size: PAGE_SIZE,
        ids_at_once: PAGE_SIZE,
        min_interval: Duration::from_millis(100),
    }),
    hooks: Some(
        "under WooCommerce → Settings → Advanced → Webhooks, make one with the topic Order updated, and one each with \
         Order created, Order deleted and Order restored: status Active, API version 3, this path as delivery URL, and \
         the webhook secret as its secret",
    ),
    lacks: &[],
    connect,
};

const PAGE_SIZE: usize = 100;
const ORDERS: &str = "wp-json/wc/v3/orders";
const FIELDS: &str = "id,number,status,currency,total,date_created_gmt,date_modified_gmt,date_completed_gmt,\
                      refunds,meta_data,coupon_lines";

/// What an admin may say beside the credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The key in an order's `meta_data` that holds who brought it.
    affiliate_meta: Option<String>,
    /// Whether the first coupon's code says who brought it, where no meta data does.
    affiliate_coupon: bool,
    /// Whether the credentials stand in the address: some hosts take the header away that should carry them.
    credentials_in_query: bool,
}

struct WooCommerce {
    key: String,
    secret: Secret,
    settings: Settings,
}

fn connect(access: Access) -> Result<Box<dyn Platform>, Invalid> {
    Ok(Box::new(WooCommerce {
        key: required(access.account, "account", &KIND)?,
        secret: required(access.secret, "secret", &KIND)?,
        settings: read_settings(access.settings)?,
    }))
}

#[async_trait]
impl Platform for WooCommerce {
    async fn changes(
        &self,
        session: Session<'_>,
        window: Window,
        cursor: Option<&Cursor>,
    ) -> Result<Page, SourceError> {
        let mut walk: Walk = cursor.and_then(Cursor::place).unwrap_or_default();
        let mut request = self
            .orders(session.http)?
            .query("orderby", "id")
            .query("order", "asc")
            .query("page", &walk.page().to_string())
            .query("dates_are_gmt", "true")
            // Both bounds are exclusive, and in whole seconds.
            .query("modified_before", &gmt(Instant(window.until.0 + 2_000)));
        if let Some(since) = window.since {
            request = request.query("modified_after", &gmt(Instant(since.0 - 1_000)));
        }
        let answer = self.ask(session, request).await?;
        let raw: Vec<Box<RawValue>> = answer.json()?;
        let counts = Counts {
            rows: raw.len() as u64,
            total: count_in(&answer, "x-wp-total"),
            pages: count_in(&answer, "x-wp-totalpages"),
        };
        let is_over = walk.note(counts);
        Ok(Page {
            orders: self.read(&raw),
            next: (!is_over).then(|| Cursor::at(&walk)),
        })
    }

    async fn by_ids(
        &self,
        session: Session<'_>,
        ids: &[String],
    ) -> Result<Vec<Reported>, SourceError> {
        let request = self.orders(session.http)?.query("include", &ids.join(","));
        let raw: Vec<Box<RawValue>> = self.ask(session, request).await?.json()?;
        Ok(self.read(&raw))
    }

    async fn probe(&self, session: Session<'_>) -> Result<(), SourceError> {
        let request = self
            .asking(session.http)?
            .query("per_page", "1")
            .query("_fields", "id");
        let _: Vec<Box<RawValue>> = self.ask(session, request).await?.json()?;
        Ok(())
    }

    fn hook(&self, incoming: &Incoming<'_>) -> Result<Hook, HookError> {
        let Some(signature) = incoming.header("x-wc-webhook-signature") else {
            // Making a webhook sends this, unsigned, and takes anything but success for a broken address.
            return if incoming.body.starts_with(b"webhook_id=") {
                Ok(Hook::Ping)
            } else {
                Err(HookError::Signature)
            };
        };
        let signature = STANDARD.decode(signature).unwrap_or_default();
        if !incoming.is_signed(incoming.body, &signature) {
            return Err(HookError::Signature);
        }
        if incoming.header("x-wc-webhook-resource") != Some("order") {
            return Ok(Hook::Orders {
                external_ids: Vec::new(),
                delivery: String::new(),
            });
        }
        let order: Changed = serde_json::from_slice(incoming.body)
            .map_err(|error| HookError::Unreadable(error.to_string()))?;
        // The delivery id will not do: two orders within a second have the same.
        let Text(id) = order.id;
        let changed = order.date_modified_gmt.unwrap_or_default();
        let event = incoming.header("x-wc-webhook-event").unwrap_or_default();
        Ok(Hook::Orders {
            delivery: format!("{id} {event} {changed}"),
            external_ids: vec![id],
        })
    }
}

/// What is read of a webhook's order.
#[derive(Deserialize)]
struct Changed {
    id: Text,
    date_modified_gmt: Option<String>,
}

#[derive(Deserialize)]
struct Order {
    id: Text,
    number: Option<Text>,
    status: String,
    currency: Option<String>,
    total: Option<Amount>,
    date_created_gmt: Option<String>,
    date_modified_gmt: Option<String>,
    date_completed_gmt: Option<String>,
    #[serde(default)]
    refunds: Vec<Refund>,
    #[serde(default)]
    meta_data: Vec<Meta>,
    #[serde(default)]
    coupon_lines: Vec<Coupon>,
}

#[derive(Deserialize)]
struct Refund {
    total: Amount,
}

/// Plugins put anything into values; only a text or a number can be a code.
#[derive(Deserialize)]
struct Meta {
    key: String,
    value: Box<RawValue>,
}

#[derive(Deserialize)]
struct Coupon {
    code: String,
}

impl WooCommerce {
    /// A question that shows the credentials.
    fn asking(&self, http: &Http) -> Result<Request, SourceError> {
        let request = http.get(ORDERS)?;
        Ok(if self.settings.credentials_in_query {
            request
                .query("consumer_key", &self.key)
                .query("consumer_secret", self.secret.reveal())
        } else {
            request.basic(&self.key, &self.secret)
        })
    }

    async fn ask(&self, session: Session<'_>, request: Request) -> Result<Answer, SourceError> {
        let answer = session.http.send(request).await;
        answer.map_err(|error| self.hinted(error, session.http.is_secure()))
    }

    /// Says what right credentials may be refused for.
    fn hinted(&self, error: SourceError, is_secure: bool) -> SourceError {
        let SourceError::Credentials(told) = error else {
            return error;
        };
        let hint = if !is_secure {
            "WooCommerce takes no key over plain HTTP: connect its https:// address"
        } else if self.settings.credentials_in_query {
            return SourceError::Credentials(told);
        } else {
            "if they are right, its host takes away the header that carries them: set credentials_in_query to true"
        };
        SourceError::Credentials(format!("{told}; {hint}"))
    }

    /// A question for orders of any status but `trash`, which is as good as gone.
    fn orders(&self, http: &Http) -> Result<Request, SourceError> {
        Ok(self
            .asking(http)?
            .query("status", "any")
            .query("per_page", &PAGE_SIZE.to_string())
            .query("_fields", FIELDS))
    }

    fn read(&self, raw: &[Box<RawValue>]) -> Vec<Reported> {
        each(raw, "id", |order| self.snapshot(order))
    }

    fn snapshot(&self, order: Order) -> Result<OrderSnapshot, String> {
        let affiliate_code = self.affiliate_code(&order);
        // Refunds are told as negative amounts, and the total stays as it was.
        let refunded: Amount = order.refunds.iter().map(|refund| -refund.total).sum();
        let time = |field, text: Option<String>| {
            text.map(|text| instant(field, &format!("{text}Z")))
                .transpose()
        };
        Ok(OrderSnapshot {
            external_id: order.id.0,
            number: order.number.map(|Text(number)| number),
            placed_at: time("date_created_gmt", order.date_created_gmt)?,
            changed_at: time("date_modified_gmt", order.date_modified_gmt)?,
            completed_at: time("date_completed_gmt", order.date_completed_gmt)?,
            native_status: order.status,
            currency: order.currency,
            total: order.total,
            refunded: Some(refunded),
            affiliate_code,
        })
    }

    fn affiliate_code(&self, order: &Order) -> Option<String> {
        let wanted = self.settings.affiliate_meta.as_deref();
        let of_meta = order.meta_data.iter().find_map(|meta| {
            let is_wanted = Some(meta.key.as_str()) == wanted;
            let code = is_wanted.then(|| serde_json::from_str(meta.value.get()));
            code?.ok().map(|Text(code)| code)
        });
        let coupon = || {
            let coupon = order.coupon_lines.first();
            coupon
                .filter(|_| self.settings.affiliate_coupon)
                .map(|it| it.code.clone())
        };
        of_meta
            .or_else(coupon)
            .filter(|code| !code.trim().is_empty())
    }
}

fn count_in(answer: &Answer, header: &str) -> Option<u64> {
    answer.header(header)?.parse().ok()
}

/// As the API takes times: in whole seconds, without a zone.
fn gmt(at: Instant) -> String {
    let at = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    let text = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    text.trim_end_matches('Z').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_right_credentials_may_be_refused_for_is_told() {
        for (is_secure, credentials_in_query, hint) in [
            (false, false, "; WooCommerce takes no key over plain HTTP"),
            (false, true, "; WooCommerce takes no key over plain HTTP"),
            (true, false, "set credentials_in_query to true"),
        ] {
            let told = hinted(
                SourceError::Credentials("401".to_owned()),
                is_secure,
                credentials_in_query,
            );
            let SourceError::Credentials(told) = told else {
                unreachable!("{told}");
            };
            assert!(told.starts_with("401; ") && told.contains(hint), "{told}");
        }
        for (error, credentials_in_query) in [
            (SourceError::Credentials("401".to_owned()), true),
            (SourceError::Permission("403".to_owned()), false),
        ] {
            assert_eq!(hinted(error.clone(), true, credentials_in_query), error);
        }
    }

    fn hinted(error: SourceError, is_secure: bool, credentials_in_query: bool) -> SourceError {
        let shop = WooCommerce {
            key: "ck".to_owned(),
            secret: Secret::new("cs"),
            settings: Settings {
                credentials_in_query,
                ..Settings::default()
            },
        };
        shop.hinted(error, is_secure)
    }
}
