//! What the events of a subscription cost, over a socket and as server-sent events: each is paid for, and one that
//! cannot be waits until it can.

use std::num::NonZeroU64;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, header};
use cashable::http::Settings;
use entity::Instant;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::ways::{Caller, Way};
use crate::support::served::Served;
use crate::support::socket::Socket;
use crate::support::world::World;
use crate::support::{TestApp, on_both};

on_both!(each_event_is_paid_for_on_every_way);

const CHANGED: &str = "subscription { transactionChanged { id status } }";
/// For the field, what is read for it, and two values.
const EVENT: u64 = 100 + 1 + 2;

/// Somebody who follows what changes.
enum Followed {
    Socket(Box<Socket>),
    Events(BodyDataStream, String),
}

impl Followed {
    async fn open(server: &Served, bearer: &str, way: Way) -> Self {
        if way == Way::Socket {
            let mut socket = Socket::open(server, &[]).await.unwrap();
            socket.enter(bearer).await;
            socket.subscribe("1", CHANGED).await;
            return Self::Socket(Box::new(socket));
        }
        let query = CHANGED.replace(' ', "%20");
        let query = query.replace('{', "%7B").replace('}', "%7D");
        let body = json!({ "query": CHANGED }).to_string();
        let (request, body) = match way {
            Way::EventLink => (
                Request::get(format!("/graphql?query={query}")),
                Body::empty(),
            ),
            _ => (Request::post("/graphql"), body.into()),
        };
        let request = request
            .header(header::AUTHORIZATION, bearer)
            .header(header::ACCEPT, "text/event-stream")
            .header(header::CONTENT_TYPE, "application/json");
        let answer = server.answer(request.body(body).unwrap()).await;
        Self::Events(answer.into_body().into_data_stream(), String::new())
    }

    /// What the next event tells.
    async fn next(&mut self) -> Value {
        match self {
            Self::Socket(socket) => socket.told().await["payload"].take(),
            Self::Events(body, text) => loop {
                if let Some(end) = text.find("\n\n") {
                    let event: String = text.drain(..end + 2).collect();
                    if let Some(told) = event.strip_prefix("event: next\ndata: ") {
                        return serde_json::from_str(told).unwrap();
                    }
                    continue;
                }
                let piece = body.next().await.expect("it goes on").unwrap();
                text.push_str(std::str::from_utf8(&piece).unwrap());
            },
        }
    }
}

/// Changes a transaction again and again until somebody hears of it, and answers what they hear.
async fn first_heard(world: &World, followed: &mut Followed) -> Value {
    let id = world.transaction("1").await["id"].clone();
    for status in ["OPEN", "COMPLETED"].into_iter().cycle() {
        // It may have that one already.
        let input = json!({ "transactionId": id, "status": status, "reason": "OTHER" });
        let mutation = "overrideTransactionStatus";
        world.change(mutation, input, "__typename").await;
        let heard = timeout(Duration::from_millis(200), followed.next());
        if let Ok(told) = heard.await {
            return told;
        }
    }
    unreachable!("it goes on for ever")
}

async fn each_event_is_paid_for_on_every_way(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    for (way, status) in [
        (Way::Socket, "CANCELLED"),
        (Way::Events, "OPEN"),
        (Way::EventLink, "CANCELLED"),
    ] {
        let mut settings = Settings::default();
        settings.rates.rate_capacity = NonZeroU64::new(100_000).unwrap();
        settings.rates.rate_refill = NonZeroU64::MIN;
        let server = Served::start(&world.app, settings).await;
        let (poor, rich) = (token(&world, "poor").await, token(&world, "rich").await);
        let mut followed = Followed::open(&server, &poor, way).await;
        let first = first_heard(&world, &mut followed).await;
        let cost = &first["extensions"]["cost"];
        assert_eq!(cost["requested"], CHANGED.len() as u64 + EVENT, "{way:?}");
        let mut left = cost["left"].as_u64().unwrap();
        // This is heard of after all that came before, each of which was paid for.
        let last = world.transaction("2").await;
        world.set(&last, status).await;
        loop {
            let told = followed.next().await;
            let cost = &told["extensions"]["cost"];
            assert_eq!(cost["requested"], EVENT, "{way:?}");
            left -= EVENT;
            assert_eq!(cost["left"], left, "{way:?}");
            if told["data"]["transactionChanged"]["id"] == last["id"] {
                break;
            }
        }
        spend(&server, &poor, left).await;
        // Who can pay is told of the next change, and who cannot is not.
        let mut other = Followed::open(&server, &rich, way).await;
        first_heard(&world, &mut other).await;
        let waits = timeout(Duration::from_millis(100), followed.next()).await;
        assert!(waits.is_err(), "{way:?}: {waits:?}");
        let now = world.app.clock.now();
        world.app.clock.set(Instant(now.0 + 100_000_000));
        let told = followed.next().await;
        assert_eq!(told["extensions"]["cost"]["requested"], EVENT, "{way:?}");
    }
}

async fn token(world: &World, name: &str) -> String {
    let input = json!({ "name": name, "role": "ANALYST" });
    let made = world.done("createAccessToken", input, "secret").await;
    format!("Bearer {}", made["secret"].as_str().unwrap())
}

/// Leaves fewer points than an event costs.
async fn spend(server: &Served, bearer: &str, mut left: u64) {
    let caller = Caller { server, bearer };
    while left >= EVENT {
        let names = left.min(10_000) - 20;
        let query = format!(
            "{{ __typename }} #{}",
            "x".repeat(usize::try_from(names).unwrap())
        );
        let told = caller.ask(Way::Post, &query).await;
        left = told.cost()["left"].as_u64().unwrap();
    }
}
