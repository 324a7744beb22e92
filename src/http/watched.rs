//! Watches operations, whichever way they came: each is counted and has a span, and the log learns who asked
//! for what.

use std::any::TypeId;
use std::sync::{Arc, OnceLock};
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Executor, Request, Response, Value};
use entity::words::Role;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use super::limits::{Answered, Limited};
use super::media::MediaType;
use super::operation::Operation;
use super::panics::{broken, caught, caught_stream};
use super::refused::Refused;
use super::request_log::may_be_logged;
use crate::graphql::Viewer;
use crate::metrics::{self, Metrics, OK};

/// What is said of an operation whose caller went away before it was answered.
const CANCELLED: &str = "CANCELLED";

/// Runs operations under watch.
#[derive(Clone)]
pub struct Watched<E> {
    execution: E,
    metrics: Arc<Metrics>,
}

/// Which operation a request asks for, told by whoever reads its document: that must not happen before the
/// document is known to be short. Of a subscription it is told as soon as it is begun.
#[derive(Clone, Debug, Default)]
pub struct Told(Arc<OnceLock<(OperationType, Option<String>)>>);

impl Told {
    /// Tells it to whoever watches the request.
    pub fn tell(request: &Request, operation: &Operation) {
        if let Some(told) = found::<Self>(&request.data) {
            let _ = told.0.set((operation.kind, operation.name.clone()));
            told.record(&Span::current());
        }
    }

    /// Whether it is known to be a subscription.
    pub fn is_subscription(&self) -> bool {
        matches!(self.0.get(), Some((OperationType::Subscription, _)))
    }

    fn record(&self, span: &Span) {
        span.record("kind", self.kind());
        if let Some(name) = self.name() {
            span.record("operation", name);
        }
    }

    fn kind(&self) -> &'static str {
        match self.0.get() {
            None => "unknown",
            Some((OperationType::Query, _)) => "query",
            Some((OperationType::Mutation, _)) => "mutation",
            Some((OperationType::Subscription, _)) => "subscription",
        }
    }

    fn name(&self) -> Option<&str> {
        let (_, name) = self.0.get()?;
        name.as_deref().filter(|name| may_be_logged(name))
    }
}

impl<E> Watched<E> {
    /// Watches what this executes.
    pub fn new(execution: E, metrics: Arc<Metrics>) -> Self {
        Self { execution, metrics }
    }

    fn watch(&self, request: Request, session: Option<&Data>) -> (Request, Watch) {
        let viewer = found::<Viewer>(&request.data);
        let viewer = viewer.or_else(|| found(session?));
        // Whoever asks may want to know it too.
        let told = found::<Told>(&request.data).cloned().unwrap_or_default();
        let watch = Watch {
            role: viewer.map(|viewer| role_name(viewer.role)),
            told: told.clone(),
            metrics: Arc::clone(&self.metrics),
            span: info_span!(
                "operation",
                kind = Empty,
                operation = Empty,
                otel.status_code = Empty
            ),
            begun: Instant::now(),
            answered: None,
        };
        (request.data(told), watch)
    }
}

impl<E: Executor> Watched<Limited<E>> {
    /// Answers what came over HTTP.
    pub async fn answer(&self, request: Request) -> Answered {
        let (request, mut watch) = self.watch(request, None);
        let answering = caught(|| self.execution.answer(request));
        let answered = answering.instrument(watch.span.clone()).await;
        let answered = answered.unwrap_or_else(|panic| Answered::with(broken(&*panic)));
        watch.see(answered.response());
        watch.tell(&Span::current());
        answered
    }
}

impl<E> Watched<Limited<E>> {
    /// See [`Limited::refuse_changes`].
    pub fn refuse_changes(&self, request: &mut Request, media: MediaType) -> Result<(), Refused> {
        self.execution.refuse_changes(request, media)
    }
}

impl<E: Executor> Executor for Watched<E> {
    async fn execute(&self, request: Request) -> Response {
        let (request, mut watch) = self.watch(request, None);
        let answering = caught(|| self.execution.execute(request));
        let response = answering.instrument(watch.span.clone()).await;
        let response = response.unwrap_or_else(|panic| broken(&*panic));
        watch.see(&response);
        watch.tell(&Span::current());
        response
    }

    fn execute_stream(
        &self,
        request: Request,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let (request, watch) = self.watch(request, session.as_deref());
        let mut watch = Listening { watch, events: 0 };
        let span = watch.watch.span.clone();
        let begin = || self.execution.execute_stream(request, session);
        let mut answers = span.in_scope(|| caught_stream(begin));
        stream::poll_fn(move |cx| {
            let _inside = span.enter();
            let answer = ready!(answers.poll_next_unpin(cx));
            if let Some(answer) = &answer {
                watch.see(answer);
            }
            Poll::Ready(answer)
        })
        .boxed()
    }
}

/// An operation under watch.
struct Watch {
    role: Option<&'static str>,
    told: Told,
    metrics: Arc<Metrics>,
    span: Span,
    begun: Instant,
    /// How it went so far, and how long it took to the last answer.
    answered: Option<(String, Duration)>,
}

impl Watch {
    fn see(&mut self, response: &Response) {
        let outcome = outcome_of(response);
        let is_begun = response.data != Value::Null
            || response.errors.iter().any(|error| !error.path.is_empty());
        if !is_begun && outcome != OK {
            self.metrics.refused(outcome);
        }
        self.answered = Some((outcome.to_owned(), self.begun.elapsed()));
    }

    /// A subscription may end well before anything is told; whoever was not told what they asked once has gone.
    fn outcome(&self) -> &str {
        match &self.answered {
            Some((outcome, _)) => outcome,
            None if self.told.is_subscription() => OK,
            None => CANCELLED,
        }
    }

    /// Tells the span of the request what was asked for.
    fn tell(&self, request: &Span) {
        self.told.record(request);
        request.record("outcome", self.outcome());
        if matches!(self.outcome(), "INTERNAL" | "TIMEOUT") {
            self.span.record("otel.status_code", "error");
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let took = match self.answered {
            Some((_, took)) => took,
            None => self.begun.elapsed(),
        };
        self.metrics.answered(&metrics::Answered {
            kind: self.told.kind(),
            name: self.told.name(),
            outcome: self.outcome(),
            took: (!self.told.is_subscription()).then_some(took),
        });
    }
}

/// What goes on for as long as somebody listens. Its end has a line of its own, since its request, if it was one,
/// was logged when the first answer went out.
struct Listening {
    watch: Watch,
    events: u64,
}

impl Listening {
    fn see(&mut self, answer: &Response) {
        self.watch.see(answer);
        self.events += 1;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let Self { watch, events } = self;
        let _inside = watch.span.enter();
        tracing::info!(
            kind = watch.told.kind(),
            operation = watch.told.name(),
            role = watch.role,
            outcome = watch.outcome(),
            events,
            ms = watch.begun.elapsed().as_secs_f64() * 1_000.0,
            "listened"
        );
    }
}

/// The code of the first error, or that there is none.
fn outcome_of(response: &Response) -> &str {
    let Some(error) = response.errors.first() else {
        return OK;
    };
    let code = error.extensions.as_ref().and_then(|it| it.get("code"));
    match code {
        Some(Value::String(code)) => code,
        _ => "INTERNAL",
    }
}

fn found<T: 'static>(data: &Data) -> Option<&T> {
    data.get(&TypeId::of::<T>())?.downcast_ref()
}

/// The role as the API spells it.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Admin => "ADMIN",
        Role::Analyst => "ANALYST",
        Role::Affiliate => "AFFILIATE",
    }
}
