//! A shop's other tools are told what happened: by the Standard Webhooks specification, in order, and again until
//! they have taken it.
//!
//! The history is the outbox: it is written in the transaction of the change, numbered without gaps, and so are
//! the ends of sync runs (`finished_runs`). Each endpoint remembers how far it was told; there is nothing else to
//! write when something happens, however much, and nothing that could be lost or told without having happened.
//! What a message says is the API's ([`Compose`]); when it is sent, and what becomes of it, is decided here.

mod backoff;
mod channel;
mod deliverer;
mod delivery;
mod endpoints;
mod signature;

use serde_json::Value;

pub use deliverer::{deliver_once, keep_delivering};
pub use endpoints::{Added, NewSecret, check_url, new_endpoint, new_secret};

pub use crate::sources::Secret;

use crate::reports::ToTell;

/// What a message says of something that happened in the shop with this id.
pub type Compose = fn(i64, &ToTell) -> Value;
