//! One line a request in the log, and a span that all its other lines stand in: by its id, which the answer
//! carries too, they are found together. What was asked with stays out: no address's parameters, no header, no
//! variable.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use super::refused::RefusedAs;
use crate::ledger;
use crate::metrics::Metrics;
use crate::telemetry::follow;

/// The header that carries a request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How long an id of the caller's may be, in bytes.
const LONG: usize = 64;

/// Logs a request when its answer begins, and counts it where it is refused.
pub async fn log_request(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let id = id_of(request.headers()).unwrap_or_else(new_id);
    let mut line = Line::begin(&id, &request);
    let mut response = next.run(request).instrument(line.span.clone()).await;
    if let Some(RefusedAs(reason)) = response.extensions().get() {
        line.span.record("outcome", reason);
        metrics.refused(reason);
    }
    line.status = Some(response.status().as_u16());
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The caller's id, if it looks like one.
fn id_of(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-_.".contains(&it);
    let is_sane = (1..=LONG).contains(&id.len()) && id.bytes().all(is_plain);
    (is_sane && may_be_logged(id)).then(|| id.to_owned())
}

/// Whether this is no token, which somebody may have put where it does not belong.
pub fn may_be_logged(word: &str) -> bool {
    ledger::parse_secret(word).is_none()
}

fn new_id() -> String {
    format!("{:016x}", fastrand::u64(..))
}

/// Is written when the request is over, also where its caller has gone before.
struct Line {
    span: Span,
    begun: Instant,
    is_probe: bool,
    status: Option<u16>,
}

impl Line {
    fn begin(id: &str, request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map_or("none", MatchedPath::as_str);
        let span = info_span!(
            "request",
            id,
            otel.kind = "server",
            method = name_of(request.method()),
            route,
            role = Empty,
            kind = Empty,
            operation = Empty,
            outcome = Empty,
        );
        follow(&span, request.headers());
        Self {
            span,
            begun: Instant::now(),
            is_probe: matches!(route, "/health" | "/ready"),
            status: None,
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let _inside = self.span.enter();
        let ms = self.begun.elapsed().as_secs_f64() * 1_000.0;
        match self.status {
            Some(status @ ..500) if self.is_probe => {
                tracing::debug!(status, ms, "answered");
            }
            Some(status) => tracing::info!(status, ms, "answered"),
            None => tracing::info!(ms, "the caller went away"),
        }
    }
}

/// Callers may make methods up.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_that_look_like_one_are_kept() {
        let secret = format!("cashable_{}", "A".repeat(90));
        for (given, is_kept) in [
            ("a", true),
            ("0b9d2f7c-1234_x.y", true),
            (&"x".repeat(64), true),
            (&"x".repeat(65), false),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            (&secret, false),
        ] {
            let headers = HeaderMap::from_iter([(REQUEST_ID, given.parse().unwrap())]);
            assert_eq!(id_of(&headers).is_some(), is_kept, "{given}");
        }
        assert_eq!(id_of(&HeaderMap::new()), None);
        assert_eq!(new_id().len(), 16);
    }
}
