//! `POST /hooks/{source}`: a webhook, answered at once. Its orders are fetched by and by.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{Hooks, closed};
use crate::error::Error;
use crate::http::bodies::read_at_most;
use crate::http::media::MediaType;
use crate::http::refused::Refused;
use crate::sources::HookError;
use crate::sync::{Received, receive_hook};

/// How many bytes a webhook may have.
const MOST_BYTES: usize = 1 << 20;

/// Answers a webhook.
pub(super) async fn receive(
    State(hooks): State<Hooks>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let answer = take_in(&hooks, &id, request).await;
    answer.unwrap_or_else(|refused| refused.answer(MediaType::Json))
}

async fn take_in(hooks: &Hooks, id: &str, request: Request) -> Result<Response, Refused> {
    let stranger = hooks.meet(request.extensions())?;
    let row = hooks.require(stranger, id).await?;
    let headers = request.headers().clone();
    let body = read_at_most(MOST_BYTES, request).await?;
    let received = receive_hook(&hooks.app, &row, &headers, &body).map_err(|it| closed(&it))?;
    if received == Received::Refused(HookError::Signature) {
        hooks.guesses.count(stranger.0);
    }
    answer(received)
}

fn answer(received: Received) -> Result<Response, Refused> {
    let (status, word) = match received {
        Received::Ping => (StatusCode::OK, "ping"),
        Received::Hint => (StatusCode::ACCEPTED, "accepted"),
        Received::Known => (StatusCode::OK, "known"),
        Received::Ignored => (StatusCode::OK, "ignored"),
        Received::Refused(error) => return Err(refusal(&error)),
    };
    Ok((status, Json(json!({ "status": word }))).into_response())
}

fn refusal(error: &HookError) -> Refused {
    match error {
        HookError::Unsupported => Refused::new(StatusCode::NOT_FOUND, error.to_string()),
        HookError::Unreadable(_) => Refused::unreadable(error.to_string()),
        HookError::Signature | HookError::TooOld => {
            Error::Unauthenticated(error.to_string()).into()
        }
    }
}
