//! What is refused before GraphQL sees it: a status, and a body of the shape that GraphQL errors have.

use async_graphql::{ErrorExtensionValues, ServerError};
use axum::http::StatusCode;
use axum::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::Response;
use serde_json::json;

use super::media::MediaType;
use super::streams::Full;
use crate::error::Error;
use crate::graphql::ApiError;

/// A request that goes no further.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
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
            status,
            code: "BAD_USER_INPUT",
            message: message.into(),
            header: None,
        }
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
            header: Some((RETRY_AFTER, "10")),
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

    /// The refusal as an answer.
    pub fn answer(self, media: MediaType) -> Response {
        let (status, header) = (self.status, self.header.clone());
        let mut response = media.body(status, &json!({ "errors": [ServerError::from(self)] }));
        if let Some((name, value)) = header {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<Refused> for ServerError {
    /// What the caller is told, on ways that know no status.
    fn from(refused: Refused) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", refused.code);
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
            _ => (StatusCode::INTERNAL_SERVER_ERROR, None),
        };
        let told = ApiError::from(error);
        Self {
            status,
            code: told.code(),
            message: told.message().to_owned(),
            header,
        }
    }
}
