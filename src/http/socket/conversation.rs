//! The protocol graphql-transport-ws from its greeting to its end.

use std::pin::pin;
use std::time::Duration;

use async_graphql::{Executor, Request};
use futures_util::future::ready;
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Map, Value};
use tokio::time::{Instant, interval_at, timeout};

use super::close::Close;
use super::line::{Line, Wire};
use super::message::{Heard, News, connection_ack, pong};
use super::operations::Operations;
use crate::error::Error;
use crate::http::bearer;
use crate::http::documents::Documents;
use crate::http::execution::refusal;
use crate::http::streams::{End, Follower, StreamSettings};
use crate::http::watched::Told;

/// How often a socket is asked for a sign of life. Proxies cut what is silent for a minute.
const KNOCK_EVERY: Duration = Duration::from_secs(25);

/// Both sides of a socket.
pub struct Conversation<'a, E, W> {
    execution: &'a E,
    documents: &'a Documents,
    settings: &'a StreamSettings,
    line: &'a mut Line<W>,
}

impl<'a, E: Executor, W: Wire> Conversation<'a, E, W> {
    /// Nothing was said yet.
    pub fn new(
        execution: &'a E,
        documents: &'a Documents,
        settings: &'a StreamSettings,
        line: &'a mut Line<W>,
    ) -> Self {
        Self {
            execution,
            documents,
            settings,
            line,
        }
    }

    /// Waits for the first message that counts, and answers whose token it brings.
    pub async fn greet(&mut self, follower: Follower) -> Result<Follower, Close> {
        let greeting = timeout(self.settings.socket_init_timeout.0, self.init()).await;
        let payload = greeting.map_err(|_| Close::init_timeout())??;
        Ok(follower.or_with(bearer::in_payload(&Value::Object(payload))))
    }

    async fn init(&mut self) -> Result<Map<String, Value>, Close> {
        loop {
            match self.line.hear().await? {
                Heard::Init(payload) => return Ok(payload.unwrap_or_default()),
                Heard::Ping(payload) => self.line.tell(pong(&payload)).await?,
                Heard::Subscribe(..) => return Err(Close::unauthorized()),
                Heard::Pong | Heard::Complete(_) => {}
            }
        }
    }

    /// Lets the follower in, and runs what it asks for until one of the sides has enough. When the server stops,
    /// that is when what is asked once has been answered.
    pub async fn hold(&mut self, follower: &Follower) -> Result<(), Close> {
        self.line.tell(connection_ack()).await?;
        let mut operations = Operations::new(self.settings.socket_operations);
        let mut knocking = interval_at(Instant::now() + KNOCK_EVERY, KNOCK_EVERY);
        let mut stopped = pin!(follower.stopped());
        let mut is_stopping = false;
        loop {
            tokio::select! {
                heard = self.line.hear() => self.react(heard?, follower, &mut operations).await?,
                news = operations.next() => match news {
                    Some(news) => self.line.tell(news?.text).await?,
                    None => return Err(End::Stopped.into()),
                },
                _ = knocking.tick() => self.line.knock().await?,
                _ = &mut stopped, if !is_stopping => {
                    is_stopping = true;
                    operations.begin_no_more();
                }
            }
        }
    }

    async fn react(
        &mut self,
        heard: Heard,
        follower: &Follower,
        operations: &mut Operations,
    ) -> Result<(), Close> {
        match heard {
            Heard::Init(_) => return Err(Close::repeated_init()),
            Heard::Ping(payload) => self.line.tell(pong(&payload)).await?,
            Heard::Pong => {}
            Heard::Complete(id) => operations.complete(&id),
            Heard::Subscribe(id, _) if operations.is_running(&id) => {
                return Err(Close::duplicate(&id));
            }
            Heard::Subscribe(id, asked) => {
                let execution = self.execution.clone();
                let begun = self.documents.request(asked).and_then(|request| {
                    let messages = messages(id.clone(), execution, follower.clone(), request);
                    operations.begin(&id, messages)
                });
                if let Err(refused) = begun {
                    self.line.tell(News::refused(&id, refused).text).await?;
                }
            }
        }
        Ok(())
    }
}

/// An operation as its client hears of it, or why its socket has to go. Whose token it is, is asked for each
/// operation, as it is over HTTP.
fn messages<E: Executor>(
    id: String,
    execution: E,
    follower: Follower,
    request: Request,
) -> impl Stream<Item = Result<News, Close>> + Send + use<E> {
    let begin = async move {
        let told = Told::default();
        let request = request.data(told.clone());
        let answers = match follower.identify_again().await {
            Ok(name) => execution.execute_stream(follower.sign(request, name), None),
            Err(error @ Error::Unauthenticated(_)) => {
                return stream::once(ready(Err(Close::refused(error)))).boxed();
            }
            Err(error) => stream::once(ready(refusal(error))).boxed(),
        };
        let over = News::complete(&id);
        let news = answers.map(move |answer| News::answer(&id, &answer));
        let news = news.chain(stream::once(ready(over))).map(Ok);
        // Were it said to be complete, its client would not ask again elsewhere.
        let cut_off = async move { follower.cut_off(&told).await };
        news.take_until(Box::pin(cut_off)).boxed()
    };
    stream::once(begin).flatten()
}
