//! With which code of graphql-transport-ws a socket ends, and with which words.

use axum::extract::ws::{CloseFrame, Message};

use crate::error::Error;
use crate::graphql::ApiError;
use crate::http::streams::{End, Full};

/// No more fits into a close frame.
const MAX_REASON: usize = 123;

/// How a socket ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// What programs understand.
    pub code: u16,
    /// What people do.
    pub reason: String,
}

impl Close {
    /// The other side has gone already.
    pub fn quietly() -> Self {
        Self::new(1000, "")
    }

    /// That was no message of the protocol.
    pub fn invalid(reason: impl Into<String>) -> Self {
        Self::new(4400, reason)
    }

    /// A message was begun and did not come to its end in time.
    pub fn slow() -> Self {
        Self::invalid("the message took too long: send it faster, or less of it")
    }

    /// An operation before connection_init.
    pub fn unauthorized() -> Self {
        Self::new(4401, "the first message must be connection_init")
    }

    /// Nobody said connection_init.
    pub fn init_timeout() -> Self {
        Self::new(4408, "connection initialisation timeout")
    }

    /// The id of an operation that is running.
    pub fn duplicate(id: &str) -> Self {
        Self::new(4409, format!("subscriber for {id} already exists"))
    }

    /// Twice connection_init.
    pub fn repeated_init() -> Self {
        Self::new(4429, "too many initialisation requests")
    }

    /// Nothing was taken, or nothing heard, for too long.
    pub fn silent() -> Self {
        Self::new(1001, "nobody seems to listen")
    }

    /// The token is good no more, or we cannot tell.
    pub fn refused(error: Error) -> Self {
        match error {
            Error::Unauthenticated(message) => Self::new(4403, message),
            error => Self::new(4500, ApiError::from(error).message()),
        }
    }

    fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        reason.truncate(reason.floor_char_boundary(MAX_REASON));
        Self { code, reason }
    }
}

/// After 1001 clients open another socket.
impl From<End> for Close {
    fn from(end: End) -> Self {
        match end {
            End::Refused(message) => Self::new(4403, message),
            End::Old => Self::new(1001, "it was open for long enough: open another"),
            End::Stopped => Self::new(1001, "the server stops"),
        }
    }
}

/// After 1013 they do so later.
impl From<Full> for Close {
    fn from(full: Full) -> Self {
        Self::new(1013, full.to_string())
    }
}

impl From<Close> for Message {
    fn from(Close { code, reason }: Close) -> Self {
        let reason = reason.into();
        Self::Close(Some(CloseFrame { code, reason }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_into_its_frame() {
        let close = Close::invalid("ä".repeat(100));
        assert_eq!((close.code, close.reason.len()), (4400, 122));
    }
}
