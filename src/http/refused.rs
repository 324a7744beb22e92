//! What is refused before GraphQL sees it: a status, and a body of the shape that GraphQL errors have.

use std::num::NonZeroU64;

use async_graphql::{ErrorExtensionValues, ServerError};
use axum::http::StatusCode;
use axum::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::Response;
use serde_json::json;

use super::media::MediaType;
use super::streams::Full;
use crate::error::Error;
use crate::graphql::ApiError;

/// Why a request went no further, an extension of its answer: the code, or what the status says.
#[derive(Clone, Debug)]
pub struct RefusedAs(pub String);

/// A request that goes no further.
#[derive(Debug)]
pub struct Refused {
    /// None where the media type says what comes of a request that is well formed and cannot be run.
    status: Option<StatusCode>,
    code: &'static str,
    message: String,
    correlation_id: Option<Box<str>>,
    retry_after: Option<NonZeroU64>,
    header: Option<(HeaderName, &'static str)>,
}

impl Refused {
    /// Nobody can tell what was asked.
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// Something about the request but its words.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status: Some(status),
            code: "BAD_USER_INPUT",
            message: message.into(),
            correlation_id: None,
            retry_after: None,
            header: None,
        }
    }

    /// A request that is well formed, and whose document cannot be run.
    pub fn not_begun(code: &'static str, message: &str) -> Self {
        Self {
            status: None,
            code,
            message: message.to_owned(),
            correlation_id: None,
            retry_after: None,
            header: None,
        }
    }

    /// No type of answer that the caller takes.
    pub fn not_acceptable() -> Self {
        let message = "answers come as application/json, application/graphql-response+json or text/event-stream";
        Self::new(StatusCode::NOT_ACCEPTABLE, message)
    }

    /// Right words, wrong method.
    pub fn method(allowed: &'static str, message: &str) -> Self {
        Self {
            header: Some((ALLOW, allowed)),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }

    /// Not from there.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self {
            code: "FORBIDDEN",
            ..Self::new(StatusCode::FORBIDDEN, message)
        }
    }

    /// There is no room for more of this kind; there may be later.
    pub fn too_many(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            code: "RATE_LIMITED",
            retry_after: NonZeroU64::new(10),
            ..Self::new(status, message)
        }
    }

    /// Wrong door.
    pub fn not_found() -> Self {
        Self {
            code: "NOT_FOUND",
            ..Self::new(
                StatusCode::NOT_FOUND,
                "there is nothing here: the API is at /graphql, a page to ask from at /",
            )
        }
    }

    /// It would be taken if something else were otherwise.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            ..Self::new(StatusCode::CONFLICT, message)
        }
    }

    /// For answers of another shape: the status where there is one of its own.
    pub fn status(&self) -> StatusCode {
        self.status.unwrap_or(StatusCode::BAD_REQUEST)
    }

    /// What the caller is told.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// After how many seconds it is worth coming again, where that is known.
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after.map(NonZeroU64::get)
    }

    /// What `extensions.code` says.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The refusal as an answer.
    pub fn answer(self, media: MediaType) -> Response {
        let status = self.status.unwrap_or(media.status_of_not_begun());
        let (header, retry_after, reason) = (self.header.clone(), self.retry_after, self.reason());
        let mut response = media.body(status, &json!({ "errors": [ServerError::from(self)] }));
        response.extensions_mut().insert(reason);
        let headers = response.headers_mut();
        if let Some((name, value)) = header {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, seconds.get().into());
        }
        response
    }

    /// One code stands for many a malformed request, and statuses tell them apart.
    pub fn reason(&self) -> RefusedAs {
        let status = self.status.and_then(|status| status.canonical_reason());
        RefusedAs(match status {
            Some(status) if self.code == "BAD_USER_INPUT" => {
                status.to_ascii_uppercase().replace(' ', "_")
            }
            _ => self.code.to_owned(),
        })
    }
}

impl From<Refused> for ServerError {
    /// What the caller is told, on ways that know no status.
    fn from(refused: Refused) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", refused.code);
        if let Some(id) = refused.correlation_id {
            extensions.set("correlationId", String::from(id));
        }
        if let Some(seconds) = refused.retry_after {
            extensions.set("retryAfter", seconds.get());
        }
        let mut error = Self::new(refused.message, None);
        error.extensions = Some(extensions);
        error
    }
}

impl From<Full> for Refused {
    fn from(full: Full) -> Self {
        let status = match full {
            Full::Server => StatusCode::SERVICE_UNAVAILABLE,
            Full::Token => StatusCode::TOO_MANY_REQUESTS,
        };
        Self::too_many(status, full.to_string())
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let (status, header) = match error {
            Error::Unauthenticated(_) => {
                (StatusCode::UNAUTHORIZED, Some((WWW_AUTHENTICATE, "Bearer")))
            }
            Error::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, None),
            _ if error.is_timeout() => (StatusCode::SERVICE_UNAVAILABLE, None),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, None),
        };
        let told = ApiError::from(error);
        Self {
            status: Some(status),
            code: told.code(),
            message: told.message().to_owned(),
            correlation_id: told.correlation_id().map(Box::from),
            retry_after: told.retry_after().and_then(NonZeroU64::new),
            header,
        }
    }
}
