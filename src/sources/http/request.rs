//! A question to a platform, put together by its file and sent by [`Http`](super::Http).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;

use crate::sources::{Secret, SourceError};

/// A question.
#[derive(Debug)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn new(method: Method, url: Url) -> Self {
        let accept = HeaderValue::from_static("application/json");
        Self {
            method,
            url,
            headers: HeaderMap::from_iter([(ACCEPT, accept)]),
            body: Vec::new(),
        }
    }

    /// Adds a parameter to the address.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Sets a header; a value that cannot stand in one is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// Sets a header that no log shows.
    #[must_use]
    pub fn secret_header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// Shows a user and a password.
    #[must_use]
    pub fn basic(self, user: &str, password: &Secret) -> Self {
        let pair = STANDARD.encode(format!("{user}:{}", password.reveal()));
        self.secret_header("authorization", &format!("Basic {pair}"))
    }

    /// Shows a token.
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        let value = format!("Bearer {}", token.reveal());
        self.secret_header("authorization", &value)
    }

    /// Sends this as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Result<Self, SourceError> {
        let json = HeaderValue::from_static("application/json");
        self.headers.insert(CONTENT_TYPE, json);
        self.body =
            serde_json::to_vec(body).map_err(|error| SourceError::Refused(error.to_string()))?;
        Ok(self)
    }
}
