//! How much may be followed at a time: each limit at it, and one past it.

use std::time::Duration;

use axum::http::header;
use cashable::http::StreamSettings;
use serde_json::json;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Error;

use super::{CHANGED, Followed, NAME, new_token};
use crate::support::TestApp;
use crate::support::socket::Socket;

async fn followed(streams: StreamSettings) -> Followed {
    Followed::open(TestApp::on_sqlite().await, streams).await
}

#[tokio::test]
async fn one_socket_runs_so_many_operations() {
    let streams = StreamSettings {
        socket_operations: 2,
        ..StreamSettings::default()
    };
    let followed = followed(streams).await;
    let mut socket = followed.socket().await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, CHANGED).await;
    }
    let (kind, id, errors) = socket.heard().await;
    assert_eq!((&*kind, &*id), ("error", "3"));
    assert_eq!(errors[0]["extensions"]["code"], "RATE_LIMITED");
    socket.send(json!({ "type": "complete", "id": "1" })).await;
    socket.data("3", NAME).await;
}

/// How a socket is refused whose token comes before it is opened, and one whose token comes after.
async fn refusals(followed: &Followed, bearer: &str) -> (u16, u16) {
    let early = Socket::open(&followed.server, &[("authorization", bearer)]).await;
    let Err(Error::Http(answer)) = early else {
        panic!("it was opened");
    };
    assert!(answer.headers().contains_key(header::RETRY_AFTER));
    let mut late = Socket::open(&followed.server, &[]).await.unwrap();
    let payload = json!({ "Authorization": bearer });
    late.send(json!({ "type": "connection_init", "payload": payload }))
        .await;
    (answer.status().as_u16(), late.code().await)
}

/// Waits until a socket is let in again.
async fn let_in(followed: &Followed, bearer: &str) -> Socket {
    let opened = async {
        loop {
            let headers = [("authorization", bearer)];
            if let Ok(mut socket) = Socket::open(&followed.server, &headers).await {
                socket.enter(bearer).await;
                return socket;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), opened).await.unwrap()
}

#[tokio::test]
async fn one_token_follows_so_much_and_so_does_everybody_together() {
    let streams = StreamSettings {
        streams: 3,
        streams_each: 2,
        ..StreamSettings::default()
    };
    let followed = followed(streams).await;
    let (_, other) = new_token(&followed.world, None).await;
    let (_, third) = new_token(&followed.world, None).await;
    let own = [followed.socket().await, followed.socket().await];
    assert_eq!(refusals(&followed, &followed.bearer).await, (429, 1013));
    let refused = followed.events(&followed.bearer, CHANGED).await;
    assert_eq!(refused.status, 429);
    let events = followed.events(&other, CHANGED).await;
    assert_eq!(events.status, 200);
    assert_eq!(refusals(&followed, &third).await, (503, 1013));
    let refused = followed.events(&third, CHANGED).await;
    assert_eq!(
        (
            refused.status,
            refused.headers.contains_key(header::RETRY_AFTER)
        ),
        (503, true)
    );
    let refusal = refused.refusal().await;
    assert_eq!(refusal["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    // Whoever asks once is not refused.
    assert_eq!(followed.ask(NAME).await["data"]["viewer"]["name"], "Ada");
    drop(events);
    let third = let_in(&followed, &third).await;
    drop(own);
    let_in(&followed, &followed.bearer).await;
    drop(third);
}
