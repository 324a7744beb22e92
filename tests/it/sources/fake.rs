//! What a fake of a platform is. It plays the platform strictly by its public description: it filters, sorts and
//! pages as the platform does, checks the credentials, and answers what it does not know with an error.

use axum::Router;
use axum::http::HeaderMap;
use serde_json::Value;

use super::server::Server;
use super::shop::{FakeOrder, Status};

/// A platform that is played.
pub trait Fake: 'static {
    /// The kind that it plays, by its name.
    const KIND: &'static str;
    /// The credentials that it takes.
    const ACCOUNT: Option<&'static str>;
    const SECRET: Option<&'static str>;
    /// Whether an order may have no time of change.
    const CHANGED_MAY_BE_NULL: bool;
    /// Whether refunds can be told apart from the total.
    const TELLS_REFUNDS: bool;
    /// Whether the affiliate's code comes along.
    const TELLS_AFFILIATE: bool;

    /// What an admin says of it beside the credentials.
    fn settings() -> Value;

    /// Its routes; the state is asked for the shop and told nothing.
    fn routes() -> Router<Server>;

    /// Whether a request at this path is about signing in and not about orders.
    fn is_sign_in(_path: &str) -> bool {
        false
    }

    /// The platform's id of an order.
    fn id(number: u32) -> String;

    /// Its word for a status.
    fn word(status: Status) -> &'static str;

    /// How many questions so many orders take that have all changed, none of which is open afterwards.
    fn questions_for(orders: usize) -> usize;

    /// A webhook about an order, signed with a secret; `None` where the platform has none.
    fn hook(_order: &FakeOrder, _secret: &str) -> Option<(HeaderMap, Vec<u8>)> {
        None
    }

    /// What the platform sends to see whether anybody is there; `None` where it does not.
    fn ping() -> Option<(HeaderMap, Vec<u8>)> {
        None
    }
}
