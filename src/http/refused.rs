//! What is refused before GraphQL sees it: a status, and a body of the shape that GraphQL errors have.

use axum::http::StatusCode;
use axum::http::header::{ALLOW, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use axum::response::Response;
use serde_json::json;

use super::media::MediaType;
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
        let error = json!({ "message": self.message, "extensions": { "code": self.code } });
        let mut response = media.body(self.status, &json!({ "errors": [error] }));
        if let Some((name, value)) = self.header {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
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
