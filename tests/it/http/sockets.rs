//! Sockets: only for bearers of a good token, however they bring it.

use std::time::Duration;

use cashable::app::App;
use cashable::http::{Settings, serve};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::admin;
use crate::support::TestApp;

/// A client's end of a socket.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn send(&mut self, message: Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    async fn message(&mut self) -> Value {
        let message = self.0.next().await.unwrap().unwrap();
        serde_json::from_str(message.to_text().unwrap()).unwrap()
    }

    /// The code that the other side ends with.
    async fn end(&mut self) -> u16 {
        match self.0.next().await.unwrap().unwrap() {
            Message::Close(Some(frame)) => frame.code.into(),
            message => panic!("{message} is no end"),
        }
    }

    async fn assert_let_in(&mut self) {
        assert_eq!(self.message().await["type"], "connection_ack");
        self.assert_told(
            "subscription { syncProgress(runId: \"x\") { id } }",
            "is not the id of",
        )
        .await;
    }

    /// The answer to this operation is one error with these words.
    async fn assert_told(&mut self, query: &str, words: &str) {
        let payload = json!({ "query": query });
        self.send(json!({ "id": "1", "type": "subscribe", "payload": payload }))
            .await;
        let next = self.message().await;
        assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("1")));
        let error = &next["payload"]["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert_eq!(self.message().await["type"], "complete");
    }
}

async fn served(app: &App) -> (String, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}/graphql", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel();
    let shutdown = async move { drop(stopped.await) };
    let app = app.clone();
    tokio::spawn(async move { serve(app, &Settings::default(), listener, shutdown).await });
    (address, stop)
}

async fn open(address: &str, protocol: &str, bearer: Option<&str>) -> Result<Socket, Error> {
    let mut request = address.into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", protocol.parse().unwrap());
    if let Some(bearer) = bearer {
        headers.insert("Authorization", bearer.parse().unwrap());
    }
    Ok(Socket(connect_async(request).await?.0))
}

const PROTOCOL: &str = "graphql-transport-ws";

#[tokio::test]
async fn a_token_in_the_first_message_opens() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let (address, _stop) = served(&app).await;
    for payload in [
        json!({ "Authorization": bearer }),
        json!({ "authorization": bearer }),
        json!({ "token": bearer.replace("Bearer ", "") }),
    ] {
        let mut socket = open(&address, PROTOCOL, None).await.unwrap();
        socket
            .send(json!({ "type": "connection_init", "payload": payload }))
            .await;
        socket.assert_let_in().await;
    }
}

#[tokio::test]
async fn a_token_in_the_header_opens() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let (address, _stop) = served(&app).await;
    let mut socket = open(&address, "other, graphql-transport-ws", Some(&bearer))
        .await
        .unwrap();
    socket.send(json!({ "type": "connection_init" })).await;
    socket.assert_let_in().await;
    let refused = open(&address, PROTOCOL, Some("Bearer cashable_x")).await;
    assert!(matches!(refused, Err(Error::Http(answer)) if answer.status() == 401));
    let refused = open(&address, "graphql-ws", Some(&bearer)).await;
    assert!(matches!(refused, Err(Error::Http(answer)) if answer.status() == 400));
}

#[tokio::test]
async fn pages_of_other_hosts_open_none() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let (address, _stop) = served(&app).await;
    let own = address.replace("ws://", "http://").replace("/graphql", "");
    for (origin, status) in [(own.as_str(), 101), ("http://evil.example", 403)] {
        let mut request = address.as_str().into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Sec-WebSocket-Protocol", PROTOCOL.parse().unwrap());
        headers.insert("Authorization", bearer.parse().unwrap());
        headers.insert("Origin", origin.parse().unwrap());
        let answer = match connect_async(request).await {
            Ok((_, answer)) => answer.status(),
            Err(Error::Http(answer)) => answer.status(),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(answer, status, "{origin}");
    }
}

#[tokio::test]
async fn without_a_token_nothing_opens() {
    let app = TestApp::on_sqlite().await;
    let (address, _stop) = served(&app).await;
    let subscribe =
        json!({ "id": "1", "type": "subscribe", "payload": { "query": "{ __typename }" } });
    for (first, code) in [
        (json!({ "type": "connection_init" }), 4403),
        (
            json!({ "type": "connection_init", "payload": { "token": "cashable_x" } }),
            4403,
        ),
        (subscribe, 4401),
        (json!({ "type": "hello" }), 4400),
    ] {
        let mut socket = open(&address, PROTOCOL, None).await.unwrap();
        socket.send(first).await;
        assert_eq!(socket.end().await, code);
    }
}

#[tokio::test]
async fn nonsense_later_ends_with_a_code_that_clients_know() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let (address, _stop) = served(&app).await;
    let mut socket = open(&address, PROTOCOL, Some(&bearer)).await.unwrap();
    socket.send(json!({ "type": "connection_init" })).await;
    socket.assert_let_in().await;
    socket.send(json!({ "type": "x".repeat(200) })).await;
    assert_eq!(socket.end().await, 4400);
}

#[tokio::test]
async fn queries_and_mutations_are_sent_elsewhere() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let (address, _stop) = served(&app).await;
    let mut socket = open(&address, PROTOCOL, Some(&bearer)).await.unwrap();
    socket.send(json!({ "type": "connection_init" })).await;
    socket.assert_let_in().await;
    let elsewhere = "ask queries and mutations with POST";
    for (query, words) in [
        ("{ viewer { name } }", elsewhere),
        ("mutation { triggerSync { alreadyRunning } }", elsewhere),
        ("{", "expected"),
        (
            "query A { shop { id } } query B { shop { id } }",
            "Operation name required",
        ),
    ] {
        socket.assert_told(query, words).await;
    }
}

#[tokio::test]
async fn the_server_stops_when_it_is_told_to() {
    let app = TestApp::on_sqlite().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = Settings::default();
    let stopped = serve((*app).clone(), &settings, listener, std::future::ready(()));
    let stopped = tokio::time::timeout(Duration::from_secs(10), stopped).await;
    stopped.unwrap().unwrap();
}
