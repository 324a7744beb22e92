//! Webhooks of a Shopware app. Those that a shop has without an app are not signed, and so not taken.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::is_id;
use crate::sources::hook::{Hook, HookError, Incoming};

/// How long a signature holds, in milliseconds; one that is sent again is signed again.
const MAX_AGE: u64 = 5 * 60 * 1_000;

#[derive(Deserialize)]
struct Webhook {
    data: Data,
    source: Source,
    /// In seconds.
    timestamp: i64,
}

#[derive(Deserialize)]
struct Data {
    event: String,
    payload: Box<RawValue>,
}

#[derive(Deserialize)]
struct Source {
    /// The same whenever it is sent again; from 6.4.11 on.
    #[serde(rename = "eventId")]
    event_id: Option<String>,
}

/// Of an event such as `order.written`: what was written.
#[derive(Deserialize)]
struct Written {
    entity: String,
    #[serde(rename = "primaryKey")]
    primary_key: Value,
}

/// Of an event such as `state_enter.order.state.completed`: what it is about.
#[derive(Deserialize)]
struct About {
    order: Option<Order>,
}

#[derive(Deserialize)]
struct Order {
    id: String,
}

/// Checks a webhook, and reads which orders it is about.
pub fn read(incoming: &Incoming<'_>) -> Result<Hook, HookError> {
    let signature = incoming.header("shopware-shop-signature");
    let signature = signature.and_then(|text| hex::decode(text).ok());
    if !incoming.is_signed(incoming.body, &signature.unwrap_or_default()) {
        return Err(HookError::Signature);
    }
    let webhook: Webhook =
        serde_json::from_slice(incoming.body).map_err(|error| unreadable(&error))?;
    let age = incoming
        .now
        .0
        .abs_diff(webhook.timestamp.saturating_mul(1_000));
    if age > MAX_AGE {
        return Err(HookError::TooOld);
    }
    let mut external_ids = ids_in(&webhook.data.payload)?;
    external_ids.retain(|id| is_id(id));
    let delivery = webhook.source.event_id.unwrap_or_else(|| {
        let (event, ids) = (&webhook.data.event, external_ids.join(" "));
        format!("{event} {} {ids}", webhook.timestamp)
    });
    Ok(Hook::Orders {
        external_ids,
        delivery,
    })
}

fn ids_in(payload: &RawValue) -> Result<Vec<String>, HookError> {
    if payload.get().starts_with('[') {
        let written: Vec<Written> = parse(payload)?;
        let orders = written.into_iter().filter(|it| it.entity == "order");
        let ids = orders.filter_map(|it| it.primary_key.as_str().map(str::to_owned));
        return Ok(ids.collect());
    }
    let about: About = parse(payload)?;
    Ok(about.order.into_iter().map(|order| order.id).collect())
}

fn parse<T: DeserializeOwned>(payload: &RawValue) -> Result<T, HookError> {
    serde_json::from_str(payload.get()).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> HookError {
    HookError::Unreadable(error.to_string())
}
