//! What every platform is to the engine: facts that hold before it is asked, and three questions.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::hook::{Hook, HookError, Incoming};
use super::http::Http;
use super::snapshot::{Cursor, Page, Reported, Window};
use super::{Secret, SourceError};
use crate::domain::Invalid;

/// A kind of platform: what holds of every shop that runs on it.
#[derive(Debug)]
pub struct Kind {
    /// The word for it in commands, the API and the database, such as `woocommerce`. Its status words stand
    /// under it in `domain::status`.
    pub name: &'static str,
    /// Its name as its makers write it.
    pub title: &'static str,
    /// What the public half of its credentials is called there; unset where there is none.
    pub account: Option<&'static str>,
    /// What the secret half is called there; unset where it is never asked.
    pub secret: Option<&'static str>,
    /// How it is pulled from; unset where it only pushes.
    pub pull: Option<Pull>,
    /// Where its webhooks are set up and how they are signed, in words that follow their path here; unset where it has
    /// none.
    pub hooks: Option<&'static str>,
    /// What it does not tell.
    pub lacks: &'static [Lack],
    /// Makes a platform of what an admin said; refuses settings that it does not know.
    pub connect: fn(Access) -> Result<Box<dyn Platform>, Invalid>,
}

/// How much a platform gives at once, and how often it may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Pull {
    /// How many orders a page of changes has at most.
    pub page_size: usize,
    /// How many orders can be asked for by id at once.
    pub ids_at_once: usize,
    /// How far questions lie apart at least.
    pub min_interval: Duration,
}

/// What most platforms tell of their orders, and some do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Some changes, such as a new status, do not show among the changes. What is not final here is asked for by
    /// id in each run, as everywhere; what is final is looked at once a day, where it is not older than 60 days.
    Changes,
    /// When an order was completed: it counts as completed when it was last changed.
    Completion,
    /// How much was refunded.
    Refunds,
    /// Who brought an order.
    Affiliates,
}

/// What an admin said of a shop on a platform.
#[derive(Clone, Debug)]
pub struct Access {
    /// The public half of the credentials.
    pub account: Option<String>,
    /// The secret half.
    pub secret: Option<Secret>,
    /// An object with what else the platform needs; read by a struct with `deny_unknown_fields`.
    pub settings: Value,
}

/// The way to a platform, with what signing in has given.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// How it is asked.
    pub http: &'a Http,
    /// The token of the last [`Platform::sign_in`].
    pub token: Option<&'a Secret>,
}

/// A shop on a platform. It asks and reads: it keeps nothing, decides nothing, and does not know what time it is.
///
/// It never retries: an error says what is wrong, and the engine signs in again after
/// [`SourceError::Credentials`], waits after [`SourceError::Busy`], and asks the same question again where
/// [`SourceError::may_pass`]. An order that cannot be read is an [`Unread`](super::Unread) among the others.
#[async_trait]
pub trait Platform: Send + Sync {
    /// Buys a token with the credentials; `None` where each question carries them itself.
    async fn sign_in(&self, _http: &Http) -> Result<Option<Secret>, SourceError> {
        Ok(None)
    }

    /// The next part of what has changed within the window, from the beginning or from a cursor that this
    /// gave. Nothing that has not changed meanwhile may be left out, whatever changes while pages are read; what
    /// comes twice does no harm. A platform that cannot tell changes gives what is new, and leaves the rest to
    /// [`by_ids`](Self::by_ids).
    async fn changes(
        &self,
        session: Session<'_>,
        window: Window,
        cursor: Option<&Cursor>,
    ) -> Result<Page, SourceError>;

    /// The orders with these ids, at most [`Pull::ids_at_once`]. One that is left out is missing there.
    async fn by_ids(
        &self,
        session: Session<'_>,
        ids: &[String],
    ) -> Result<Vec<Reported>, SourceError>;

    /// Asks the least that shows whether orders can be read.
    async fn probe(&self, session: Session<'_>) -> Result<(), SourceError>;

    /// Checks a webhook over its raw body, and reads which orders it is about.
    fn hook(&self, _incoming: &Incoming<'_>) -> Result<Hook, HookError> {
        Err(HookError::Unsupported)
    }
}
