//! What a fake of a platform is. It plays the platform strictly by its public description: it filters, sorts and
//! pages as the platform does, checks the credentials, and answers what it does not know with an error.

use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use cashable::sources::Lack;
use entity::Instant;
use serde_json::Value;

use super::server::Server;
use super::shop::{FakeOrder, Status};

/// A platform that is played.
pub trait Fake: 'static {
    /// The kind that it plays, by its name.
    const KIND: &'static str;
    /// The credentials that it takes, and no others.
    const ACCOUNT: Option<&'static str>;
    const SECRET: Option<&'static str>;
    /// What its public description does not tell. A case holds this against the `Kind`, and others hold both
    /// against what arrives.
    const LACKS: &'static [Lack];
    /// Whether the credentials only buy a token.
    const SIGNS_IN: bool;
    /// How it sends webhooks; `None` where it has none, which a case holds against the `Kind`.
    const HOOKS: Option<Hooks>;

    /// What an admin says of it beside the credentials.
    fn settings() -> Value;

    /// Its routes. They ask the state for the shop, and how often somebody has signed in.
    fn routes() -> Router<Server>;

    /// Whether a request is for a token and not for orders.
    fn is_sign_in(_path: &str, _body: &[u8]) -> bool {
        false
    }

    /// The platform's id of an order.
    fn id(number: u32) -> String;

    /// Its word for a status.
    fn word(status: Status) -> &'static str;

    /// How many questions so many orders take in a first run, none of which is open afterwards: as few as its
    /// description allows.
    fn questions_for(orders: usize) -> usize;

    /// How many more it takes where all of them are complete, and when that happened must be asked apart.
    fn questions_for_completion(_orders: usize) -> usize {
        0
    }
}

/// How a platform sends webhooks, which it signs.
pub struct Hooks {
    /// One about an order as it is, signed with this secret at this time.
    pub about: fn(&FakeOrder, secret: &str, sent_at: Instant) -> Delivery,
    /// What it sends to see whether anybody is there.
    pub ping: Option<fn() -> Delivery>,
    /// How long its signature holds, where it says when it was made.
    pub max_age: Option<Duration>,
}

/// A request as it arrives: headers and body.
pub type Delivery = (HeaderMap, Vec<u8>);
