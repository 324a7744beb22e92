//! How a platform was found when it was tried.

use async_graphql::{Enum, SimpleObject};

use crate::sync::SourceCheck;

/// What can be wrong with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::sync::SourceProblem")]
pub enum OrderSourceProblem {
    /// Nobody answers at the address, or it is not the platform that does, or it may not be asked.
    Address,
    /// The connection cannot be trusted.
    Tls,
    /// The credentials are wrong, or their secret is not at hand.
    Credentials,
    /// The credentials are right, and may not read orders.
    Permission,
    /// One of the clocks is wrong.
    Time,
    /// What else was said of the platform does not do.
    Settings,
    /// The platform fails, or is busy.
    Platform,
}

/// How a source was found when it was tried.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct OrderSourceCheck {
    /// What is wrong; null where orders can be read.
    problem: Option<OrderSourceProblem>,
    /// That it is well, or in plain words what is wrong.
    message: String,
    /// By how many seconds the platform's clock is ahead of this server's; null where it does not tell.
    clock_ahead_seconds: Option<i32>,
}

impl From<SourceCheck> for OrderSourceCheck {
    fn from(check: SourceCheck) -> Self {
        Self {
            problem: check.problem.map(Into::into),
            message: check.message,
            clock_ahead_seconds: check.clock_ahead.and_then(|it| i32::try_from(it).ok()),
        }
    }
}
