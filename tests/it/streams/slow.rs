//! Messages that drip into a socket: they have their time and no more, and keep nobody waiting.

use std::time::Duration;

use cashable::http::{Seconds, StreamSettings};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
use tokio::net::TcpStream;
use tokio::time::{Instant, pause, resume, sleep, timeout};

use super::{Followed, NAME};
use crate::support::TestApp;
use crate::support::socket::{Socket, Wire};

/// The head of a frame whose words are not masked by anything but zeros.
fn head(first: u8, length: u8) -> [u8; 6] {
    [first, 0x80 | length, 0, 0, 0, 0]
}

/// A message in one frame, a byte at a time.
fn in_drips(message: &Value) -> Vec<Vec<u8>> {
    let text = message.to_string();
    let head = head(0x81, text.len().try_into().unwrap());
    let bytes = head.iter().chain(text.as_bytes());
    bytes.map(|byte| vec![*byte]).collect()
}

/// The same in frames of one byte each, with a sign of life after each.
fn in_parts(message: &Value) -> Vec<Vec<u8>> {
    let text = message.to_string();
    let pong = head(0x8a, 0);
    let part = |(index, byte): (usize, u8)| {
        let is_last = index + 1 == text.len();
        let first = u8::from(index == 0) | (u8::from(is_last) << 7);
        let frame = [&head(first, 1)[..], &[byte], &pong[..]];
        frame.concat()
    };
    text.bytes().enumerate().map(part).collect()
}

/// Sends these, so far apart, for as long as it is listened to; answers with which frame it is answered, and after
/// how long.
async fn send(wire: impl Wire, parts: Vec<Vec<u8>>, apart: Duration) -> (Vec<u8>, Duration) {
    let begun = Instant::now();
    let (mut from, mut to) = split(wire);
    let sending = async {
        for part in parts {
            if to.write_all(&part).await.is_err() {
                break;
            }
            sleep(apart).await;
        }
        std::future::pending::<()>().await;
    };
    let answer = async {
        let mut answer = vec![0; 200];
        let length = from.read(&mut answer).await.unwrap();
        answer.truncate(length);
        answer
    };
    tokio::select! {
        () = sending => unreachable!("it never ends"),
        answer = answer => (answer, begun.elapsed()),
    }
}

/// The wire of a socket that was let in. What is written to it is there at once, since the system's clock knows
/// nothing of the test's.
async fn prompt_wire(followed: &Followed) -> impl Wire + use<> {
    let wire = TcpStream::connect(followed.server.address).await.unwrap();
    wire.set_nodelay(true).unwrap();
    let mut socket = Socket::over(wire, &[]).await.unwrap();
    socket.enter(&followed.bearer).await;
    socket.abandon()
}

/// The code with which a frame closes a socket.
fn code(frame: &[u8]) -> u16 {
    assert_eq!(frame[0], 0x88, "{frame:?} closes nothing");
    u16::from_be_bytes([frame[2], frame[3]])
}

#[tokio::test]
async fn a_message_has_ten_seconds_and_no_more_than_fifteen() {
    let followed = Followed::open(TestApp::on_sqlite().await, StreamSettings::default()).await;
    let ping = json!({ "type": "ping" });
    let long = json!({ "type": "ping", "payload": { "a": "x".repeat(90) } });
    for (way, cut) in [("drips", in_drips as fn(&Value) -> _), ("parts", in_parts)] {
        for (message, seconds) in [(&ping, 9), (&long, 1_000)] {
            let wire = prompt_wire(&followed).await;
            let parts = cut(message);
            let apart = Duration::from_secs(seconds) / u32::try_from(parts.len()).unwrap();
            pause();
            let (answer, took) = send(wire, parts, apart).await;
            resume();
            if seconds < 10 {
                let is_pong = answer.ends_with(br#"{"type":"pong"}"#);
                assert!(is_pong, "in {way} for {took:?}: {answer:?}");
            } else {
                assert_eq!(code(&answer), 4400);
                assert!((10..15).contains(&took.as_secs()), "in {way} for {took:?}");
            }
        }
    }
}

#[tokio::test]
async fn messages_that_drip_keep_nobody_waiting() {
    let streams = StreamSettings {
        socket_message_timeout: Seconds(Duration::from_millis(400)),
        ..StreamSettings::default()
    };
    let followed = Followed::open(TestApp::on_sqlite().await, streams).await;
    let (mut other, mut idle) = (followed.socket().await, followed.socket().await);
    let long = json!({ "type": "ping", "payload": { "a": "x".repeat(90) } });
    for cut in [in_drips, in_parts] {
        let wire = followed.socket().await.abandon();
        let dripping = send(wire, cut(&long), Duration::from_millis(50));
        let asking = async {
            for id in 0..10 {
                other.data(&id.to_string(), NAME).await;
                sleep(Duration::from_millis(100)).await;
            }
        };
        let both = async { tokio::join!(dripping, asking).0 };
        let (answer, _) = timeout(Duration::from_secs(15), both).await.unwrap();
        assert_eq!(code(&answer), 4400);
    }
    // Whoever says nothing takes no time for it.
    idle.data("1", NAME).await;
}
