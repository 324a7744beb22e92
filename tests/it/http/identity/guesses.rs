//! An address that sends many tokens which are none keeps out nobody there whom the provider vouches for, and who was
//! let in before.

use axum::Router;
use axum::http::StatusCode;
use cashable::http::ClientAddress;
use entity::Instant;
use serde_json::json;
use tower::ServiceExt;

use super::{Scene, admin_claims, claims, post, tea};
use crate::support::{START, TestApp, on_both};

on_both!(who_was_let_in_is_let_in_beside_guessers);

/// How the bearer of a token is answered at the one address.
async fn status(server: &Router, token: &str) -> StatusCode {
    let body = r#"{"query":"{ viewer { name } }"}"#;
    let mut request = post(&format!("Bearer {token}"), body);
    let address = "192.0.2.1".parse().unwrap();
    request.extensions_mut().insert(ClientAddress(address));
    server.clone().oneshot(request).await.unwrap().status()
}

async fn who_was_let_in_is_let_in_beside_guessers(app: TestApp) {
    let world = tea(app).await;
    let scene = Scene::of(&world.app);
    let known = scene.provider.jwt(&admin_claims());
    let unknown = scene.provider.jwt(&claims(json!({ "sub": "joe" })));
    assert_eq!(status(&scene.server, &known).await, StatusCode::OK);
    for number in 0..100 {
        let guess = format!("{known}{number}");
        let answered = status(&scene.server, &guess).await;
        assert_eq!(answered, StatusCode::UNAUTHORIZED);
    }
    let limited = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(status(&scene.server, &format!("{known}x")).await, limited);
    assert_eq!(status(&scene.server, &unknown).await, limited);
    assert_eq!(status(&scene.server, &known).await, StatusCode::OK);
    // Points come back, and the token expires: it is looked at once more, and then is one like any other.
    let expired = Instant(START.0 + 3_700_000);
    world.app.clock.set(expired);
    for _ in 0..100 {
        let answered = status(&scene.server, &known).await;
        assert_eq!(answered, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(status(&scene.server, &known).await, limited);
}
