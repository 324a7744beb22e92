//! The protocol graphql-transport-ws, message by message.

use serde_json::json;
use tokio::time::{Instant, pause};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::{CHANGED, Followed, NAME};
use crate::support::TestApp;
use crate::support::memory::Memory;
use crate::support::socket::Socket;
use cashable::http::{Settings, StreamSettings};

async fn followed() -> Followed {
    Followed::open(TestApp::on_sqlite().await, StreamSettings::default()).await
}

#[tokio::test]
async fn what_is_no_message_ends_a_socket() {
    let followed = followed().await;
    let wrong = [
        Message::text("{"),
        Message::text("[]"),
        Message::text("null"),
        Message::text(json!({ "type": "x".repeat(200) }).to_string()),
        Message::text(json!({ "type": "next", "id": "1", "payload": {} }).to_string()),
        Message::text(json!({ "type": "subscribe", "id": "1", "payload": [] }).to_string()),
        Message::text(json!({ "type": "subscribe", "id": "1", "payload": {} }).to_string()),
        Message::binary(json!({ "type": "ping" }).to_string()),
    ];
    for frame in wrong {
        for is_in in [false, true] {
            let mut socket = if is_in {
                followed.socket().await
            } else {
                Socket::open(&followed.server, &[]).await.unwrap()
            };
            socket.send_frame(frame.clone()).await.unwrap();
            let (code, reason) = socket.end().await.unwrap();
            assert_eq!(code, 4400, "{frame}");
            assert!(!reason.is_empty() && reason.len() <= 123, "{reason}");
        }
    }
}

#[tokio::test]
async fn nothing_is_asked_before_the_greeting_and_nobody_greets_twice() {
    let followed = followed().await;
    let mut socket = Socket::open(&followed.server, &[]).await.unwrap();
    socket.subscribe("1", NAME).await;
    assert_eq!(socket.code().await, 4401);
    // With a good token in the header too.
    let headers = [("authorization", &*followed.bearer)];
    let mut socket = Socket::open(&followed.server, &headers).await.unwrap();
    socket.subscribe("1", NAME).await;
    assert_eq!(socket.code().await, 4401);
    let mut socket = followed.socket().await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.code().await, 4429);
}

#[tokio::test]
async fn an_id_is_one_operations_until_its_end() {
    let followed = followed().await;
    let mut socket = followed.socket().await;
    socket.data("1", NAME).await;
    socket.data("1", NAME).await;
    socket.subscribe("1", CHANGED).await;
    socket.send(json!({ "type": "complete", "id": "1" })).await;
    // What has ended already can be ended again, and so can what never was.
    for id in ["1", "2"] {
        socket.send(json!({ "type": "complete", "id": id })).await;
    }
    socket.data("1", NAME).await;
    socket.subscribe("1", CHANGED).await;
    socket.subscribe("1", NAME).await;
    let (code, reason) = socket.end().await.unwrap();
    assert_eq!(
        (code, reason.as_str()),
        (4409, "subscriber for 1 already exists")
    );
}

#[tokio::test]
async fn either_side_may_ask_whether_the_other_is_there() {
    let followed = followed().await;
    let mut socket = Socket::open(&followed.server, &[]).await.unwrap();
    for is_in in [false, true] {
        if is_in {
            socket.enter(&followed.bearer).await;
        }
        socket.send(json!({ "type": "ping" })).await;
        assert_eq!(socket.told().await, json!({ "type": "pong" }));
        let payload = json!({ "at": [1, null] });
        // A sign of life that nobody asked for needs no answer.
        socket
            .send(json!({ "type": "pong", "payload": payload }))
            .await;
        socket
            .send(json!({ "type": "ping", "payload": payload }))
            .await;
        assert_eq!(
            socket.told().await,
            json!({ "type": "pong", "payload": payload })
        );
    }
    // The frames that WebSocket itself has for it.
    let ping = Message::Ping(Bytes::from_static(b"here"));
    socket.send_frame(ping).await.unwrap();
    assert_eq!(
        socket.frame().await,
        Message::Pong(Bytes::from_static(b"here"))
    );
}

#[tokio::test]
async fn who_does_not_say_who_it_is_has_only_so_long() {
    let app = TestApp::on_sqlite().await;
    pause();
    let server = Memory::start(&app, &Settings::default(), 4 << 10);
    let mut socket = Socket::over(server.wire(), &[]).await.unwrap();
    let began = Instant::now();
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.told().await, json!({ "type": "pong" }));
    assert_eq!(socket.code().await, 4408);
    assert_eq!(began.elapsed().as_secs(), 5);
}

#[tokio::test]
async fn a_message_may_be_so_long_and_no_longer() {
    let streams = StreamSettings {
        socket_message_size: 1,
        ..StreamSettings::default()
    };
    let followed = Followed::open(TestApp::on_sqlite().await, streams).await;
    let ping = |length: usize| {
        let empty = json!({ "type": "ping", "payload": { "a": "" } }).to_string();
        empty.replace("\"\"", &format!("\"{}\"", "x".repeat(length - empty.len())))
    };
    let mut socket = followed.socket().await;
    socket.send_text(ping(1_024)).await.unwrap();
    assert_eq!(socket.told().await["type"], "pong");
    socket.send_text(ping(1_025)).await.unwrap();
    assert_eq!(socket.code().await, 4400);
}
