//! Where nothing but kept documents may run, that is held where things run: no way on which a request can come
//! leads past it.

use std::any::TypeId;
use std::future::ready;
use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::super::refused::Refused;

/// Goes with a request whose document is a kept one.
pub struct Kept;

/// A schema, and whether it runs kept documents alone.
#[derive(Clone)]
pub struct Guarded<E> {
    schema: E,
    only: bool,
}

impl<E> Guarded<E> {
    /// This schema, guarded or not.
    pub fn new(schema: E, only: bool) -> Self {
        Self { schema, only }
    }

    fn admits(&self, request: &Request) -> bool {
        !self.only || request.data.contains_key(&TypeId::of::<Kept>())
    }
}

impl<E: Executor> Executor for Guarded<E> {
    async fn execute(&self, request: Request) -> Response {
        if self.admits(&request) {
            return self.schema.execute(request).await;
        }
        refusal()
    }

    fn execute_stream(
        &self,
        request: Request,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        if self.admits(&request) {
            return self.schema.execute_stream(request, session);
        }
        stream::once(ready(refusal())).boxed()
    }
}

/// For what comes with a text of its own.
pub fn required() -> Refused {
    Refused::not_begun(
        "PERSISTED_DOCUMENT_REQUIRED",
        "this server runs persisted documents alone: send the documentId of one",
    )
}

fn refusal() -> Response {
    Response::from_errors(vec![required().into()])
}
