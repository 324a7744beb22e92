//! What is followed, over sockets and as server-sent events: the protocols, their limits, and how they end.

mod attacks;
mod ends;
mod events;
mod limits;
mod operations;
mod protocol;
mod slow;
mod turns;
mod unread;

use std::cell::Cell;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, to_bytes};
use axum::http::{Request, header};
use axum::response::Response;
use cashable::app::App;
use cashable::http::{Settings, StreamSettings, router};
use cashable::ledger::{CreateToken, RevokeToken, write};
use entity::words::Role;
use entity::{Instant, access_token};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::sleep;
use tower::ServiceExt;

use crate::support::TestApp;
use crate::support::served::Served;
use crate::support::socket::Socket;
use crate::support::world::{World, olga};

/// Follows what changes.
const CHANGED: &str = "subscription { transactionChanged { id status } }";
/// A query like any other.
const NAME: &str = "{ viewer { name } }";

/// A shop that is served, and somebody with a token to follow it.
struct Followed {
    world: World,
    server: Served,
    token: access_token::Model,
    bearer: String,
}

impl Followed {
    async fn open(app: TestApp, streams: StreamSettings) -> Self {
        let world = World::open(app).await;
        let settings = Settings {
            streams,
            ..Settings::default()
        };
        let server = Served::start(&world.app, settings).await;
        let (token, bearer) = new_token(&world, None).await;
        Self {
            world,
            server,
            token,
            bearer,
        }
    }

    /// A socket that is let in.
    async fn socket(&self) -> Socket {
        let mut socket = Socket::open(&self.server, &[]).await.unwrap();
        socket.enter(&self.bearer).await;
        socket
    }

    /// Takes the token away from its bearer.
    async fn revoke(&self) {
        let revoke = RevokeToken {
            token_id: self.token.id,
        };
        write(&self.world.app, self.world.shop_id, &olga(), &revoke)
            .await
            .unwrap();
    }

    /// The answer to an operation that is asked to be told as events.
    async fn events(&self, bearer: &str, query: &str) -> Events {
        Events::from(self.server.answer(asking(bearer, query)).await)
    }

    /// The answer to an operation that is asked like any other.
    async fn ask(&self, query: &str) -> Value {
        let mut request = asking(&self.bearer, query);
        request.headers_mut().remove(header::ACCEPT);
        let answer = self.server.answer(request).await;
        serde_json::from_slice(&to_bytes(answer.into_body(), usize::MAX).await.unwrap()).unwrap()
    }
}

/// What is heard first while a transaction is changed to and fro: nobody knows when who listens has begun to.
async fn heard_of_changes<T>(world: &World, order: &str, hear: impl Future<Output = T>) -> T {
    let transaction = world.transaction(order).await;
    let has_heard = Cell::new(false);
    let listen = async {
        let heard = hear.await;
        has_heard.set(true);
        heard
    };
    let change = async {
        while !has_heard.get() {
            for status in ["OPEN", "COMPLETED"] {
                world.set(&transaction, status).await;
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::join!(listen, change).0
}

/// An admin's token: its row, and the header that carries it.
async fn new_token(world: &World, expires_at: Option<Instant>) -> (access_token::Model, String) {
    let create = CreateToken {
        name: "Ada".to_owned(),
        role: Role::Admin,
        affiliate_id: None,
        expires_at,
    };
    let created = write(&world.app, world.shop_id, &olga(), &create)
        .await
        .unwrap();
    (created.token, format!("Bearer {}", created.secret))
}

/// An operation that is asked to be told as events.
fn asking(bearer: &str, query: &str) -> Request<Body> {
    Request::post("/graphql")
        .header(header::AUTHORIZATION, bearer)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .body(json!({ "query": query }).to_string().into())
        .unwrap()
}

/// Events as they come.
struct Events {
    status: u16,
    headers: header::HeaderMap,
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn of(app: &App, request: Request<Body>) -> Self {
        let router = router(app.clone(), &Settings::default());
        Self::from(router.oneshot(request).await.unwrap())
    }

    fn from(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.into_data_stream(),
            text: String::new(),
        }
    }

    /// The next event, and what it carries; none where there are no more.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name| {
                    let mut lines = event.lines().filter_map(|line| line.split_once(':'));
                    lines
                        .find(|(found, _)| *found == name)
                        .map(|(_, value)| value.trim_start().to_owned())
                };
                let found = field("event").zip(field("data"));
                self.text = String::from(rest);
                if found.is_some() {
                    return found;
                }
                continue;
            }
            let chunk = self.body.next().await?;
            self.text
                .push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// The answer that the next event carries.
    async fn answer(&mut self) -> Value {
        let (event, answer) = self.next().await.expect("it has ended");
        assert_eq!(event, "next");
        serde_json::from_str(&answer).unwrap()
    }

    /// The answers until the end, which must be told.
    async fn all(&mut self) -> Vec<Value> {
        let mut answers = Vec::new();
        while let Some((event, answer)) = self.next().await {
            if event == "complete" {
                assert_eq!((answer.as_str(), self.next().await), ("", None));
                return answers;
            }
            answers.push(serde_json::from_str(&answer).unwrap());
        }
        panic!("it ended without saying so");
    }

    /// What was answered instead of events.
    async fn refusal(mut self) -> Value {
        while let Some(chunk) = self.body.next().await {
            self.text
                .push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
        serde_json::from_str(&self.text).unwrap()
    }
}
