//! Only the bearer of a good token learns anything.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use cashable::ledger::{RevokeToken, write};
use cashable::reports::find_token;
use entity::Instant;

use super::{Answer, admin, author, post, send};
use crate::support::{START, TestApp, on_both};

on_both!(
    a_good_token_is_let_in_and_its_use_recorded,
    what_is_no_good_token_gets_one_answer,
    a_revoked_token_is_refused,
    an_expired_token_is_refused,
    nothing_but_health_and_the_page_is_open,
);

const VIEWER: &str = r#"{"query":"{ viewer { name } }"}"#;

fn assert_refused(answer: &Answer, word: &str) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    assert!(answer.message().contains(word), "{}", answer.message());
}

async fn a_good_token_is_let_in_and_its_use_recorded(app: TestApp) {
    let (token, bearer) = admin(&app, None).await;
    for bearer in [bearer.clone(), bearer.replace("Bearer", "bearer")] {
        let answer = send(&app, post(&bearer, VIEWER)).await;
        assert_eq!(answer.json()["data"]["viewer"]["name"], "Ada");
    }
    let recorded = async {
        let find = || find_token(app.database.reader(), token.shop_id, token.id);
        while find().await.unwrap().unwrap().last_used_at != Some(START) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), recorded)
        .await
        .unwrap();
}

async fn what_is_no_good_token_gets_one_answer(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let of_other_shop = bearer.replacen("cashable_", "cashable_1", 1);
    let with_wrong_secret = format!("{}x", &bearer[..bearer.len() - 1]);
    let garbage = "Bearer cashable_x".to_owned();
    let mut messages = Vec::new();
    for bearer in [of_other_shop, with_wrong_secret, garbage] {
        let answer = send(&app, post(&bearer, VIEWER)).await;
        assert_refused(&answer, "not valid");
        messages.push(answer.text);
    }
    messages.dedup();
    assert_eq!(messages.len(), 1);
    // The secret under another scheme is no token, and neither is the bare one.
    for header in [
        "",
        "Basic YTpi",
        &bearer.replace("Bearer", "Basic"),
        &bearer[7..],
    ] {
        assert_refused(&send(&app, post(header, VIEWER)).await, "send a token");
    }
}

async fn a_revoked_token_is_refused(app: TestApp) {
    let (token, bearer) = admin(&app, None).await;
    let revoke = RevokeToken { token_id: token.id };
    write(&app, token.shop_id, &author(), &revoke)
        .await
        .unwrap();
    assert_refused(&send(&app, post(&bearer, VIEWER)).await, "revoked");
    let with_wrong_secret = format!("{}x", &bearer[..bearer.len() - 1]);
    assert_refused(
        &send(&app, post(&with_wrong_secret, VIEWER)).await,
        "not valid",
    );
}

async fn an_expired_token_is_refused(app: TestApp) {
    let expires_at = Instant(START.0 + 1);
    let (_, bearer) = admin(&app, Some(expires_at)).await;
    assert_eq!(
        send(&app, post(&bearer, VIEWER)).await.status,
        StatusCode::OK
    );
    app.clock.set(expires_at);
    assert_refused(&send(&app, post(&bearer, VIEWER)).await, "expired");
}

async fn nothing_but_health_and_the_page_is_open(app: TestApp) {
    let open = [
        ("/health", "application/json"),
        ("/", "text/html; charset=utf-8"),
        ("/explorer.js", "text/javascript; charset=utf-8"),
        ("/explorer.css", "text/css; charset=utf-8"),
    ];
    for (path, kind) in open {
        let answer = send(&app, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status, answer.header(header::CONTENT_TYPE)),
            (StatusCode::OK, kind)
        );
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(answer.header(header::REFERRER_POLICY), "no-referrer");
    }
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"] {
        let asked = Request::builder()
            .method(method)
            .uri("/graphql?query={__typename}");
        let answer = send(&app, asked.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method}");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    }
    let answer = send(&app, Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::NOT_FOUND, "NOT_FOUND".into())
    );
}
