//! The small parts of the answers: amounts, times and ids as Cashable writes them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use uuid::Uuid;

/// An amount.
#[derive(Clone, Debug, Serialize)]
pub struct Money {
    amount: String,
    currency: String,
}

/// The frame round every answer.
#[derive(Clone, Debug, Serialize)]
pub struct Data<T> {
    /// What was asked for.
    pub data: T,
}

/// An amount in a currency of two digits, which all orders here have.
pub fn money(minor: i64, currency: impl Into<String>) -> Money {
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, rest) = (minor.abs() / 100, minor.abs() % 100);
    Money {
        amount: format!("{sign}{whole}.{rest:02}"),
        currency: currency.into(),
    }
}

/// A time from milliseconds.
pub fn time(millis: i64) -> Option<String> {
    let time = DateTime::from_timestamp_millis(millis)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// An id as the API shows it.
pub fn node_id(kind: &str, shop: i64, id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(format!("v1:{kind}:{shop}:{}", id.simple()))
}

/// Where an order stands in the list.
pub fn cursor(placed_at: i64, id: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(format!(
        r#"{{"s":"ordersReport/-placed","p":[{{"i":{placed_at}}},{{"u":"{id}"}}]}}"#
    ))
}
