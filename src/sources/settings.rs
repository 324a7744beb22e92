//! What an admin says of a source, checked when it is said.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::platform::Kind;
use crate::domain::Invalid;

/// Reads a platform's settings into its struct, which denies unknown fields; nothing said is an empty object.
pub fn read_settings<T: DeserializeOwned>(settings: Value) -> Result<T, Invalid> {
    let settings = match settings {
        Value::Null => Value::Object(serde_json::Map::new()),
        settings => settings,
    };
    serde_json::from_value(settings).map_err(|error| Invalid::new("settings", error.to_string()))
}

/// A half of the credentials that this kind of platform cannot do without.
pub fn required<T>(value: Option<T>, field: &'static str, kind: &Kind) -> Result<T, Invalid> {
    let called = match field {
        "account" => kind.account,
        _ => kind.secret,
    };
    value.ok_or_else(|| {
        let called = called.unwrap_or(field);
        Invalid::new(field, format!("{} needs its {called}", kind.title))
    })
}
