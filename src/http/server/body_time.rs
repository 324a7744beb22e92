//! A limit on the time that a request takes to bring its body.
//!
//! A body that comes in little drops would hold its connection, and what was read of it, for as long as the
//! sender likes. So it has a while, and beyond that must have brought so many bytes for each second: a large
//! import gets through on a slow line, and drops do not.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::settings::ServerSettings;
use crate::http::media::MediaType;
use crate::http::refused::Refused;

/// How long a body may take.
#[derive(Clone, Copy, Debug)]
pub struct BodyTime {
    /// However little it is.
    at_least: Duration,
    /// Bytes that each second beyond must have brought.
    rate: u32,
}

impl BodyTime {
    /// As it is set.
    pub fn new(settings: &ServerSettings) -> Self {
        Self {
            at_least: settings.body_timeout.0,
            rate: settings.body_rate.saturating_mul(1_024),
        }
    }

    /// How long the sender of so many bytes has for the next.
    fn of(self, bytes: u64) -> Duration {
        let earned = bytes.saturating_mul(1_000) / u64::from(self.rate.max(1));
        self.at_least + Duration::from_millis(earned)
    }
}

/// Answers 408 where the body took too long, whatever was to be answered.
pub async fn limit_body_time(
    State(limit): State<BodyTime>,
    request: Request,
    next: Next,
) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let media = MediaType::accepted(request.headers()).unwrap_or(MediaType::Json);
    let is_late = Arc::<AtomicBool>::default();
    let timed = |body| Body::new(TimedBody::new(body, limit, Arc::clone(&is_late)));
    let response = next.run(request.map(timed)).await;
    if !is_late.load(Ordering::Relaxed) {
        return response;
    }
    let message = "the body took too long: send it faster, or less of it";
    let mut refusal = Refused::new(StatusCode::REQUEST_TIMEOUT, message).answer(media);
    let close = HeaderValue::from_static("close");
    refusal.headers_mut().insert(CONNECTION, close);
    refusal
}

struct TimedBody {
    body: Body,
    limit: BodyTime,
    begun: Option<Instant>,
    received: u64,
    alarm: Option<Pin<Box<Sleep>>>,
    is_late: Arc<AtomicBool>,
}

impl TimedBody {
    fn new(body: Body, limit: BodyTime, is_late: Arc<AtomicBool>) -> Self {
        Self {
            body,
            limit,
            begun: None,
            received: 0,
            alarm: None,
            is_late,
        }
    }

    /// Whether the time is up for what has come by now.
    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        let end = begun + self.limit.of(self.received);
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if alarm.deadline() != end {
            alarm.as_mut().reset(end);
        }
        alarm.as_mut().poll(cx)
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            if let Some(Ok(frame)) = &frame {
                let length = frame.data_ref().map_or(0, Bytes::len);
                self.received += u64::try_from(length).unwrap_or(u64::MAX);
            }
            return Poll::Ready(frame);
        }
        self.poll_alarm(cx).map(|()| {
            self.is_late.store(true, Ordering::Relaxed);
            Some(Err(axum::Error::new("the body took too long")))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
