//! Pages of a listing, by position and never by offset: page 1,000 costs what page 1 does.

use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};

/// How many rows a page has where nobody says.
pub const DEFAULT_SIZE: u64 = 50;

/// Which page is wanted, in the words of Relay: `first` reads forwards, `last` backwards from the end.
/// Whoever asks has checked the size and that only one of the two is there; none means 50 forwards.
#[derive(Clone, Debug, Default)]
pub struct PageRequest {
    /// At most so many rows from the start.
    pub first: Option<u64>,
    /// At most so many rows from the end.
    pub last: Option<u64>,
    /// Only rows behind this position.
    pub after: Option<Position>,
    /// Only rows ahead of this position.
    pub before: Option<Position>,
}

/// Where a row stands in a listing: what it is sorted by, its id last. Other rows may come and go
/// without moving it. Opaque to callers, who get it as a cursor together with the sorting's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position(pub Vec<Key>);

/// One value of a position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Key {
    /// An instant, an amount, a number.
    #[serde(rename = "i")]
    Int(i64),
    /// A code, a currency.
    #[serde(rename = "t")]
    Text(String),
    /// The row's id.
    #[serde(rename = "u")]
    Id(Uuid),
}

/// A page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// In the listing's order, also where it was read backwards.
    pub rows: Vec<T>,
    /// Whether rows follow; read backwards, whether `before` was given.
    pub has_next: bool,
    /// Whether rows come before; read forwards, whether `after` was given.
    pub has_previous: bool,
}

impl PageRequest {
    /// The first `size` rows.
    #[must_use]
    pub fn first(size: u64) -> Self {
        Self {
            first: Some(size),
            ..Self::default()
        }
    }

    /// How many rows at most.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.first.or(self.last).unwrap_or(DEFAULT_SIZE)
    }

    /// Whether it is read from the end.
    #[must_use]
    pub fn is_backwards(&self) -> bool {
        self.first.is_none() && self.last.is_some()
    }

    /// Makes a page of what was read in reading order with one row more than wanted, which only tells
    /// that there are more.
    pub(super) fn page_of<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let size = usize::try_from(self.size()).unwrap_or(usize::MAX);
        let has_more = rows.len() > size;
        rows.truncate(size);
        if self.is_backwards() {
            rows.reverse();
            return Page {
                rows,
                has_next: self.before.is_some(),
                has_previous: has_more,
            };
        }
        Page {
            rows,
            has_next: has_more,
            has_previous: self.after.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_forward_whichever_way_it_was_read() {
        let forwards = PageRequest::first(2).page_of(vec![1, 2, 3]);
        assert_eq!(
            (forwards.rows, forwards.has_next, forwards.has_previous),
            (vec![1, 2], true, false)
        );
        let last = PageRequest {
            last: Some(2),
            ..PageRequest::default()
        };
        let backwards = last.page_of(vec![9, 8, 7]);
        assert_eq!(
            (backwards.rows, backwards.has_next, backwards.has_previous),
            (vec![8, 9], false, true)
        );
    }

    #[test]
    fn positions_are_written_compactly() {
        let position = Position(vec![
            Key::Int(7),
            Key::Text("EUR".to_owned()),
            Key::Id(Uuid::nil()),
        ]);
        let text = serde_json::to_string(&position).expect("plain data");
        assert_eq!(
            text,
            r#"[{"i":7},{"t":"EUR"},{"u":"00000000-0000-0000-0000-000000000000"}]"#
        );
        assert_eq!(serde_json::from_str::<Position>(&text).ok(), Some(position));
    }
}
