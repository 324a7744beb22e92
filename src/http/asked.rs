//! Requests as they come: a JSON object in a body or a message, or the parameters of an address.
//!
//! Only an object with a `query` is one. Lists of requests, forms and bodies of other types are refused: they
//! would be ways past what is counted for a request, or past a browser's asking before it sends JSON.

use std::collections::HashMap;

use async_graphql::{Request, Value, Variables};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Query, Request as HttpRequest};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::refused::Refused;

/// Enough for 5,000 orders with long words in one import.
const MAX_BYTES: usize = 16 << 20;

/// One question.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    query: String,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
    extensions: Option<HashMap<String, Value>>,
}

/// The same in an address, where maps are JSON texts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AskedByAddress {
    query: String,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// What a body asks.
pub async fn in_body(mut request: HttpRequest) -> Result<Request, Refused> {
    require_json(request.headers())?;
    DefaultBodyLimit::max(MAX_BYTES).apply(&mut request);
    let body = Bytes::from_request(request, &()).await;
    let body = body.map_err(|rejection| Refused::new(rejection.status(), rejection.body_text()))?;
    Ok(Asked::in_object("body", &body)?.into())
}

impl Asked {
    /// What an object asks, which came as this.
    pub fn in_object(what: &str, json: &[u8]) -> Result<Self, Refused> {
        // A list would be read as the fields in their order.
        if !json.trim_ascii_start().starts_with(b"{") {
            return Err(Refused::unreadable(format!(
                "the {what} must be one JSON object"
            )));
        }
        read(what, json)
    }
}

/// What an address asks.
pub fn in_address(uri: &Uri) -> Result<Request, Refused> {
    let Query(asked) = Query::<AskedByAddress>::try_from_uri(uri)
        .map_err(|rejection| Refused::unreadable(rejection.body_text()))?;
    let variables = read_if_any("variables", asked.variables)?;
    let asked = Asked {
        query: asked.query,
        operation_name: asked.operation_name,
        variables: variables.unwrap_or_default(),
        extensions: read_if_any("extensions", asked.extensions)?,
    };
    Ok(asked.into())
}

fn read_if_any<T: DeserializeOwned>(
    what: &str,
    json: Option<String>,
) -> Result<Option<T>, Refused> {
    json.map(|json| read(what, json.as_bytes())).transpose()
}

fn read<T: DeserializeOwned>(what: &str, json: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(json)
        .map_err(|error| Refused::unreadable(format!("the {what} cannot be read: {error}")))
}

/// A browser asks our leave before it sends this type to us from another site.
fn require_json(headers: &HeaderMap) -> Result<(), Refused> {
    let header = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let mut parts = header.unwrap_or_default().split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|part| !is_other_charset(part));
    if is_json && is_utf8 {
        return Ok(());
    }
    let message = "the body must be sent as application/json in UTF-8";
    Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
}

fn is_other_charset(parameter: &str) -> bool {
    let parameter = parameter.to_ascii_lowercase();
    let charset = parameter.strip_prefix("charset=");
    charset.is_some_and(|charset| charset.trim_matches('"') != "utf-8")
}

impl From<Asked> for Request {
    fn from(asked: Asked) -> Self {
        let mut request = Self::new(asked.query).variables(asked.variables);
        request.operation_name = asked.operation_name;
        request.extensions.0 = asked.extensions.unwrap_or_default();
        request
    }
}
