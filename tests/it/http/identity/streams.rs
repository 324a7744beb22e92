//! What is open does not outlive the JWT that opened it.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use cashable::http::Seconds;
use entity::Instant;
use serde_json::json;
use tempfile::TempDir;
use tokio::time::timeout;

use super::provider::Provider;
use super::{claims, settings, tea};
use crate::support::served::Served;
use crate::support::socket::Socket;
use crate::support::{START, TestApp};

const CHANGED: &str = "subscription { transactionChanged { id } }";

/// When the JWT is good no more.
const END: Instant = Instant(START.0 + 1_000);

fn question(token: &str, query: &str) -> Request<Body> {
    Request::post("/graphql")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .body(json!({ "query": query }).to_string().into())
        .unwrap()
}

/// Whoever sends many tokens that are none has the address kept from trying more, and so from finding out that
/// one is good no more.
#[tokio::test]
async fn nobody_keeps_a_stream_by_trying_tokens() {
    let world = tea(TestApp::on_sqlite().await).await;
    let (provider, folder) = (Provider::new("1"), TempDir::new().unwrap());
    let keys = folder.path().join("jwks.json");
    std::fs::write(&keys, provider.jwks().to_string()).unwrap();
    let mut settings = settings(&["--jwt-keys", keys.to_str().unwrap(), "--jwt-leeway", "0"]);
    settings.streams.token_recheck = Seconds(Duration::from_millis(20));
    let server = Served::start(&world.app, settings).await;
    let jwt = provider.jwt(&claims(json!({ "exp": END.0 / 1_000 })));
    let mut socket = Socket::open(&server, &[]).await.unwrap();
    socket.enter(&format!("Bearer {jwt}")).await;
    socket.subscribe("1", CHANGED).await;
    let events = server.answer(question(&jwt, CHANGED)).await;
    assert_eq!(events.status(), StatusCode::OK);
    world.app.clock.set(Instant(END.0 - 1));
    while server.answer(question("none", CHANGED)).await.status() != StatusCode::TOO_MANY_REQUESTS {
    }
    world.app.clock.set(END);
    let refused = server.answer(question("none", CHANGED)).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let ended = async {
        let (code, reason) = socket.end().await.unwrap();
        assert_eq!(code, 4403, "{reason}");
        to_bytes(events.into_body(), usize::MAX).await.unwrap()
    };
    let told = timeout(Duration::from_secs(5), ended).await;
    assert!(!told.expect("it goes on").starts_with(b"event: complete"));
}
