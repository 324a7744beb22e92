//! Tokens that are none: an address that sends many is kept from trying more, and from nothing else.

use axum::http::{Request, StatusCode, header};
use cashable::http::Settings;
use entity::Instant;

use super::{Answer, PLAIN, Server};
use crate::support::{TestApp, on_both};

on_both!(an_address_may_not_try_many_tokens);

const WRONG: &str = "Bearer cashable_1_00000000000000000000000000000000_x";

async fn an_address_may_not_try_many_tokens(app: TestApp) {
    let (_, bearer) = super::admin(&app, None).await;
    let server = Server::new(&app, &Settings::default(), bearer.clone());
    let guesser = server.asked_from("192.0.2.1").asked_by(WRONG);
    // One that is good at first, and one that comes for the first time when it is too late.
    let neighbour = server.asked_from("192.0.2.1");
    neighbour.ask(PLAIN).await.assert_data();
    for _ in 0..100 {
        assert_eq!(guesser.ask(PLAIN).await.status, StatusCode::UNAUTHORIZED);
    }
    let refused = guesser.ask(PLAIN).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED".into())
    );
    assert_eq!(refused.header(header::RETRY_AFTER), "1");
    neighbour.ask(PLAIN).await.assert_data();
    let elsewhere = server.asked_from("192.0.2.2").asked_by(WRONG);
    assert_eq!(elsewhere.ask(PLAIN).await.status, StatusCode::UNAUTHORIZED);
    app.clock.set(Instant(app.clock.now().0 + 1_000));
    assert_eq!(guesser.ask(PLAIN).await.status, StatusCode::UNAUTHORIZED);
}

/// The caller's own address is what the last trusted proxy says.
#[tokio::test]
async fn behind_a_proxy_each_caller_has_an_address() {
    let mut settings = Settings::default();
    settings.rates.trusted_proxies = 1;
    let (_app, server) = Server::on_sqlite(&settings).await;
    let server = server.asked_from("10.0.0.1");
    let ask = async |forwarded: &str| -> Answer {
        let mut request = super::post(WRONG, format!(r#"{{"query":"{PLAIN}"}}"#));
        request
            .headers_mut()
            .insert("x-forwarded-for", forwarded.parse().unwrap());
        server.send(request).await
    };
    for number in 0..100 {
        // What stands further left, the caller has made up.
        let answer = ask(&format!("203.0.113.{number}, 192.0.2.1")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(ask("192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask("192.0.2.2").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_sends_no_token_guesses_none() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let server = server.asked_from("192.0.2.1");
    for _ in 0..150 {
        let request = Request::post("/graphql").body("{}".into()).unwrap();
        assert_eq!(server.send(request).await.status, StatusCode::UNAUTHORIZED);
    }
    server.ask(PLAIN).await.assert_data();
}
