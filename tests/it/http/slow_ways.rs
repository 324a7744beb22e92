//! Slow callers who ask for events or for a socket: they are cut off like all others.

use super::admin;
use super::slow::{assert_answered, drip, held, served, settings};
use super::wire::json_of;
use crate::support::TestApp;

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off_whatever_it_asks_for() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let served = served(&app, settings(400)).await;
    for begin in [
        "POST /graphql HTTP/1.1\r\nAccept: text/event-stream\r\nX-Slow: ",
        "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nAccept: text/event-stream\r\nX-Slow: ",
        "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nX-Slow: ",
        "GET /graphql?query=",
        "GET /graphql HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Version: 13\r\nX-Slow: ",
    ] {
        let slow = drip(&served, begin);
        let (slow, ()) = tokio::join!(slow, assert_answered(&served, &bearer));
        let (bytes, answer) = slow;
        assert!((1..=25).contains(&bytes), "{begin}: {bytes} bytes");
        assert_eq!(answer, "", "{begin}");
    }
    served.stop().await;
    assert_eq!(held(&app), 0);
}

#[tokio::test]
async fn a_body_that_asks_for_events_and_drips_is_told_so() {
    let app = TestApp::on_sqlite().await;
    let (_, bearer) = admin(&app, None).await;
    let served = served(&app, settings(400)).await;
    // What is short, and what waits for room first.
    for length in [200_000, 2_000_000] {
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\nAccept: text/event-stream\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{"
        );
        let slow = drip(&served, &head);
        let (slow, ()) = tokio::join!(slow, assert_answered(&served, &bearer));
        let (bytes, answer) = slow;
        assert!((1..=30).contains(&bytes), "{bytes} bytes");
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        let told = &json_of(&answer)["errors"][0]["extensions"];
        assert_eq!(told["code"], "BAD_USER_INPUT");
    }
    served.stop().await;
    assert_eq!(held(&app), 0);
}
