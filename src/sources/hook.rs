//! Webhooks as platforms send them. One that is genuine is a hint that orders have changed, and no more: the
//! orders are fetched.

use entity::Instant;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::HeaderMap;
use sha2::Sha256;

use super::Secret;

/// A webhook as it came in.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, byte for byte.
    pub body: &'a [u8],
    /// What it may be signed with: the secret, and the one before it while the platform changes over.
    pub secrets: &'a [Secret],
    /// What time it is.
    pub now: Instant,
}

/// What a genuine webhook says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hook {
    /// The platform tries whether anybody is there; this alone may come without a signature, and does nothing.
    Ping,
    /// Orders have changed.
    Orders {
        /// Their ids; none where it is about something else.
        external_ids: Vec<String>,
        /// The same for what was sent twice, and for nothing else.
        delivery: String,
    },
}

/// Why a webhook is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// The platform has none.
    #[error("this platform sends no webhooks")]
    Unsupported,
    /// It is not signed with any secret that is known.
    #[error("the signature is missing or wrong")]
    Signature,
    /// It is signed, and too old: somebody may have kept it.
    #[error("it was signed too long ago")]
    TooOld,
    /// It is genuine, and cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

impl Incoming<'_> {
    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether these bytes are the HMAC-SHA-256 of `signed` under one of the secrets; compared in constant time.
    #[must_use]
    pub fn is_signed(&self, signed: &[u8], signature: &[u8]) -> bool {
        self.secrets.iter().any(|secret| {
            Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).is_ok_and(|mut mac| {
                mac.update(signed);
                mac.verify_slice(signature).is_ok()
            })
        })
    }
}
