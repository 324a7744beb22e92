//! JSON as platforms send it: numbers that come as texts, texts that come as numbers, and amounts that must
//! never become floats (R24).

use std::fmt::Display;

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Reported, Unread};
use crate::domain::Amount;

/// An id or a word that may come as a number; kept as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw.get())
                .map(Self)
                .map_err(D::Error::custom),
            Some(b'-' | b'0'..=b'9') => Ok(Self(raw.get().to_owned())),
            _ => Err(D::Error::custom("a text or a number was expected")),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        Self::parse("an amount", &text).map_err(|invalid| D::Error::custom(invalid.message))
    }
}

/// Reads each order of a page by itself, so that a bad one is set aside alone (R22). Its id is looked for in
/// the field `id`.
pub fn each<W: DeserializeOwned>(
    orders: &[Box<RawValue>],
    id: &str,
    read: impl Fn(W) -> Result<super::OrderSnapshot, String>,
) -> Vec<Reported> {
    let one = |raw: &RawValue| {
        serde_json::from_str(raw.get())
            .map_err(|error| error.to_string())
            .and_then(&read)
            .map_err(|reason| Unread {
                external_id: id_in(raw, id),
                reason,
            })
    };
    orders.iter().map(|raw| one(raw)).collect()
}

/// An instant out of text, with what was wrong for whom it is wrong.
pub fn instant(field: &str, text: &str) -> Result<entity::Instant, String> {
    let unreadable = |error: &dyn Display| format!("{field} is no time: {error}");
    let at =
        chrono::DateTime::parse_from_rfc3339(text.trim()).map_err(|error| unreadable(&error))?;
    Ok(entity::Instant(at.timestamp_millis()))
}

fn id_in(raw: &RawValue, id: &str) -> Option<String> {
    let fields: std::collections::BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(raw.get()).ok()?;
    let Text(id) = serde_json::from_str(fields.get(id)?.get()).ok()?;
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Wire {
        id: Text,
        total: Amount,
    }

    fn read(json: &str) -> Option<(String, String)> {
        let wire: Wire = serde_json::from_str(json).ok()?;
        Some((wire.id.0, wire.total.to_string()))
    }

    #[test]
    fn r24_numbers_and_texts_are_read_alike_and_exactly() {
        for (json, id, total) in [
            (r#"{"id":7,"total":104.95}"#, "7", "104.95"),
            (r#"{"id":"7","total":"104.950"}"#, "7", "104.95"),
            (r#"{"id":"007","total":1.05e2}"#, "007", "105"),
            (
                r#"{"id":12345678901234567890123,"total":123456789012.12}"#,
                "12345678901234567890123",
                "123456789012.12",
            ),
        ] {
            assert_eq!(
                read(json),
                Some((id.to_owned(), total.to_owned())),
                "{json}"
            );
        }
        for json in [
            r#"{"id":null,"total":1}"#,
            r#"{"id":[7],"total":1}"#,
            r#"{"id":true,"total":1}"#,
            r#"{"id":7,"total":"a lot"}"#,
            r#"{"id":7}"#,
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn r22_a_bad_order_is_set_aside_alone_and_named_where_it_can_be() {
        let page: Vec<Box<RawValue>> =
            serde_json::from_str(r#"[{"id":1,"total":1},{"id":2,"total":"x"},{"total":1},7]"#)
                .expect("JSON");
        let orders = each(&page, "id", |wire: Wire| {
            Ok(super::super::OrderSnapshot {
                external_id: wire.id.0,
                total: Some(wire.total),
                ..Default::default()
            })
        });
        let ids: Vec<_> = orders
            .iter()
            .map(|order| match order {
                Ok(order) => (true, Some(order.external_id.as_str())),
                Err(unread) => (false, unread.external_id.as_deref()),
            })
            .collect();
        assert_eq!(
            ids,
            [
                (true, Some("1")),
                (false, Some("2")),
                (false, None),
                (false, None)
            ]
        );
    }
}
