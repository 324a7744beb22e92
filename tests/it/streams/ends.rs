//! What is open does not outlive its token, its time or its server.

use std::time::Duration;

use cashable::http::{Seconds, StreamSettings};
use entity::Instant;
use tokio::time::timeout;

use super::{CHANGED, Events, Followed, NAME, new_token};
use crate::support::socket::Socket;
use crate::support::{START, TestApp, on_both};

on_both!(
    a_revoked_token_ends_what_it_opened,
    a_token_that_expires_ends_what_it_opened,
);

/// Looks at tokens often enough for a test.
fn watchful() -> StreamSettings {
    StreamSettings {
        token_recheck: Seconds(Duration::from_millis(20)),
        ..StreamSettings::default()
    }
}

/// A socket that follows what changes, and events of the same.
async fn open(followed: &Followed, bearer: &str) -> (Socket, Events) {
    let mut socket = Socket::open(&followed.server, &[]).await.unwrap();
    socket.enter(bearer).await;
    socket.subscribe("1", CHANGED).await;
    (socket, followed.events(bearer, CHANGED).await)
}

/// Both end: the socket with this code and these words, the events without saying that they are complete.
async fn assert_ended((mut socket, mut events): (Socket, Events), code: u16, words: &str) {
    let ended = async {
        let (ended, reason) = socket.end().await.unwrap();
        assert_eq!(ended, code);
        assert!(reason.contains(words), "{reason}");
        assert_eq!(events.next().await, None);
    };
    timeout(Duration::from_secs(10), ended).await.unwrap();
}

async fn a_revoked_token_ends_what_it_opened(app: TestApp) {
    let followed = Followed::open(app, watchful()).await;
    let open = open(&followed, &followed.bearer).await;
    let other = new_token(&followed.world, None).await.1;
    let mut untouched = Socket::open(&followed.server, &[]).await.unwrap();
    untouched.enter(&other).await;
    followed.revoke().await;
    assert_ended(open, 4403, "revoked").await;
    untouched.data("1", NAME).await;
}

async fn a_token_that_expires_ends_what_it_opened(app: TestApp) {
    let followed = Followed::open(app, watchful()).await;
    let expires_at = Instant(START.0 + 1);
    let (_, bearer) = new_token(&followed.world, Some(expires_at)).await;
    let open = open(&followed, &bearer).await;
    followed.world.app.clock.set(expires_at);
    assert_ended(open, 4403, "expired").await;
}

#[tokio::test]
async fn nothing_is_asked_with_a_token_that_was_revoked_a_moment_ago() {
    let app = TestApp::on_sqlite().await;
    let followed = Followed::open(app, StreamSettings::default()).await;
    let mut socket = followed.socket().await;
    followed.revoke().await;
    socket.subscribe("1", NAME).await;
    assert_eq!(socket.code().await, 4403);
}

#[tokio::test]
async fn nothing_is_open_for_ever() {
    let streams = StreamSettings {
        stream_lifetime: Seconds(Duration::from_millis(100)),
        ..StreamSettings::default()
    };
    let followed = Followed::open(TestApp::on_sqlite().await, streams).await;
    let open = open(&followed, &followed.bearer).await;
    assert_ended(open, 1001, "open another").await;
}

#[tokio::test]
async fn nothing_keeps_a_server_from_stopping() {
    let app = TestApp::on_sqlite().await;
    let followed = Followed::open(app, StreamSettings::default()).await;
    let open = open(&followed, &followed.bearer).await;
    let mut unknown = Socket::open(&followed.server, &[]).await.unwrap();
    let stopped = followed.server.stop();
    assert_ended(open, 1001, "stops").await;
    assert_eq!(unknown.code().await, 1001);
    let stopped = timeout(Duration::from_secs(10), stopped).await;
    stopped.unwrap().unwrap();
}
