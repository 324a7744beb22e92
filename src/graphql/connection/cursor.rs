//! Cursors: a row's position with the name of the list and its order, so that a cursor is refused elsewhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::reports::{Position, Sorting};

/// Where a row stands in which list; opaque text outside.
#[derive(Clone, Debug)]
pub struct Cursor {
    list: &'static str,
    sort: &'static str,
    position: Position,
}

/// What the text holds.
#[derive(Serialize, Deserialize)]
struct Content<T, P> {
    #[serde(rename = "s")]
    sort: T,
    #[serde(rename = "p")]
    position: P,
}

impl Cursor {
    /// The cursor of a row.
    pub fn new<S: Sorting>(list: &'static str, sort: S, row: &S::Row) -> Self {
        Self {
            list,
            sort: sort.name(),
            position: sort.position(row),
        }
    }

    /// As callers get it.
    pub fn encode(&self) -> Result<String> {
        let content = Content {
            sort: sort_name(self.list, self.sort),
            position: &self.position,
        };
        let json = serde_json::to_vec(&content)
            .map_err(|error| Error::Unexpected(format!("a cursor was not written: {error}")))?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }
}

/// The position that a caller's cursor means in this list and order.
pub(super) fn decode<S: Sorting>(list: &'static str, sort: S, text: &str) -> Result<Position> {
    parse(text)
        .filter(|content| content.sort == sort_name(list, sort.name()))
        .map(|content| content.position)
        .ok_or_else(|| Error::BadInput("this cursor belongs to another field or order".to_owned()))
}

fn parse(text: &str) -> Option<Content<String, Position>> {
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&json).ok()
}

fn sort_name(list: &str, sort: &str) -> String {
    format!("{list}/{sort}")
}
