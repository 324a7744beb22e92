//! Runs operations within the limits: what [`Execution`] runs, HTTP and sockets reach through this alone.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Executor, Request, Response};
use futures_util::StreamExt;
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream};

use super::admission::Admission;
use super::answered::Answered;
use super::rates::Rates;
use super::work::Work;
use crate::app::App;
use crate::http::execution::Execution;
use crate::http::refused::Refused;
use crate::http::settings::Settings;

/// A schema behind the limits. Clones count together.
#[derive(Clone)]
pub struct Limited<E> {
    execution: Execution<E>,
    admission: Admission,
    work: Work,
}

impl<E> Limited<E> {
    /// Runs operations of this schema that these settings let through.
    pub fn new(app: App, schema: E, settings: &Settings) -> Self {
        let rates = Rates::new(settings.rates.clone(), app.clock.clone());
        Self {
            execution: Execution::new(app, schema),
            admission: Admission::new(settings.documents.clone(), rates),
            work: Work::new(&settings.work),
        }
    }

    /// The points of everybody.
    pub(in crate::http) fn rates(&self) -> &Rates {
        self.admission.rates()
    }
}

impl<E: Executor> Limited<E> {
    /// Runs an operation that may be run, whichever kind it is, unless all that was done to ask for it was to follow
    /// a link.
    pub(in crate::http) async fn answer(
        &self,
        request: Request,
        is_link: bool,
    ) -> Result<Answered, Refused> {
        let admitted = match self.admission.admit(request, None) {
            Ok(admitted) => admitted,
            Err(refused) => return Ok(*refused),
        };
        if is_link {
            refuse_changes(admitted.kind)?;
        }
        Ok(self.work.run(&self.execution, admitted).await)
    }
}

/// Following a link changes nothing. What names no one operation goes on: GraphQL says what is wrong with it.
fn refuse_changes(kind: Option<OperationType>) -> Result<(), Refused> {
    match kind {
        None | Some(OperationType::Query) => Ok(()),
        Some(_) => Err(Refused::method(
            "POST",
            "only queries can be asked with GET",
        )),
    }
}

impl<E: Executor> Executor for Limited<E> {
    async fn execute(&self, request: Request) -> Response {
        let answered = match self.admission.admit(request, None) {
            Ok(admitted) => self.work.run(&self.execution, admitted).await,
            Err(refused) => *refused,
        };
        answered.into_response()
    }

    /// Subscriptions are short work now and then, and are not ended by time: whoever holds the connection bounds
    /// how many there are.
    fn execute_stream(
        &self,
        request: Request,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let admitted = match self.admission.admit(request, session.as_deref()) {
            Ok(admitted) => admitted,
            Err(refused) => return stream::once(ready(refused.into_response())).boxed(),
        };
        let mut cost = Some(admitted.cost);
        let answers = self.execution.execute_stream(admitted.request, session);
        let first_tells = move |answer| match cost.take() {
            Some(cost) => cost.tell(answer),
            None => answer,
        };
        answers.map(first_tells).boxed()
    }
}
