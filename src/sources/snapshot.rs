//! What a platform says of its orders, before the shop's rules look at it.

use entity::Instant;
use serde::{Deserialize, Serialize};

use crate::domain::Amount;

/// One order as its platform has it now. What a platform does not tell is left out and keeps its value (R2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderSnapshot {
    /// The platform's id, which [`Platform::by_ids`](super::Platform::by_ids) takes.
    pub external_id: String,
    /// What customers and staff call it.
    pub number: Option<String>,
    /// When the customer placed it.
    pub placed_at: Option<Instant>,
    /// When the platform last changed it (R3); unset where the platform does not tell, or tells it wrongly.
    pub changed_at: Option<Instant>,
    /// When it was completed: from the history of its status, else from a field of its own.
    pub completed_at: Option<Instant>,
    /// The platform's own status word.
    pub native_status: String,
    /// ISO 4217; the source's or the shop's where the platform does not tell.
    pub currency: Option<String>,
    /// Before refunds: a connector adds what the platform has taken off (R5).
    pub total: Option<Amount>,
    /// From 0 to the total.
    pub refunded: Option<Amount>,
    /// Who brought it.
    pub affiliate_code: Option<String>,
}

/// An order, or what is wrong with it.
pub type Reported = Result<OrderSnapshot, Unread>;

/// An order that could not be read (R22).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Its id, where that could be read.
    pub external_id: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

/// Where a walk through the changes stands. Only its platform's file reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub serde_json::Value);

impl Cursor {
    /// A place, as the platform's file describes it.
    #[must_use]
    pub fn at(place: &impl Serialize) -> Self {
        Self(serde_json::to_value(place).unwrap_or_default())
    }

    /// The place; `None` where another version of the program has left something else, and the walk begins anew.
    #[must_use]
    pub fn place<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_value(self.0.clone()).ok()
    }
}

/// The time in which changes are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// From when on; unset for whatever the platform has.
    pub since: Option<Instant>,
    /// When the walk began. Changes after it are the next walk's, and may be left out or given.
    pub until: Instant,
}

/// A part of the changes.
#[derive(Debug, Default)]
pub struct Page {
    /// The orders as they are now.
    pub orders: Vec<Reported>,
    /// Where it goes on; unset at the end.
    pub next: Option<Cursor>,
}
