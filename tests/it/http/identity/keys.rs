//! Where the provider's keys come from, and how often it is asked for them.

use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use cashable::http::router;
use futures_util::future::join_all;
use serde_json::json;

use super::provider::Provider;
use super::site::{Says, Site};
use super::{Scene, admin_claims, ask, assert_let_in, assert_refused, claims, settings, tea};
use crate::support::TestApp;
use crate::support::world::{MINUTE, World};

const INVALID: &str = "the token is not valid";

/// Tea, a provider that serves its keys, and a server that asks there.
async fn scene() -> (World, Provider, Site, Router) {
    let world = tea(TestApp::on_sqlite().await).await;
    let provider = Provider::new("1");
    let site = Site::with(provider.jwks()).await;
    let settings = settings(&["--jwt-keys", site.address()]);
    let server = router((*world.app).clone(), &settings);
    (world, provider, site, server)
}

#[tokio::test]
async fn keys_are_read_once_and_kept() {
    let (world, provider, site, server) = scene().await;
    assert_eq!(site.asked(), 0);
    for minutes in [0, 1, 58] {
        world.later(minutes * MINUTE);
        let jwt = provider.jwt(&claims(json!({"exp": i64::MAX})));
        let calls = (0..20).map(|_| ask(&server, &jwt));
        join_all(calls).await.iter().for_each(assert_let_in);
        assert_eq!(site.asked(), 1);
    }
    // Whoever is known gets in while the provider is away.
    site.go();
    world.later(120 * MINUTE);
    assert_let_in(&ask(&server, &provider.jwt(&claims(json!({"exp": i64::MAX})))).await);
}

#[tokio::test]
async fn a_new_key_is_asked_for_once_a_minute() {
    let (world, provider, site, server) = scene().await;
    assert_let_in(&ask(&server, &provider.jwt(&admin_claims())).await);
    let new = Provider::new("2");
    site.say(Says::Jwks(new.jwks()));
    let jwt = new.jwt(&admin_claims());
    // A hundred made up names are one question, and that one only when a minute has gone by.
    for (later, asked) in [(0, 1), (MINUTE - 1, 1), (1, 2), (0, 2)] {
        world.later(later);
        let made_up = |n: usize| {
            let header = json!({"alg": "EdDSA", "kid": format!("made up {n}")});
            provider.sign("EdDSA", &header, &admin_claims())
        };
        let jwts: Vec<String> = (0..100).map(made_up).collect();
        for answer in join_all(jwts.iter().map(|jwt| ask(&server, jwt))).await {
            assert_refused(&answer, INVALID);
        }
        assert_eq!(site.asked(), asked);
        let answer = ask(&server, &jwt).await;
        if asked == 1 {
            assert_refused(&answer, INVALID);
        } else {
            assert_let_in(&answer);
        }
    }
    // The old ones went when they were no more shown.
    assert_refused(&ask(&server, &provider.jwt(&admin_claims())).await, INVALID);
}

#[tokio::test]
async fn whoever_asks_and_goes_away_keeps_the_keys_from_nobody() {
    let (_world, provider, site, server) = scene().await;
    let jwt = provider.jwt(&admin_claims());
    let mut call = Box::pin(ask(&server, &jwt));
    assert!(futures_util::poll!(&mut call).is_pending());
    drop(call);
    assert_let_in(&ask(&server, &jwt).await);
    assert_eq!(site.asked(), 1);
}

#[tokio::test]
async fn a_key_that_was_taken_back_is_forgotten_within_the_hour() {
    let (world, provider, site, server) = scene().await;
    let jwt = provider.jwt(&claims(json!({"exp": i64::MAX})));
    assert_let_in(&ask(&server, &jwt).await);
    site.say(Says::Jwks(Provider::new("2").jwks()));
    world.later(60 * MINUTE - 1);
    assert_let_in(&ask(&server, &jwt).await);
    assert_eq!(site.asked(), 1);
    // Nobody waits for it: the first who asks then may still be let in.
    world.later(1);
    let refused = async { while ask(&server, &jwt).await.status == StatusCode::OK {} };
    tokio::time::timeout(Duration::from_secs(10), refused)
        .await
        .unwrap();
    assert_eq!(site.asked(), 2);
}

#[tokio::test]
async fn a_provider_that_misbehaves_is_not_followed() {
    let (world, provider, site, server) = scene().await;
    let other = Site::with(provider.jwks()).await;
    let jwks = provider.jwks().to_string();
    let too_long = format!("{}{jwks}", " ".repeat((256 << 10) + 1 - jwks.len()));
    for says in [
        Says::Elsewhere(other.address().to_owned()),
        Says::Text(StatusCode::OK, too_long),
        Says::Text(StatusCode::OK, "[]".to_owned()),
        Says::Text(StatusCode::OK, "<html>".to_owned()),
        Says::Text(StatusCode::INTERNAL_SERVER_ERROR, jwks.clone()),
        Says::Text(StatusCode::CREATED, jwks.clone()),
    ] {
        site.say(says);
        world.later(MINUTE);
        let jwt = provider.jwt(&admin_claims());
        assert_refused(&ask(&server, &jwt).await, INVALID);
    }
    assert_eq!((site.asked(), other.asked()), (6, 0));
    let just_so_long = format!("{}{jwks}", " ".repeat((256 << 10) - jwks.len()));
    site.say(Says::Text(StatusCode::OK, just_so_long));
    world.later(MINUTE);
    assert_let_in(&ask(&server, &provider.jwt(&admin_claims())).await);
}

#[tokio::test]
async fn a_provider_that_says_nothing_is_not_waited_for() {
    let (world, provider, site, server) = scene().await;
    site.say(Says::Nothing);
    let began = Instant::now();
    let jwt = provider.jwt(&admin_claims());
    let calls = join_all((0..10).map(|_| ask(&server, &jwt))).await;
    for answer in &calls {
        assert_refused(answer, INVALID);
    }
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(site.asked(), 1);
    site.say(Says::Jwks(provider.jwks()));
    world.later(MINUTE);
    assert_let_in(&ask(&server, &jwt).await);
}

#[tokio::test]
async fn a_file_is_read_again_like_an_address() {
    let world = tea(TestApp::on_sqlite().await).await;
    let scene = Scene::of(&world.app);
    let new = Provider::new("2");
    std::fs::write(&scene.keys, new.jwks().to_string()).unwrap();
    let jwt = new.jwt(&admin_claims());
    assert_refused(&ask(&scene.server, &jwt).await, INVALID);
    assert_let_in(&scene.ask(&admin_claims()).await);
    world.later(MINUTE);
    assert_let_in(&ask(&scene.server, &jwt).await);
    assert_refused(&scene.ask(&admin_claims()).await, INVALID);
    // One that is spoiled later leaves what was known.
    std::fs::write(&scene.keys, "[]").unwrap();
    world.later(MINUTE);
    assert_refused(&scene.ask(&admin_claims()).await, INVALID);
    assert_let_in(&ask(&scene.server, &jwt).await);
}
