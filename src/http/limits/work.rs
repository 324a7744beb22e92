//! How operations are worked on: so many at a time, each for so long.
//!
//! A query that takes too long is given up. A mutation that has begun goes to its end, whatever becomes of whoever
//! waits for it, and the program waits for it before it ends: cut off half way, nobody would know what it had
//! done. Its caller is told that it goes on, and learns of its outcome by asking again with the same idempotency
//! key.

use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Request, Response};
use axum::http::StatusCode;
use tokio::time::timeout;
use tracing::Instrument;

use super::admission::Admitted;
use super::answered::Answered;
use super::settings::WorkLimits;
use super::turns::{Turn, Turns};
use crate::error::Error;
use crate::graphql::ApiError;
use crate::stop::Stop;

/// Where operations are worked on. Clones share its places.
#[derive(Clone, Debug)]
pub struct Work {
    turns: Turns,
    patience: Duration,
    stop: Stop,
}

impl Work {
    /// By these limits, in a program that this stops.
    pub fn new(limits: &WorkLimits, stop: Stop) -> Self {
        Self {
            turns: Turns::new(limits),
            patience: limits.operation_seconds,
            stop,
        }
    }

    /// Waits for a place, and works there.
    pub async fn run(&self, executor: &impl Executor, admitted: Admitted) -> Answered {
        let Some(turn) = self.turns.wait().await else {
            tracing::warn!("a request was turned away: as many are under way as may be");
            return busy();
        };
        let is_mutation = admitted.kind == Some(OperationType::Mutation);
        let answer = if is_mutation {
            self.see_through(executor.clone(), admitted.request, turn)
                .await
        } else {
            self.try_to(executor, admitted.request).await
        };
        let answer = answer.map_or_else(|| self.too_slow(is_mutation), Answered::with);
        answer.at(&admitted.cost)
    }

    /// With an end, which gives back the connection that it reads from.
    async fn try_to(&self, executor: &impl Executor, request: Request) -> Option<Response> {
        timeout(self.patience, executor.execute(request)).await.ok()
    }

    async fn see_through(
        &self,
        executor: impl Executor,
        request: Request,
        turn: Turn,
    ) -> Option<Response> {
        let work = async move {
            let response = executor.execute(request).await;
            drop(turn);
            response
        };
        let working = self.stop.spawn(work.in_current_span());
        let done = timeout(self.patience, working).await;
        done.ok()
            .map(|done| done.unwrap_or_else(|cause| lost(&cause)))
    }

    fn too_slow(&self, is_mutation: bool) -> Answered {
        let seconds = self.patience.as_secs_f64();
        tracing::warn!(seconds, is_mutation, "an operation took longer than it may");
        let message = if is_mutation {
            format!(
                "the mutation takes longer than {seconds} s and goes on: ask again with the same idempotencyKey \
                 for its outcome, or look whether it was done"
            )
        } else {
            format!(
                "the query took longer than {seconds} s and was given up: ask for less at a time"
            )
        };
        Answered::refused(StatusCode::GATEWAY_TIMEOUT, Error::TimedOut(message))
    }
}

fn busy() -> Answered {
    let error = Error::RateLimited {
        message: "the server has as much to do as it can: nothing was begun".to_owned(),
        retry_after: 1,
    };
    Answered::refused(StatusCode::SERVICE_UNAVAILABLE, error)
}

/// The program is ending, or broke outside of what keeps panics to their operation.
fn lost(cause: &tokio::task::JoinError) -> Response {
    let error = Error::Unexpected(format!("a mutation was lost: {cause}"));
    Response::from_errors(vec![ApiError::from(error).told()])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_graphql::{Context, EmptySubscription, Object, Schema};
    use tokio::sync::Semaphore;

    use super::*;
    use crate::clock::Clock;
    use crate::http::limits::admission::Admission;
    use crate::http::limits::rates::Rates;
    use crate::http::limits::{DocumentLimits, RateLimits};

    /// Both wait for a place in what they are given.
    struct Roots;

    #[Object]
    impl Roots {
        async fn wait(&self, ctx: &Context<'_>) -> bool {
            let gate = ctx.data_unchecked::<Arc<Semaphore>>();
            gate.acquire().await.is_ok()
        }
    }

    fn admitted(text: &str, gate: &Arc<Semaphore>) -> Admitted {
        let rates = Rates::new(RateLimits::default(), Clock::Machine);
        let request = Request::new(text).data(Arc::clone(gate));
        let admission = Admission::new(DocumentLimits::default(), rates);
        admission.admit(request, None).unwrap()
    }

    fn work() -> Work {
        let limits = WorkLimits {
            max_concurrent: 1,
            ..WorkLimits::default()
        };
        Work::new(&limits, Stop::default())
    }

    fn told(answered: Answered) -> String {
        serde_json::to_string(&answered.into_response()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_query_is_given_up_and_a_mutation_is_not() {
        let schema = Schema::new(Roots, Roots, EmptySubscription);
        let (work, gate) = (work(), Arc::new(Semaphore::new(0)));
        let query = work.run(&schema, admitted("{ wait }", &gate)).await;
        assert!(told(query).contains("TIMEOUT"));
        let mutation = work
            .run(&schema, admitted("mutation { wait }", &gate))
            .await;
        assert!(told(mutation).contains("goes on"));
        // It has its place until it is done.
        let refused = work.run(&schema, admitted("{ wait }", &gate)).await;
        assert!(told(refused).contains("RATE_LIMITED"));
        gate.add_permits(1);
        let query = work.run(&schema, admitted("{ wait }", &gate)).await;
        assert!(told(query).contains(r#"{"wait":true}"#));
    }
}
