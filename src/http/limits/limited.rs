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
use crate::http::media::MediaType;
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
        let work = Work::new(&settings.work, app.stop.clone());
        Self {
            execution: Execution::new(app, schema),
            admission: Admission::new(settings.documents.clone(), rates),
            work,
        }
    }

    /// Following a link changes nothing, and only a stream of events can be followed for long. What cannot be
    /// parsed, or is past a limit, goes on: it will be told what is wrong with it.
    pub(in crate::http) fn refuse_changes(
        &self,
        request: &mut Request,
        media: MediaType,
    ) -> Result<(), Refused> {
        match (self.admission.kind_of(request), media) {
            (Some(OperationType::Subscription), MediaType::EventStream)
            | (None | Some(OperationType::Query), _) => Ok(()),
            (Some(_), _) => Err(Refused::method(
                "POST",
                "only queries can be asked with GET",
            )),
        }
    }

    /// The points of everybody.
    pub(in crate::http) fn rates(&self) -> &Rates {
        self.admission.rates()
    }
}

impl<E: Executor> Limited<E> {
    /// Runs an operation that may be run.
    pub(in crate::http) async fn answer(&self, request: Request) -> Answered {
        match self.admission.admit(request, None) {
            Ok(admitted) => self.work.run(&self.execution, admitted).await,
            Err(refused) => *refused,
        }
    }
}

impl<E: Executor> Executor for Limited<E> {
    async fn execute(&self, request: Request) -> Response {
        self.answer(request).await.into_response()
    }

    /// Subscriptions are short work now and then, and are not ended by time: whoever holds the connection bounds
    /// how many there are. All else is answered once, and lets go of what it read from before that is taken.
    fn execute_stream(
        &self,
        request: Request,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let admitted = match self.admission.admit(request, session.as_deref()) {
            Ok(admitted) => admitted,
            Err(refused) => return stream::once(ready(refused.into_response())).boxed(),
        };
        if admitted
            .kind
            .is_some_and(|kind| kind != OperationType::Subscription)
        {
            let (work, execution) = (self.work.clone(), self.execution.clone());
            let answered = async move { work.run(&execution, admitted).await.into_response() };
            return stream::once(answered).boxed();
        }
        let mut cost = Some(admitted.cost);
        let answers = self.execution.execute_stream(admitted.request, session);
        let first_tells = move |answer| match cost.take() {
            Some(cost) => cost.tell(answer),
            None => answer,
        };
        answers.map(first_tells).boxed()
    }
}
