//! In which of its types an answer goes out, and with which status.
//!
//! `application/graphql-response+json` says by its status whether the operation was begun at all. Clients of
//! `application/json` expect 200 for whatever GraphQL itself answers.

use std::collections::BTreeMap;

use async_graphql::{Response as Answer, ServerError, Value};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// What every client understands.
    Json,
    /// The type of GraphQL over HTTP.
    GraphQl,
    /// One answer after the other; what is refused before the first of them goes out as JSON.
    EventStream,
}

impl MediaType {
    /// What the caller likes best of them; JSON where it does not say.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let listed = headers.get_all(ACCEPT).iter();
        let ranges = listed.filter_map(|value| value.to_str().ok());
        let mut ranges: Vec<_> = ranges.flat_map(|list| list.split(',')).map(range).collect();
        // A stable sort: of two that are liked as much, the first one goes.
        ranges.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let mut liked = ranges.iter().filter(|(_, quality)| *quality > 0.0);
        liked
            .find_map(|(name, _)| Self::named(name))
            .unwrap_or(Self::Json)
    }

    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => Some(Self::GraphQl),
            "text/event-stream" => Some(Self::EventStream),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        }
    }

    fn header(self) -> &'static str {
        match self {
            Self::Json | Self::EventStream => "application/json; charset=utf-8",
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// What GraphQL answered, as this type.
    pub fn answer(self, answer: &Answer) -> Response {
        if is_begun(answer) {
            return self.body(StatusCode::OK, answer);
        }
        let status = match self {
            Self::Json => StatusCode::OK,
            Self::GraphQl | Self::EventStream => StatusCode::BAD_REQUEST,
        };
        self.body(status, &NotBegun::of(answer))
    }

    /// Anything as this type.
    pub fn body(self, status: StatusCode, body: &impl Serialize) -> Response {
        match serde_json::to_vec(body) {
            Ok(body) => (status, [(CONTENT_TYPE, self.header())], body).into_response(),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written as JSON");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// An answer without `data`, which only an operation that was begun has.
#[derive(Serialize)]
pub struct NotBegun<'a> {
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl<'a> NotBegun<'a> {
    /// What is told of this answer.
    pub fn of(answer: &'a Answer) -> Self {
        Self {
            errors: &answer.errors,
            extensions: &answer.extensions,
        }
    }
}

/// Errors of fields carry the path of their field; what stops an operation before its first field does not.
pub fn is_begun(answer: &Answer) -> bool {
    answer.data != Value::Null || answer.errors.iter().any(|error| !error.path.is_empty())
}

/// One media range of an Accept header: its name, and how well it is liked.
fn range(listed: &str) -> (&str, f32) {
    let mut parts = listed.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts
        .filter_map(|part| part.strip_prefix("q="))
        .find_map(|quality| quality.parse().ok());
    (name, quality.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_type_is_taken() {
        let cases = [
            ("", MediaType::Json),
            ("*/*", MediaType::Json),
            ("text/html", MediaType::Json),
            ("application/graphql-response+json", MediaType::GraphQl),
            ("text/event-stream", MediaType::EventStream),
            (
                "Application/GraphQL-Response+JSON; charset=utf-8",
                MediaType::GraphQl,
            ),
            (
                "application/graphql-response+json, application/json;q=0.9",
                MediaType::GraphQl,
            ),
            (
                "application/json, application/graphql-response+json",
                MediaType::Json,
            ),
            (
                "application/graphql-response+json;q=0.5, application/json",
                MediaType::Json,
            ),
            (
                "application/graphql-response+json;q=0, */*;q=0.1",
                MediaType::Json,
            ),
        ];
        for (accept, expected) in cases {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(MediaType::accepted(&headers), expected, "{accept}");
        }
    }
}
