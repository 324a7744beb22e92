//! Keeps a panic to the operation that it broke, which is told of an error of ours like any other: the words of the
//! panic are for the log.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use async_graphql::Response;
use axum::response::Response as HttpResponse;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, future};

use super::execution::refusal;
use super::media::MediaType;
use super::refused::Refused;
use crate::error::Error;

/// What a panic says.
pub type Panic = Box<dyn Any + Send>;

/// What comes of this, or what broke it. What a panic leaves half done goes with its request.
pub async fn caught<T, F: Future<Output = T>>(begin: impl FnOnce() -> F) -> Result<T, Panic> {
    let work = catch_unwind(AssertUnwindSafe(begin))?;
    AssertUnwindSafe(work).catch_unwind().await
}

/// The answers of this, or as the last that it broke.
pub fn caught_stream(
    begin: impl FnOnce() -> BoxStream<'static, Response>,
) -> BoxStream<'static, Response> {
    let told = |answer: Result<_, Panic>| answer.unwrap_or_else(|panic| broken(&*panic));
    match catch_unwind(AssertUnwindSafe(begin)) {
        Ok(answers) => AssertUnwindSafe(answers).catch_unwind().map(told).boxed(),
        Err(panic) => stream::once(future::ready(broken(&*panic))).boxed(),
    }
}

/// The answer to an operation that this broke.
pub fn broken(panic: &(dyn Any + Send)) -> Response {
    refusal(error(panic))
}

/// The answer to a request that this broke before there was an operation, or after.
#[expect(clippy::needless_pass_by_value, reason = "it is handed over so")]
pub fn broken_request(panic: Panic) -> HttpResponse {
    Refused::from(error(&*panic)).answer(MediaType::Json)
}

fn error(panic: &(dyn Any + Send)) -> Error {
    Error::Unexpected(format!("an operation panicked: {}", words_of(panic)))
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let string = || panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(string).unwrap_or("without words")
}

#[cfg(test)]
mod tests;
