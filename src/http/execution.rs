//! Runs one operation, whichever way it came: hands its resolvers what they read with, and keeps a panic to
//! the operation that it broke.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response, ServerError};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, future};

use super::answer_order::AnswerOrder;
use super::nulls::Nulls;
use super::operation::{operation_of, refuse_invalid};
use super::panics::{Panic, broken};
use super::watched::Told;
use crate::app::App;
use crate::error::Error;
use crate::graphql::{ApiError, Reads, mask};

/// A schema with all that its resolvers ask for.
#[derive(Clone)]
pub struct Execution<E> {
    app: App,
    schema: E,
}

impl<E> Execution<E> {
    /// Runs operations of this schema.
    pub fn new(app: App, schema: E) -> Self {
        Self { app, schema }
    }

    /// An operation reads one snapshot, so that its figures agree (R25). A mutation begins another with each
    /// write, and a subscription with each event.
    fn equip(&self, mut request: Request) -> Result<(Request, Finish), ServerError> {
        let operation = operation_of(&mut request)?;
        if let Some(operation) = &operation {
            Told::tell(&request, operation);
        }
        refuse_invalid(&mut request)?;
        let reads = Reads::new(&self.app);
        let finish = Finish {
            order: operation.map(|it| it.order).unwrap_or_default(),
            nulls: Nulls::of(&request),
            reads: reads.clone(),
        };
        Ok((request.data(self.app.clone()).data(reads), finish))
    }
}

/// What is left to be done to an answer of the library before it goes out.
struct Finish {
    order: AnswerOrder,
    nulls: Nulls,
    reads: Reads,
}

impl Finish {
    /// Whoever the answer is for may be slow to take it: what it was read from is let go of before.
    fn finish(&self, answer: Result<Response, Panic>) -> Response {
        self.reads.renew();
        let answer = answer.unwrap_or_else(|panic| broken(&*panic));
        // All errors are needed to know where nulls go, and not all of them are shown.
        mask(self.nulls.fill(self.order.restore(answer)))
    }
}

impl<E: Executor> Executor for Execution<E> {
    async fn execute(&self, request: Request) -> Response {
        let (request, finish) = match self.equip(request) {
            Ok(equipped) => equipped,
            Err(error) => return unreadable(error),
        };
        // What a panic leaves half done goes with its request.
        let answer = AssertUnwindSafe(self.schema.execute(request)).catch_unwind();
        finish.finish(answer.await)
    }

    fn execute_stream(
        &self,
        request: Request,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let (request, finish) = match self.equip(request) {
            Ok(equipped) => equipped,
            Err(error) => return stream::once(future::ready(unreadable(error))).boxed(),
        };
        AssertUnwindSafe(self.schema.execute_stream(request, session))
            .catch_unwind()
            .map(move |answer| finish.finish(answer))
            .boxed()
    }
}

/// A document that does not parse.
pub fn unreadable(error: ServerError) -> Response {
    mask(Response::from_errors(vec![error]))
}

/// The answer to an operation that was not begun, or not finished, for this reason.
pub fn refusal(error: Error) -> Response {
    Response::from_errors(vec![ApiError::from(error).told()])
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, Object, Schema, Subscription};
    use futures_util::Stream;

    use super::*;
    use crate::clock::Clock;
    use crate::database::Database;

    fn secrets() -> bool {
        panic!("a secret")
    }

    struct Query;

    #[Object]
    impl Query {
        async fn broken(&self) -> bool {
            secrets()
        }
    }

    struct Ticks;

    #[Subscription]
    impl Ticks {
        async fn broken(&self) -> impl Stream<Item = bool> {
            stream::iter([true]).map(|_| secrets())
        }
    }

    async fn execution() -> Execution<Schema<Query, EmptyMutation, Ticks>> {
        let database = Database::connect("sqlite::memory:").await.unwrap();
        let app = App::new(database, Clock::Machine);
        Execution::new(app, Schema::new(Query, EmptyMutation, Ticks))
    }

    fn assert_internal(response: &Response) {
        let told = serde_json::to_string(response).unwrap();
        assert!(
            told.contains("INTERNAL") && !told.contains("secret"),
            "{told}"
        );
    }

    #[tokio::test]
    async fn a_panic_breaks_one_operation() {
        let execution = execution().await;
        let request = || Request::new("{ broken }");
        assert_internal(&execution.execute(request()).await);
        assert_internal(&execution.execute(request()).await);
    }

    #[tokio::test]
    async fn a_panic_ends_one_subscription() {
        let execution = execution().await;
        let answers = execution.execute_stream(Request::new("subscription { broken }"), None);
        let answers: Vec<_> = answers.collect().await;
        assert_eq!(answers.len(), 1);
        assert_internal(&answers[0]);
    }
}
