//! What a caller learns of an error: the one place that turns ours into GraphQL's.
//!
//! An [`ApiError`] holds nothing but a code and a sentence for the caller. The cause of one that is ours
//! goes to the log in the moment it is made, under an id that the caller is told. There is no way round it:
//! a resolver that answers [`Result`] cannot let a database's own words out.

use async_graphql::{Error as GraphqlError, ErrorExtensionValues, Response, ServerError};

use crate::domain::Invalid;
use crate::error::Error;

/// How much of a message is shown, in characters.
const MAX_MESSAGE: usize = 300;

/// How many errors are shown of an answer.
const MAX_ERRORS: usize = 20;

/// What is told of an error that only the log explains.
const INTERNAL: &str = "Internal error";

/// What resolvers answer; `?` takes every error of the program.
pub type Result<T, E = ApiError> = std::result::Result<T, E>;

/// An error as callers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    code: Code,
    message: String,
    correlation_id: Option<String>,
    retry_after: Option<u64>,
}

/// What `extensions.code` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    BadUserInput,
    Unauthenticated,
    Forbidden,
    QueryTooComplex,
    RateLimited,
    Timeout,
    Internal,
}

impl Code {
    fn as_str(self) -> &'static str {
        match self {
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::RateLimited => "RATE_LIMITED",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
        }
    }
}

impl ApiError {
    /// The code in `extensions.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code.as_str()
    }

    /// The sentence for the caller.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The id by which the log knows of it, where only the log explains it.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation_id.as_deref()
    }

    /// After how many seconds it is worth asking again, where time helps.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The error of an operation that was not begun, or not brought to its end.
    #[must_use]
    pub fn told(self) -> ServerError {
        let extensions = self.extensions();
        let mut told = ServerError::new(self.message, None);
        told.extensions = Some(extensions);
        told
    }

    fn new(code: Code, message: String) -> Self {
        Self {
            code,
            message: presentable(message),
            correlation_id: None,
            retry_after: None,
        }
    }

    /// Logs what went wrong, and tells the caller by which id to find it there.
    fn internal(what: &str, cause: &str) -> Self {
        let id = format!("{:016x}", fastrand::u64(..));
        tracing::error!(id, cause, "a request failed for a reason of ours");
        Self {
            code: Code::Internal,
            message: format!("{what}; give this id to the operator: {id}"),
            correlation_id: Some(id),
            retry_after: None,
        }
    }

    fn extensions(&self) -> ErrorExtensionValues {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code());
        if let Some(id) = self.correlation_id() {
            extensions.set("correlationId", id);
        }
        if let Some(seconds) = self.retry_after {
            extensions.set("retryAfter", seconds);
        }
        extensions
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let code = match error {
            Error::Refused(_) | Error::BadInput(_) => Code::BadUserInput,
            Error::Unauthenticated(_) => Code::Unauthenticated,
            Error::Forbidden(_) => Code::Forbidden,
            Error::TooComplex(_) => Code::QueryTooComplex,
            Error::RateLimited { retry_after, .. } => {
                let told = Self::new(Code::RateLimited, message);
                return Self {
                    retry_after: Some(retry_after),
                    ..told
                };
            }
            Error::TimedOut(_) => Code::Timeout,
            Error::Database(_) if error.is_timeout() => {
                tracing::warn!(cause = ?error, "the database took too long");
                Code::Timeout
            }
            Error::NotMigrated(_)
            | Error::LeaseLost
            | Error::Source(_)
            | Error::Stopped
            | Error::Database(_)
            | Error::OutcomeUnknown(_)
            | Error::Unexpected(_) => {
                let what = error.told_to_all().unwrap_or(INTERNAL);
                return Self::internal(what, &error.in_full());
            }
        };
        Self::new(code, message)
    }
}

/// A message as it may be shown: cut where it is long, since some repeat what was asked.
#[must_use]
pub fn presentable(message: String) -> String {
    shortened(message, MAX_MESSAGE)
}

/// Text that is cut where it is too long to be shown.
pub(super) fn shortened(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push('…');
    }
    text
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Error::from(invalid).into()
    }
}

impl From<ApiError> for GraphqlError {
    fn from(error: ApiError) -> Self {
        Self {
            extensions: Some(error.extensions()),
            message: error.message,
            source: None,
        }
    }
}

/// Gives a code to those errors of a response that came from elsewhere, and keeps the list of them short.
/// Whoever sends a response has called this before.
#[must_use]
pub fn mask(mut response: Response) -> Response {
    response.errors.iter_mut().for_each(mask_error);
    bound(&mut response.errors);
    response
}

/// A short document may have thousands of errors. The last one shown says how many more there are.
fn bound(errors: &mut Vec<ServerError>) {
    if errors.len() <= MAX_ERRORS {
        return;
    }
    let more = errors.len() - MAX_ERRORS;
    let mut last = ServerError::new(format!("and {more} more errors"), None);
    // One of theirs stands for their codes.
    let code = errors[MAX_ERRORS].extensions.as_ref();
    if let Some(code) = code.and_then(|extensions| extensions.get("code")) {
        let extensions = last.extensions.get_or_insert_with(Default::default);
        extensions.set("code", code.clone());
    }
    errors.truncate(MAX_ERRORS);
    errors.push(last);
}

/// Without a source it is the library's own word on the document; with one, it slipped past [`ApiError`].
fn mask_error(error: &mut ServerError) {
    let has_code = |it: &ErrorExtensionValues| it.get("code").is_some();
    if error.extensions.as_ref().is_some_and(has_code) {
        return;
    }
    let shown = match error.source.take() {
        None => ApiError::new(Code::BadUserInput, std::mem::take(&mut error.message)),
        Some(_) => ApiError::internal(INTERNAL, &error.message),
    };
    error.extensions = Some(shown.extensions());
    error.message = shown.message;
}

#[cfg(test)]
mod tests {
    use async_graphql::Pos;

    use super::*;
    use crate::error::RefusalCode;

    #[test]
    fn errors_carry_the_code_of_their_kind() {
        for (error, code) in [
            (Error::BadInput("no".to_owned()), "BAD_USER_INPUT"),
            (
                Error::refused(RefusalCode::NotFound, "no"),
                "BAD_USER_INPUT",
            ),
            (Error::Unauthenticated("no".to_owned()), "UNAUTHENTICATED"),
            (Error::Forbidden("no".to_owned()), "FORBIDDEN"),
        ] {
            let error = ApiError::from(error);
            assert_eq!((error.code(), error.message()), (code, "no"));
        }
    }

    #[test]
    fn what_is_ours_is_not_told() {
        let leak = "password authentication failed for 10.0.0.1";
        let ours = ApiError::from(Error::Unexpected(leak.to_owned()));
        assert_eq!(ours.code(), "INTERNAL");
        assert!(!ours.message().contains(leak));
        let stray = GraphqlError::new_with_source(leak).into_server_error(Pos::default());
        let response = mask(Response::from_errors(vec![stray]));
        assert!(!response.errors[0].message.contains(leak));
    }

    #[test]
    fn messages_repeat_no_whole_documents() {
        let long = "ä".repeat(100_000);
        let response = mask(Response::from_errors(vec![ServerError::new(&long, None)]));
        let shown = format!("{}…", "ä".repeat(300));
        assert_eq!(response.errors[0].message, shown);
        assert_eq!(ApiError::from(Error::BadInput(long)).message(), shown);
        assert_eq!(shortened("äöü".to_owned(), 3), "äöü");
    }

    #[test]
    fn the_librarys_own_errors_are_the_callers() {
        let response = mask(Response::from_errors(vec![ServerError::new(
            "unknown field",
            None,
        )]));
        let error = serde_json::to_value(&response.errors[0]).expect("plain data");
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
        assert_eq!(error["message"], "unknown field");
    }
}
