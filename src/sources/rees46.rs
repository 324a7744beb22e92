//! What add-ons for REES46 push: a shop's orders with its id and its secret in the body, as JSON.
//!
//! They send an order as it is placed, whole, and later its id and status alone. Statuses are 0, 1 and 2, or words
//! of the shop. It is never asked.

use std::collections::BTreeMap;

use async_trait::async_trait;
use entity::Instant;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::json::{Text, each};
use super::platform::{Access, Kind, Lack, Platform, Session};
use super::settings::read_settings;
use super::snapshot::{Cursor, OrderSnapshot, Page, Reported, Window};
use super::{Secret, SourceError};
use crate::domain::{Amount, Invalid};

/// What is known of every add-on for REES46.
pub const KIND: Kind = Kind {
    name: "rees46",
    title: "REES46",
    account: None,
    secret: None,
    pull: None,
    hooks: None,
    lacks: &[Lack::Completion, Lack::Refunds],
    connect,
};

/// How many orders one push may have.
pub const ORDERS_AT_ONCE: usize = 5_000;

/// What an admin may say of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// ISO 4217; the shop's where it is left out.
    currency: Option<String>,
    /// Whether the promo code says who brought an order, where `custom.affiliate_code` does not.
    affiliate_promocode: bool,
}

/// A push, before it is known whose it is. Its orders are not looked at until then.
#[derive(Deserialize)]
pub struct Push<'a> {
    /// Names the source.
    shop_id: Text,
    /// Proves it.
    shop_secret: Text,
    #[serde(borrow)]
    orders: &'a RawValue,
}

impl<'a> Push<'a> {
    /// Reads the body of a push.
    pub fn read(body: &'a [u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| error.to_string())
    }

    /// The id of the shop that it says to come from.
    #[must_use]
    pub fn shop_id(&self) -> &str {
        &self.shop_id.0
    }

    /// The secret that it comes with.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret::new(&*self.shop_secret.0)
    }

    /// Its orders, read by a source's settings. Each that cannot be read is in its place.
    pub fn orders(&self, settings: Value) -> Result<Vec<Reported>, Invalid> {
        let settings: Settings = read_settings(settings)?;
        let orders: Vec<&RawValue> = serde_json::from_str(self.orders.get())
            .map_err(|error| Invalid::new("orders", format!("orders: {error}")))?;
        if orders.len() > ORDERS_AT_ONCE {
            let message = format!(
                "a push has at most {ORDERS_AT_ONCE} orders, not {}",
                orders.len()
            );
            return Err(Invalid::new("orders", message));
        }
        let orders: Vec<_> = orders.into_iter().map(ToOwned::to_owned).collect();
        Ok(each(&orders, "id", |wire| snapshot(wire, &settings)))
    }
}

#[derive(Deserialize)]
struct Wire {
    id: Text,
    status: Text,
    date: Option<Text>,
    value: Option<Worth>,
    promocode: Option<Text>,
    custom: Option<Box<RawValue>>,
}

/// What an order is worth: `{"total": 12.5}`, or the number alone.
struct Worth(Option<Amount>);

impl<'de> Deserialize<'de> for Worth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Parts {
            total: Option<Amount>,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('{') {
            let parts: Parts = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
            return Ok(Self(parts.total));
        }
        let total = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
        Ok(Self(Some(total)))
    }
}

fn snapshot(wire: Wire, settings: &Settings) -> Result<OrderSnapshot, String> {
    let promocode = wire.promocode.filter(|_| settings.affiliate_promocode);
    let code = wire.custom.as_deref().and_then(code_in).or(promocode);
    Ok(OrderSnapshot {
        external_id: wire.id.0,
        placed_at: wire.date.map(|Text(date)| seconds(&date)).transpose()?,
        native_status: wire.status.0,
        currency: settings.currency.clone(),
        total: wire.value.and_then(|Worth(total)| total),
        affiliate_code: code
            .map(|Text(code)| code)
            .filter(|code| !code.trim().is_empty()),
        ..OrderSnapshot::default()
    })
}

/// Add-ons in PHP send a list where they have nothing to say.
fn code_in(custom: &RawValue) -> Option<Text> {
    let custom: BTreeMap<String, Box<RawValue>> = serde_json::from_str(custom.get()).ok()?;
    serde_json::from_str(custom.get("affiliate_code")?.get()).ok()
}

/// Seconds since 1970.
fn seconds(date: &str) -> Result<Instant, String> {
    let seconds: Option<i64> = date.trim().parse().ok();
    let millis = seconds.and_then(|seconds| seconds.checked_mul(1_000));
    millis
        .map(Instant)
        .ok_or_else(|| "date must be a whole number of seconds since 1970".to_owned())
}

/// There is nothing behind it to be asked.
struct Rees46;

fn connect(access: Access) -> Result<Box<dyn Platform>, Invalid> {
    let settings: Settings = read_settings(access.settings)?;
    if let Some(currency) = &settings.currency {
        crate::domain::Currency::parse(currency)?;
    }
    if access.account.is_some() || access.secret.is_some() {
        let message =
            "REES46 is never asked and takes no credentials: pushes come with the webhook secret";
        return Err(Invalid::new("secret", message));
    }
    Ok(Box::new(Rees46))
}

impl Rees46 {
    fn never<T>() -> Result<T, SourceError> {
        Err(SourceError::Refused("it is never asked".to_owned()))
    }
}

#[async_trait]
impl Platform for Rees46 {
    async fn changes(
        &self,
        _session: Session<'_>,
        _window: Window,
        _cursor: Option<&Cursor>,
    ) -> Result<Page, SourceError> {
        Self::never()
    }

    async fn by_ids(
        &self,
        _session: Session<'_>,
        _ids: &[String],
    ) -> Result<Vec<Reported>, SourceError> {
        Self::never()
    }

    async fn probe(&self, _session: Session<'_>) -> Result<(), SourceError> {
        Self::never()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The only order of a push, as it is read.
    fn read(order: &Value, settings: Value) -> Reported {
        let body = json!({"shop_id": 7, "shop_secret": "s", "orders": [order]}).to_string();
        let push = Push::read(body.as_bytes()).expect("a push");
        assert_eq!((push.shop_id(), push.secret().reveal()), ("7", "s"));
        push.orders(settings).expect("orders").swap_remove(0)
    }

    #[test]
    fn orders_are_read_as_add_ons_send_them() {
        let order = |native_status: &str| OrderSnapshot {
            external_id: "12".to_owned(),
            native_status: native_status.to_owned(),
            ..OrderSnapshot::default()
        };
        let whole = OrderSnapshot {
            placed_at: Some(Instant(1_795_262_400_000)),
            total: Amount::parse("total", "104.95").ok(),
            ..order("0")
        };
        let by = |code: &str| OrderSnapshot {
            affiliate_code: Some(code.to_owned()),
            ..order("1")
        };
        for (sent, expected) in [
            (json!({"id": 12, "status": 2}), order("2")),
            (json!({"id": "12", "status": "shipped"}), order("shipped")),
            (
                json!({"id": 12, "status": 0, "date": 1_795_262_400, "value": {"total": 104.95, "products": 99}}),
                whole.clone(),
            ),
            (
                json!({"id": 12, "status": "0", "date": "1795262400", "value": "104.95"}),
                whole,
            ),
            (
                json!({"id": 12, "status": 1, "custom": {"affiliate_code": "anna"}, "promocode": "X"}),
                by("anna"),
            ),
            (
                json!({"id": 12, "status": 1, "custom": [], "value": null, "promocode": "X"}),
                by("X"),
            ),
        ] {
            let settings = json!({"affiliate_promocode": true});
            assert_eq!(read(&sent, settings), Ok(expected), "{sent}");
        }
        let promoted = json!({"id": 12, "status": 1, "promocode": "X"});
        assert_eq!(read(&promoted, Value::Null), Ok(order("1")));
    }

    #[test]
    fn r22_what_cannot_be_read_is_named() {
        for (sent, id) in [
            (json!({"status": 1}), None),
            (json!({"id": 12}), Some("12")),
            (json!({"id": 12, "status": [1]}), Some("12")),
            (
                json!({"id": 12, "status": 1, "date": "yesterday"}),
                Some("12"),
            ),
            (
                json!({"id": 12, "status": 1, "value": {"total": "much"}}),
                Some("12"),
            ),
            (json!("12"), None),
        ] {
            let unread = read(&sent, Value::Null).expect_err("unread");
            assert_eq!(unread.external_id.as_deref(), id, "{sent}");
        }
    }

    #[test]
    fn a_push_has_at_most_five_thousand_orders() {
        for (orders, may) in [(ORDERS_AT_ONCE, true), (ORDERS_AT_ONCE + 1, false)] {
            let orders = vec![json!({"id": 1, "status": 1}); orders];
            let body = json!({"shop_id": "a", "shop_secret": "s", "orders": orders}).to_string();
            let push = Push::read(body.as_bytes()).expect("a push");
            assert_eq!(push.orders(Value::Null).is_ok(), may);
        }
    }
}
