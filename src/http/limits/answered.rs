//! What becomes of an operation, with what HTTP says of it beside GraphQL.

use async_graphql::Response;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::Response as HttpResponse;

use super::cost::Cost;
use crate::error::Error;
use crate::graphql::ApiError;
use crate::http::media::MediaType;

/// An answer, or why there is none.
#[derive(Debug)]
pub struct Answered {
    response: Response,
    refused: Option<Refusal>,
}

/// What HTTP says of an operation that was not begun, or not brought to its end.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    status: StatusCode,
    retry_after: Option<u64>,
}

impl Answered {
    /// By GraphQL, whatever it says.
    pub fn with(response: Response) -> Self {
        let refused = None;
        Self { response, refused }
    }

    /// Turned away with this status, whichever type of answer was asked for: it says nothing of the operation.
    pub fn refused(status: StatusCode, error: Error) -> Self {
        let error = ApiError::from(error);
        let retry_after = error.retry_after();
        Self {
            response: Response::from_errors(vec![error.told()]),
            refused: Some(Refusal {
                status,
                retry_after,
            }),
        }
    }

    /// The same, with what it cost.
    #[must_use]
    pub fn at(self, cost: &Cost) -> Self {
        Self {
            response: cost.tell(self.response),
            ..self
        }
    }

    /// What GraphQL says.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// As GraphQL alone.
    pub fn into_response(self) -> Response {
        self.response
    }

    /// As HTTP carries it.
    pub fn over_http(self, media: MediaType) -> HttpResponse {
        let Some(refused) = self.refused else {
            return media.answer(&self.response);
        };
        let mut response = media.not_begun(refused.status, &self.response);
        if let Some(seconds) = refused.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
