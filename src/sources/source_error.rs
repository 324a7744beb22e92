//! What goes wrong when a platform is asked, in words for the shop's admin.

use std::time::Duration;

/// Why a platform did not give what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The address is none, or one that may not be asked.
    #[error("the address does not do: {0}")]
    Address(String),
    /// Nobody is there: no such host, or nobody listens.
    #[error("nobody answers at the address: {0}")]
    Absent(String),
    /// The connection cannot be trusted.
    #[error("the connection is not secure: {0}")]
    Tls(String),
    /// The platform took too long.
    #[error("the platform did not answer within {} seconds", .0.as_secs())]
    Slow(Duration),
    /// The credentials are wrong, or the token that they bought is over.
    #[error("the platform does not accept the credentials: {0}")]
    Credentials(String),
    /// The credentials are right, and may not read orders.
    #[error("the credentials may not read orders: {0}")]
    Permission(String),
    /// Too many questions.
    #[error("the platform asks to be left alone for a while")]
    Busy {
        /// For how long, where it says so.
        retry_after: Option<Duration>,
    },
    /// It failed on its side: an answer from 500 up, or a connection that broke.
    #[error("the platform failed: {0}")]
    Failed(String),
    /// What it answered cannot be read: a page for people, half an answer, or another shape than its API has.
    #[error("the platform's answer cannot be read: {0}")]
    Unreadable(String),
    /// It says that the question is wrong, and would say so again.
    #[error("the platform refuses the question: {0}")]
    Refused(String),
}

impl SourceError {
    /// Whether the same question may well be answered when it is asked again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Absent(_)
            | Self::Slow(_)
            | Self::Busy { .. }
            | Self::Failed(_)
            | Self::Unreadable(_) => true,
            Self::Address(_)
            | Self::Tls(_)
            | Self::Credentials(_)
            | Self::Permission(_)
            | Self::Refused(_) => false,
        }
    }

    /// An answer that has another shape than the platform's API says.
    pub fn unreadable(why: impl std::fmt::Display) -> Self {
        Self::Unreadable(why.to_string())
    }
}
