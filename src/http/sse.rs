//! Answers as server-sent events, in the distinct connections mode of graphql-sse: a request for each operation,
//! an event `next` for each answer, and `complete` after the last.
//!
//! What GraphQL refuses is an answer like any other; a request that does not get so far is refused as elsewhere.
//! Nothing is asked of an operation while its reader has not taken what it was sent.

use std::time::Duration;

use async_graphql::{Executor, Response as Answer};
use axum::Error as BodyError;
use axum::extract::Request;
use axum::http::header::HeaderName;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::future::ready;
use futures_util::{StreamExt, stream};

use super::bearer;
use super::endpoint::Endpoint;
use super::media::{MediaType, NotBegun, is_begun};
use super::refused::Refused;

/// How long nothing is said. Proxies cut what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Tells nginx not to collect events before it passes them on.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// Runs what a request asks, and tells of it as it comes.
pub async fn answer<E: Executor>(
    endpoint: &Endpoint<E>,
    request: Request,
) -> Result<Response, Refused> {
    let secret = bearer::in_headers(request.headers());
    let follower = endpoint.streams.follower(secret, request.extensions());
    let (viewer, _) = follower.identify().await?;
    let place = follower.take_place(&viewer)?;
    let request = endpoint.receive(MediaType::EventStream, request).await?;
    let ended = async move {
        let _place = place;
        follower.ended().await
    };
    // One that is ended before its last answer ends without `complete`: its client asks again, and learns why.
    let events = (endpoint.execution.execute_stream(request, None))
        .map(|answer| next(&answer))
        .chain(stream::once(ready(Ok(complete()))))
        .take_until(Box::pin(ended));
    let alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(([UNBUFFERED], Sse::new(events).keep_alive(alive)).into_response())
}

fn next(answer: &Answer) -> Result<Event, BodyError> {
    let event = Event::default().event("next");
    if is_begun(answer) {
        return event.json_data(answer);
    }
    event.json_data(NotBegun::of(answer))
}

/// Readers pass over an event that has no data at all.
fn complete() -> Event {
    Event::default().event("complete").data("")
}
