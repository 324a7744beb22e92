//! Every way by which an operation can come, so that what must hold of one is asked of all.

use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::support::served::Served;
use crate::support::socket::Socket;

/// A way to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Post,
    Link,
    Socket,
    Events,
    EventLink,
}

pub const WAYS: [Way; 5] = [
    Way::Post,
    Way::Link,
    Way::Socket,
    Way::Events,
    Way::EventLink,
];

/// What somebody is told who has asked.
#[derive(Debug)]
pub struct Told {
    /// What HTTP says; none on a socket.
    pub status: Option<StatusCode>,
    pub retry_after: Option<String>,
    /// The first answer; null where the socket ended instead.
    pub answer: Value,
    /// The code that the socket ended with.
    pub closed: Option<u16>,
}

/// Somebody who asks a server.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    pub server: &'a Served,
    pub bearer: &'a str,
}

impl Way {
    /// Whether it takes what is asked: no address has more than 64 KiB, the rest of its head among them.
    pub fn takes(self, asked: &Value) -> bool {
        !self.is_link() || link(asked).len() < 64_000
    }

    /// The kind of operation that may not come so, or is the other of those that may.
    pub fn other_kind(self) -> &'static str {
        match self {
            Self::Post | Self::Link | Self::EventLink => "mutation",
            Self::Socket | Self::Events => "subscription",
        }
    }

    fn is_link(self) -> bool {
        matches!(self, Self::Link | Self::EventLink)
    }

    fn accept(self) -> &'static str {
        match self {
            Self::Events | Self::EventLink => "text/event-stream",
            _ => "application/json",
        }
    }
}

impl Told {
    pub fn code(&self) -> &Value {
        &self.extensions()["code"]
    }

    /// The extensions of the first error.
    pub fn extensions(&self) -> &Value {
        &self.answer["errors"][0]["extensions"]
    }

    pub fn cost(&self) -> &Value {
        &self.answer["extensions"]["cost"]
    }

    pub fn assert_data(&self) {
        assert!(self.answer["data"].is_object(), "{self:?}");
        assert_eq!(self.answer.get("errors"), None, "{self:?}");
    }
}

impl Caller<'_> {
    pub async fn ask(&self, way: Way, document: &str) -> Told {
        self.ask_for(way, &json!({ "query": document })).await
    }

    /// Asks with all that a question may have.
    pub async fn ask_for(&self, way: Way, asked: &Value) -> Told {
        match way {
            Way::Socket => self.over_socket(asked).await,
            way => self.over_http(self.request(way, asked), way).await,
        }
    }

    fn request(&self, way: Way, asked: &Value) -> Request<Body> {
        let with_bearer =
            |request: Builder| request.header(header::AUTHORIZATION, self.bearer.to_owned());
        let request = if way.is_link() {
            with_bearer(Request::get(link(asked))).body(Body::empty())
        } else {
            with_bearer(Request::post("/graphql"))
                .header(header::CONTENT_TYPE, "application/json")
                .body(asked.to_string().into())
        };
        request.unwrap()
    }

    async fn over_http(&self, mut request: Request<Body>, way: Way) -> Told {
        let accept = way.accept().parse().unwrap();
        request.headers_mut().insert(header::ACCEPT, accept);
        let (parts, body) = self.server.answer(request).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = std::str::from_utf8(&body).unwrap();
        let text = |name| Some(parts.headers.get(name)?.to_str().unwrap().to_owned());
        let is_stream = text(header::CONTENT_TYPE).is_some_and(|it| it == "text/event-stream");
        let first = is_stream.then(|| body.strip_prefix("event: next\ndata: "));
        let answer = first.map_or(body, |first| first.unwrap().lines().next().unwrap());
        Told {
            status: Some(parts.status),
            retry_after: text(header::RETRY_AFTER),
            answer: serde_json::from_str(answer).unwrap(),
            closed: None,
        }
    }

    async fn over_socket(&self, asked: &Value) -> Told {
        let mut socket = Socket::open(self.server, &[]).await.unwrap();
        socket.enter(self.bearer).await;
        let message = json!({ "id": "1", "type": "subscribe", "payload": asked });
        // Of what is too long not all may be taken.
        let _ = socket.send_text(message.to_string()).await;
        let (answer, closed) = match socket.next().await {
            Ok(mut told) if told["type"] == "error" => {
                (json!({ "errors": told["payload"].take() }), None)
            }
            Ok(mut told) => (told["payload"].take(), None),
            Err(end) => (Value::Null, Some(end.map_or(0, |(code, _)| code))),
        };
        Told {
            status: None,
            retry_after: None,
            answer,
            closed,
        }
    }
}

/// The address that asks this.
fn link(asked: &Value) -> String {
    let parameter = |(name, value): (&String, &Value)| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={}", escaped(&text))
    };
    let parameters: Vec<_> = asked.as_object().unwrap().iter().map(parameter).collect();
    format!("/graphql?{}", parameters.join("&"))
}

fn escaped(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b' ' => "+".to_owned(),
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b':' | b'@' | b',' | b'.' | b'_' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02x}"),
    };
    text.bytes().map(escaped).collect()
}
