//! Runs one operation, whichever way it came: hands its resolvers what they read with, and keeps a panic to
//! the operation that it broke.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Executor, Request, Response, ServerError};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, future};

use super::operation::operation_type;
use crate::app::App;
use crate::graphql::Reads;

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

    /// A query reads one snapshot, so that its figures agree (R25). A mutation reads what it has just written,
    /// and a subscription what has been written since.
    fn equip(&self, mut request: Request) -> Result<Request, Response> {
        let kind = operation_type(&mut request).map_err(|error| Response::from_errors(vec![error]))?;
        let reads = match kind {
            Some(OperationType::Query) => Reads::snapshot(&self.app),
            _ => Reads::latest(&self.app),
        };
        Ok(request.data(self.app.clone()).data(reads))
    }

    /// What a caller learns of a panic: an id to ask about, under which the log has the rest.
    fn broken(&self, panic: &(dyn Any + Send)) -> Response {
        let id = self.app.new_id(self.app.clock.now());
        tracing::error!(%id, panic = words_of(panic), "an operation panicked");
        let mut error = ServerError::new(format!("something went wrong here; the log has it as {id}"), None);
        error.extensions.get_or_insert_default().set("code", "INTERNAL");
        Response::from_errors(vec![error])
    }
}

impl<E: Executor> Executor for Execution<E> {
    async fn execute(&self, request: Request) -> Response {
        let request = match self.equip(request) {
            Ok(request) => request,
            Err(refused) => return refused,
        };
        // What a panic leaves half done goes with its request.
        let answer = AssertUnwindSafe(self.schema.execute(request)).catch_unwind();
        answer.await.unwrap_or_else(|panic| self.broken(&*panic))
    }

    fn execute_stream(
        &self,
        request: Request,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let request = match self.equip(request) {
            Ok(request) => request,
            Err(refused) => return stream::once(future::ready(refused)).boxed(),
        };
        let this = self.clone();
        AssertUnwindSafe(self.schema.execute_stream(request, session))
            .catch_unwind()
            .map(move |answer| answer.unwrap_or_else(|panic| this.broken(&*panic)))
            .boxed()
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let string = || panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(string).unwrap_or("without words")
}
