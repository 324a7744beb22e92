//! What a word of a source means, and who says so.

use async_graphql::{Enum, SimpleObject};
use entity::{status_mapping, words};

use crate::domain::Invalid;
use crate::domain::status::Meaning;
use crate::domain::status_table::status_table;
use crate::error;
use crate::graphql::words::CancelReason;

/// What a platform's own status word says of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum StatusMeaning {
    /// The order is NEW, and work has not begun.
    New,
    /// The order is NEW, and work has begun.
    InProgress,
    /// The order is COMPLETE.
    Complete,
    /// The order is CANCELLED.
    Cancelled,
    /// Nothing: the order is left as it is.
    Ignore,
}

/// A line of a source's status table.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct StatusMapping {
    /// The platform's own word.
    native_status: String,
    /// What it means.
    meaning: StatusMeaning,
    /// Why an order with it is cancelled; null where it tells no reason, or means something else.
    cancel_reason: Option<CancelReason>,
    /// Whether the shop says so; else it is the default of the platform.
    overridden: bool,
}

impl StatusMapping {
    /// What the shop says of a word.
    pub fn own(native_status: String, meaning: Meaning) -> Self {
        Self::line(native_status, meaning, true)
    }

    /// The whole table of a source: what the shop says, and the defaults of its kind for all else.
    pub fn table(kind: &str, own: Vec<status_mapping::Model>) -> error::Result<Vec<Self>> {
        let own = own.into_iter().map(|row| {
            let meaning = Meaning::parse(&row.maps_to)?;
            Ok((row.native_status, meaning))
        });
        let own: Result<Vec<_>, Invalid> = own.collect();
        let lines = status_table(kind, own?).into_iter();
        Ok(lines
            .map(|line| Self::line(line.word, line.meaning, line.is_own))
            .collect())
    }

    fn line(native_status: String, meaning: Meaning, overridden: bool) -> Self {
        let (meaning, reason) = match meaning {
            Meaning::New => (StatusMeaning::New, None),
            Meaning::InProgress => (StatusMeaning::InProgress, None),
            Meaning::Complete => (StatusMeaning::Complete, None),
            Meaning::Cancelled(reason) => (StatusMeaning::Cancelled, reason),
            Meaning::Ignore => (StatusMeaning::Ignore, None),
        };
        Self {
            native_status,
            meaning,
            cancel_reason: reason.map(Into::into),
            overridden,
        }
    }
}

impl StatusMeaning {
    /// The meaning, with a reason where there is one; a reason goes with CANCELLED alone.
    pub fn with(self, reason: Option<CancelReason>) -> Option<Meaning> {
        let reason: Option<words::CancelReason> = reason.map(Into::into);
        match (self, reason) {
            (Self::Cancelled, reason) => Some(Meaning::Cancelled(reason)),
            (_, Some(_)) => None,
            (Self::New, None) => Some(Meaning::New),
            (Self::InProgress, None) => Some(Meaning::InProgress),
            (Self::Complete, None) => Some(Meaning::Complete),
            (Self::Ignore, None) => Some(Meaning::Ignore),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(word: &str, maps_to: &str) -> status_mapping::Model {
        status_mapping::Model {
            shop_id: 1,
            source: "tea".to_owned(),
            native_status: word.to_owned(),
            maps_to: maps_to.to_owned(),
        }
    }

    #[test]
    fn r1_a_shops_own_words_come_before_the_defaults() {
        let rows = vec![own("2", "CANCELLED:FAKE"), own("sent", "IN_PROGRESS")];
        let table = StatusMapping::table("rees46", rows).expect("a table");
        let found: Vec<_> = table
            .iter()
            .map(|it| {
                (
                    it.native_status.as_str(),
                    it.meaning,
                    it.cancel_reason,
                    it.overridden,
                )
            })
            .collect();
        let fake = Some(CancelReason::Fake);
        assert_eq!(
            found,
            [
                ("0", StatusMeaning::New, None, false),
                ("1", StatusMeaning::Complete, None, false),
                ("2", StatusMeaning::Cancelled, fake, true),
                ("sent", StatusMeaning::InProgress, None, true),
            ]
        );
        let shouted = StatusMapping::table("woocommerce", vec![own("COMPLETED", "NEW")]);
        let shouted = shouted.expect("a table");
        let of_word = shouted
            .iter()
            .filter(|it| it.native_status.to_lowercase() == "completed");
        assert_eq!(of_word.count(), 1);
    }

    #[test]
    fn a_reason_goes_with_cancelled_alone() {
        let reason = Some(CancelReason::Fake);
        for (meaning, may) in [
            (StatusMeaning::New, false),
            (StatusMeaning::InProgress, false),
            (StatusMeaning::Complete, false),
            (StatusMeaning::Cancelled, true),
            (StatusMeaning::Ignore, false),
        ] {
            assert_eq!(meaning.with(reason).is_some(), may, "{meaning:?}");
            assert!(meaning.with(None).is_some());
        }
    }
}
