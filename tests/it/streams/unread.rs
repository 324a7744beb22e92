//! What is followed and never read: it holds no more than what fits on its way, and not for long. Meanwhile others
//! are answered.

use std::time::Duration;

use axum::http::header::AUTHORIZATION;
use cashable::http::{Seconds, ServerSettings, Settings, StreamSettings};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, pause, sleep, timeout};

use super::{Followed, NAME, new_token};
use crate::support::memory::Memory;
use crate::support::served::Served;
use crate::support::socket::{Socket, Wire};
use crate::support::world::World;
use crate::support::{TestApp, on_both};

on_both!(
    a_socket_that_is_never_read_is_closed,
    events_that_are_never_read_are_closed,
);

/// How much the system keeps for either side, about; it doubles what it is asked for.
const BUFFER: u32 = 4 << 10;
/// How long the note of a transaction is, and how often each change tells it.
const NOTE: usize = 2_000;
const TIMES: usize = 20;

/// Follows what changes, at such length that no change fits into the buffers.
fn at_length() -> String {
    let notes: Vec<_> = (0..TIMES)
        .map(|number| format!("n{number}: note"))
        .collect();
    let notes = notes.join(" ");
    format!("subscription {{ transactionChanged {{ {notes} }} }}")
}

/// A server that keeps little for its callers, and whose callers may follow one thing each.
async fn served(app: TestApp) -> Followed {
    let world = World::open(app).await;
    world.import_complete(1).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(BUFFER).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener: TcpListener = socket.listen(64).unwrap();
    let settings = Settings {
        streams: StreamSettings {
            streams_each: 1,
            ..StreamSettings::default()
        },
        server: ServerSettings {
            write_timeout: Seconds(Duration::from_millis(300)),
            ..ServerSettings::default()
        },
        ..Settings::default()
    };
    let server = Served::start_on(listener, &world.app, settings);
    let (token, bearer) = new_token(&world, None).await;
    Followed {
        world,
        server,
        token,
        bearer,
    }
}

/// A connection that takes little at a time.
async fn narrow(server: &Served) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(BUFFER).unwrap();
    socket.connect(server.address).await.unwrap()
}

/// Changes a transaction until the only place of its follower is free again, and counts the changes.
async fn change_until_closed(followed: &Followed) -> usize {
    let transaction = followed.world.transaction("1").await;
    let mut changes = 0;
    loop {
        let status = ["IN_PROGRESS", "OPEN"][changes % 2];
        let input = json!({"transactionId": transaction["id"], "status": status, "reason": "OTHER",
            "note": "x".repeat(NOTE)});
        let world = &followed.world;
        world
            .done("overrideTransactionStatus", input, "__typename")
            .await;
        changes += 1;
        // Others are answered, and so is the follower itself.
        let asked = Instant::now();
        assert_eq!(followed.ask(NAME).await["data"]["viewer"]["name"], "Ada");
        assert!(asked.elapsed() < Duration::from_secs(2));
        if followed.events(&followed.bearer, NAME).await.status == 200 {
            return changes;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Nothing but what was on its way comes to who reads after all: what the system's buffers hold.
async fn assert_closed(followed: &Followed, mut wire: impl Wire) {
    let closed = timeout(Duration::from_secs(15), change_until_closed(followed));
    let changes = closed.await.expect("it is still open");
    let mut read = Vec::new();
    let _ = wire.read_to_end(&mut read).await;
    assert!(read.len() < 3 * NOTE * TIMES, "{changes} {}", read.len());
}

async fn a_socket_that_is_never_read_is_closed(app: TestApp) {
    let followed = served(app).await;
    let wire = narrow(&followed.server).await;
    let mut socket = Socket::over(wire, &[]).await.unwrap();
    socket.enter(&followed.bearer).await;
    socket.subscribe("1", &at_length()).await;
    assert_closed(&followed, socket.abandon()).await;
}

async fn events_that_are_never_read_are_closed(app: TestApp) {
    let followed = served(app).await;
    let mut wire = narrow(&followed.server).await;
    let body = json!({ "query": at_length() }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\n{AUTHORIZATION}: {}\r\n\
         Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        followed.bearer,
        body.len()
    );
    wire.write_all(format!("{head}{body}").as_bytes())
        .await
        .unwrap();
    let mut status = [0; 15];
    wire.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200 OK");
    assert_closed(&followed, wire).await;
}

#[tokio::test]
async fn whoever_takes_no_message_is_waited_for_no_longer_than_ten_seconds() {
    let world = World::open(TestApp::on_sqlite().await).await;
    let (_, bearer) = new_token(&world, None).await;
    let server = Memory::start(&world.app, &Settings::default(), 512);
    let mut socket = Socket::over(server.wire(), &[]).await.unwrap();
    socket.enter(&bearer).await;
    socket
        .subscribe("1", "{ __schema { types { name } } }")
        .await;
    let mut wire = socket.abandon();
    // The answer has begun to come, and does not fit.
    wire.read_exact(&mut [0; 2]).await.unwrap();
    pause();
    let began = Instant::now();
    while wire.write_all(&[0]).await.is_ok() {
        sleep(Duration::from_millis(100)).await;
    }
    let waited = began.elapsed().as_secs();
    assert!((10..=12).contains(&waited), "{waited}");
}
