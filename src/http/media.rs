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

/// In the order in which they go to callers who like several as much.
const OFFERED: [(MediaType, &str); 3] = [
    (MediaType::Json, "application/json"),
    (MediaType::GraphQl, "application/graphql-response+json"),
    (MediaType::EventStream, "text/event-stream"),
];

impl MediaType {
    /// What the caller likes best: of two that are liked as much the one listed first, and JSON where it does not
    /// say. None where it takes none of them.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        let listed = headers.get_all(ACCEPT).iter();
        let listed = listed.filter_map(|value| value.to_str().ok());
        let ranges: Vec<_> = listed
            .flat_map(|list| list.split(','))
            .filter_map(Range::read)
            .collect();
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        let liked = OFFERED.iter().filter_map(|(media, name)| {
            let (place, range) = Range::closest(&ranges, name)?;
            (range.quality > 0.0).then_some((media, range.quality, place))
        });
        let best = liked.min_by(|(_, one, place), (_, other, later)| {
            other.total_cmp(one).then(place.cmp(later))
        });
        best.map(|(media, ..)| *media)
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
        self.body(self.status_of_not_begun(), &NotBegun::of(answer))
    }

    /// The status of a well-formed request whose operation could not be begun.
    pub fn status_of_not_begun(self) -> StatusCode {
        match self {
            Self::Json => StatusCode::OK,
            Self::GraphQl | Self::EventStream => StatusCode::BAD_REQUEST,
        }
    }

    /// The errors of an operation that was not begun, or of which nothing is told, with a status of its own.
    pub fn not_begun(self, status: StatusCode, answer: &Answer) -> Response {
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
struct Range {
    name: String,
    quality: f32,
}

impl Range {
    /// As it is listed; none where nothing is.
    fn read(listed: &str) -> Option<Self> {
        let mut parts = listed.split(';').map(str::trim);
        let name = parts.next()?.to_ascii_lowercase();
        let quality = parts
            .filter_map(|part| part.split_once('='))
            .find_map(|(name, value)| name.eq_ignore_ascii_case("q").then(|| value.parse().ok())?)
            .filter(|quality| (0.0..=1.0).contains(quality));
        (!name.is_empty()).then(|| Self {
            name,
            quality: quality.unwrap_or(1.0),
        })
    }

    /// The range that speaks of a type most closely, and its place in the list.
    fn closest<'a>(ranges: &'a [Self], media: &str) -> Option<(usize, &'a Self)> {
        let group = media.split('/').next().unwrap_or_default();
        let names = [media, &format!("{group}/*"), "*/*"];
        names.iter().find_map(|name| {
            let mut ranges = ranges.iter().enumerate();
            ranges.find(|(_, range)| range.name == *name)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: Option<MediaType> = Some(MediaType::Json);
    const GRAPHQL: Option<MediaType> = Some(MediaType::GraphQl);
    const EVENTS: Option<MediaType> = Some(MediaType::EventStream);

    #[rustfmt::skip]
    const ACCEPTED: [(&str, Option<MediaType>); 23] = [
        ("", JSON),
        (",", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/graphql-response+json", GRAPHQL),
        ("Application/GraphQL-Response+JSON; charset=utf-8", GRAPHQL),
        ("text/event-stream", EVENTS),
        ("text/*", EVENTS),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", GRAPHQL),
        ("application/json, application/graphql-response+json", JSON),
        ("application/graphql-response+json;q=0.5, application/json", JSON),
        ("application/graphql-response+json ; Q=0.5 , application/json ; q=0.4", GRAPHQL),
        ("text/event-stream, application/json;q=0.9", EVENTS),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
        ("application/graphql-response+json;q=0, */*;q=0.1", JSON),
        ("*/*, application/json;q=0", GRAPHQL),
        ("application/*;q=0, */*", EVENTS),
        ("application/json;q=nan, application/graphql-response+json", JSON),
        ("text/html", None),
        ("application/jsonx", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
    ];

    #[test]
    fn the_best_liked_type_is_taken() {
        for (accept, expected) in ACCEPTED {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
            assert_eq!(MediaType::accepted(&headers), expected, "{accept}");
        }
        assert_eq!(MediaType::accepted(&HeaderMap::new()), JSON);
    }

    #[test]
    fn lists_that_come_in_several_headers_are_one() {
        let listed = [
            "text/html",
            "application/json;q=0.1",
            "application/graphql-response+json;q=0.2",
        ];
        let headers = listed.map(|accept| (ACCEPT, accept.parse().unwrap()));
        assert_eq!(MediaType::accepted(&HeaderMap::from_iter(headers)), GRAPHQL);
    }
}
