//! Answers as server-sent events, in the distinct connections mode of graphql-sse: a request for each operation,
//! an event `next` for each answer, and `complete` after the last.
//!
//! What GraphQL refuses is an answer like any other; a request that does not get so far is refused as elsewhere.
//! Nothing is asked of an operation while its reader has not taken what it was sent.

use std::time::Duration;

use async_graphql::{Executor, Response as Answer};
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream, Stream};
use serde_json::Error as JsonError;
use tokio::time::{Instant, interval_at};

use super::bearer;
use super::endpoint::Endpoint;
use super::media::{MediaType, NotBegun, is_begun};
use super::refused::Refused;
use super::streams::End;
use super::watched::Told;

/// Browsers pass over an event without a line of data.
const COMPLETE: &str = "event: complete\ndata:\n\n";
/// How often there is a sign of life. Proxies cut what is silent for a minute.
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
    let told = Told::default();
    let request = request.data(told.clone());
    let answers = endpoint.execution.execute_stream(request, None);
    let ended = async move {
        let _place = place;
        tokio::select! {
            end = follower.ended() => end,
            end = follower.cut_off(&told) => end,
        }
    };
    Ok(events(answers, ended))
}

/// These answers until they end, or this does. In that case nothing says `complete`: the client asks again, and
/// learns why.
fn events(
    answers: BoxStream<'static, Answer>,
    ended: impl Future<Output = End> + Send + 'static,
) -> Response {
    let last = stream::once(ready(Ok(COMPLETE.to_owned())));
    let events = answers.map(|answer| next(&answer)).chain(last);
    let over = stream::once(ready(None));
    let events = events.take_until(Box::pin(ended)).map(Some).chain(over);
    let told = stream::select(events, signs_of_life().map(Ok).map(Some))
        .take_while(|told| ready(told.is_some()))
        .filter_map(ready);
    let headers = [(CONTENT_TYPE, "text/event-stream"), UNBUFFERED];
    (headers, Body::from_stream(told)).into_response()
}

fn next(answer: &Answer) -> Result<String, JsonError> {
    let json = if is_begun(answer) {
        serde_json::to_string(answer)?
    } else {
        serde_json::to_string(&NotBegun::of(answer))?
    };
    Ok(format!("event: next\ndata: {json}\n\n"))
}

/// Comments, which readers pass over.
fn signs_of_life() -> impl Stream<Item = String> + Send {
    let ticks = interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    stream::unfold(ticks, async |mut ticks| {
        ticks.tick().await;
        Some((":\n\n".to_owned(), ticks))
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::{ServerError, Value};
    use axum::body::to_bytes;
    use tokio::time::sleep;

    use super::*;

    async fn text(answers: BoxStream<'static, Answer>, ends_after: Duration) -> String {
        let ended = async move {
            sleep(ends_after).await;
            End::Old
        };
        let body = events(answers, ended).into_body();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_hears_that_somebody_is_there() {
        let began = Instant::now();
        let waited = text(stream::pending().boxed(), Duration::from_secs(50)).await;
        assert_eq!(
            (&*waited, began.elapsed().as_secs()),
            (":\n\n:\n\n:\n\n", 50)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_says_so() {
        let answers = [
            Answer::new(Value::from("a\nb")),
            Answer::from_errors(vec![ServerError::new("no", None)]),
        ];
        let told = text(stream::iter(answers).boxed(), Duration::from_secs(50)).await;
        let expected = "event: next\ndata: {\"data\":\"a\\nb\"}\n\n\
            event: next\ndata: {\"errors\":[{\"message\":\"no\"}]}\n\n\
            event: complete\ndata:\n\n";
        assert_eq!(told, expected);
    }

    #[tokio::test]
    async fn what_is_ended_early_does_not_say_that_it_is_complete() {
        let one = stream::iter([Answer::new(Value::from(1))]);
        let answers = one.chain(stream::pending()).boxed();
        let told = text(answers, Duration::from_millis(20)).await;
        assert_eq!(told, "event: next\ndata: {\"data\":1}\n\n");
    }
}
