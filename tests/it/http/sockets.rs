//! Sockets: only for bearers of a good token, however they bring it, and for pages that may ask.

use std::time::Duration;

use cashable::http::{Settings, serve};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Error;

use super::admin;
use crate::support::TestApp;
use crate::support::served::Served;
use crate::support::socket::Socket;

const NAME: &str = "{ viewer { name } }";

/// A server, and an admin's token.
async fn served() -> (Served, String, TestApp) {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    (Served::start(&app, Settings::default()).await, bearer, app)
}

/// The status of the answer to a request for a socket.
async fn status(server: &Served, headers: &[(&'static str, &str)]) -> u16 {
    match Socket::open(server, headers).await {
        Ok(_) => 101,
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_token_in_the_first_message_opens() {
    let (server, bearer, _app) = served().await;
    for payload in [
        json!({ "Authorization": bearer }),
        json!({ "authorization": bearer }),
        json!({ "token": bearer.replace("Bearer ", "") }),
    ] {
        let mut socket = Socket::open(&server, &[]).await.unwrap();
        let init = json!({ "type": "connection_init", "payload": payload });
        socket.send(init).await;
        assert_eq!(socket.told().await["type"], "connection_ack");
        assert_eq!(socket.data("1", NAME).await["viewer"]["name"], "Ada");
    }
}

#[tokio::test]
async fn a_token_in_the_header_opens() {
    let (server, bearer, _app) = served().await;
    let headers = [
        ("sec-websocket-protocol", "other, graphql-transport-ws"),
        ("authorization", &*bearer),
    ];
    let mut socket = Socket::open(&server, &headers).await.unwrap();
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.told().await["type"], "connection_ack");
    assert_eq!(socket.data("1", NAME).await["viewer"]["name"], "Ada");
    let bad = status(&server, &[("authorization", "Bearer cashable_x")]);
    assert_eq!(bad.await, 401);
    let other = [
        ("authorization", &*bearer),
        ("sec-websocket-protocol", "graphql-ws"),
    ];
    assert_eq!(status(&server, &other).await, 400);
}

#[tokio::test]
async fn pages_of_other_hosts_open_none() {
    let (server, bearer, _app) = served().await;
    for (origin, expected) in [("http://localhost", 101), ("http://evil.example", 403)] {
        let headers = [("authorization", &*bearer), ("origin", origin)];
        assert_eq!(status(&server, &headers).await, expected, "{origin}");
    }
}

#[tokio::test]
async fn without_a_token_nothing_opens() {
    let (server, _, _app) = served().await;
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": NAME } });
    for (first, code) in [
        (json!({ "type": "connection_init" }), 4403),
        (
            json!({ "type": "connection_init", "payload": { "token": "cashable_x" } }),
            4403,
        ),
        (subscribe, 4401),
        (json!({ "type": "hello" }), 4400),
    ] {
        let mut socket = Socket::open(&server, &[]).await.unwrap();
        socket.send(first).await;
        assert_eq!(socket.code().await, code);
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
