//! What an address may make the program do: nothing that it should not reach, and nothing without an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use cashable::app::App;
use cashable::error::Error;
use cashable::ledger::{self, DisconnectSource, sources_of};
use cashable::sources::SourceError;
use cashable::sync::{self, NewSource};
use entity::words::SyncTrigger;
use futures_util::stream;
use serde_json::json;

use super::contract::{Connected, olga};
use super::listening::Listening;
use super::server::Platform;
use super::woocommerce::WooCommerce;
use crate::support::shop::Shop;
use crate::support::{TestApp, on_both};

on_both!(
    credentials_follow_no_redirect,
    what_echoes_a_question_tells_no_secret,
    an_answer_without_an_end_is_left,
    an_answer_that_dribbles_is_left,
    an_address_that_may_not_be_asked_is_refused,
    a_name_that_leads_into_a_private_network_is_not_asked,
    what_was_allowed_once_is_not_asked_once_it_is_not,
);

/// How many bytes a chunk has of an answer without an end.
const CHUNK: usize = 1 << 20;

fn at(address: &str) -> NewSource {
    NewSource {
        kind: "woocommerce".to_owned(),
        address: Some(address.to_owned()),
        account: Some("ck_1".to_owned()),
        secret: Some("cs_1".to_owned()),
        ..NewSource::default()
    }
}

/// Connects the shop to an address, and gives what a run says of it.
async fn told(shop: &Shop<'_>, address: &str) -> String {
    sync::connect_source(shop.app, shop.id, &olga(), at(address))
        .await
        .unwrap();
    run(shop).await.unwrap()
}

/// What a run says that went wrong.
async fn run(shop: &Shop<'_>) -> Option<String> {
    let queued = sync::request(shop.app, shop.id, &olga(), SyncTrigger::Manual, false).await;
    let run = sync::run(shop.app, queued.unwrap().run, false, &|_| {}).await;
    run.unwrap().error
}

async fn credentials_follow_no_redirect(app: TestApp) {
    let shop = Shop::open(&app).await;
    let elsewhere = Platform::<WooCommerce>::open().await;
    let to = elsewhere.address.clone();
    let moved = move || async move { (StatusCode::FOUND, [("location", to)]) };
    let moving = Listening::with(moved).await;
    let error = told(&shop, &moving.address).await;
    assert!(error.contains(&elsewhere.address), "{error}");
    assert!(error.contains("credentials go no further"), "{error}");
    assert_eq!(elsewhere.server.asked(), 0);
}

/// A host's usual rule for its other name keeps what the question said, and pages of errors quote it.
async fn what_echoes_a_question_tells_no_secret(app: TestApp) {
    let shop = Shop::open(&app).await;
    let echo = |status: u16| {
        move |uri: Uri| async move {
            let to = format!("https://www.shop.example{uri}");
            let page = format!("<a href=\"{to}\">{to}</a> {}", to.replace('/', "\\/"));
            let status = StatusCode::from_u16(status).unwrap();
            (status, [("location", to)], page)
        }
    };
    for status in [301, 308, 200, 401, 403, 404, 500] {
        let listening = Listening::with(echo(status)).await;
        let new = NewSource {
            name: Some(status.to_string()),
            settings: json!({"credentials_in_query": true}),
            ..at(&listening.address)
        };
        let connected = sync::connect_source(&app, shop.id, &olga(), new).await;
        let error = run(&shop).await.unwrap();
        let path = if (300..400).contains(&status) {
            "leads on to https://www.shop.example/wp-json/wc/v3/orders, and"
        } else {
            "https://www.shop.example/wp-json/wc/v3/orders?…"
        };
        assert!(error.contains(path), "{status}: {error}");
        let document = "{ orderSources { lastError } syncRuns(first: 1) { nodes { error } } }";
        let shown = shop.ask(document, json!({})).await.to_string();
        assert!(shown.contains("www.shop.example"), "{status}: {shown}");
        for secret in ["cs_1", "ck_1", "consumer_"] {
            assert!(!error.contains(secret), "{status}: {error}");
            assert!(!shown.contains(secret), "{status}: {shown}");
        }
        let source_id = connected.unwrap().id;
        let forget = DisconnectSource { source_id };
        ledger::write(&app, shop.id, &olga(), &forget)
            .await
            .unwrap();
    }
}

async fn an_answer_without_an_end_is_left(app: TestApp) {
    let shop = Shop::open(&app).await;
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let endless = move || async move {
        let spaces = stream::repeat_with(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(vec![b' '; CHUNK])
        });
        Body::from_stream(spaces).into_response()
    };
    let listening = Listening::with(endless).await;
    let error = told(&shop, &listening.address).await;
    assert!(error.contains("more than 32 MB"), "{error}");
    // It is asked once, and what lies on the way is little.
    let megabytes = sent.load(Ordering::Relaxed);
    assert!((33..64).contains(&megabytes), "{megabytes}");
}

/// A byte now and then keeps a connection alive, and no answer waits for ever.
async fn an_answer_that_dribbles_is_left(app: TestApp) {
    let app = app.reaching(|reach| reach.answer_within = Duration::from_millis(400));
    let dribble = || async {
        let slow = stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((Ok::<_, std::io::Error>(" "), ()))
        });
        Body::from_stream(slow).into_response()
    };
    let listening = Listening::with(dribble).await;
    let shop = Shop::open(&app).await;
    sync::connect_source(&app, shop.id, &olga(), at(&listening.address))
        .await
        .unwrap();
    let sources = sources_of(app.behind_its_back(), shop.id).await.unwrap();
    let mut asking = sync::asking(&app, &sources[0]).unwrap();
    let slow = asking.probe().await;
    assert_eq!(slow, Err(SourceError::Slow(Duration::from_millis(400))));
}

async fn an_address_that_may_not_be_asked_is_refused(app: TestApp) {
    let app = app.reaching(|reach| reach.allow_private = false);
    let shop = Shop::open(&app).await;
    for (address, why) in [
        ("", "should look like https://shop.example"),
        ("shop.example", "should look like https://shop.example"),
        ("ftp://shop.example", "must begin with https://"),
        ("http://shop.example", "must begin with https://"),
        ("https://ck:cs@shop.example", "credentials do not belong"),
        ("https://127.0.0.1", "private network"),
        ("https://[::1]:8443/shop", "private network"),
        ("https://10.0.0.7", "private network"),
        (
            "https://169.254.169.254/latest/meta-data",
            "private network",
        ),
        ("https://[::ffff:10.0.0.7]", "private network"),
        ("https://2130706433", "private network"),
    ] {
        let refused = sync::connect_source(&app, shop.id, &olga(), at(address)).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, Error::Refused(_)),
            "{address}: {refused:?}"
        );
        assert!(refused.to_string().contains(why), "{address}: {refused}");
        assert!(!refused.to_string().contains("cs@"), "{refused}");
    }
}

/// The name is looked up when it is asked, and nobody is connected to where it leads.
async fn a_name_that_leads_into_a_private_network_is_not_asked(app: TestApp) {
    let app = app.reaching(|reach| reach.allow_private = false);
    let shop = Shop::open(&app).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = told(&shop, &format!("https://localhost:{port}")).await;
    assert!(
        error.contains("localhost leads into a private network"),
        "{error}"
    );
    assert!(app.pauses().is_empty(), "it was asked again");
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
}

async fn what_was_allowed_once_is_not_asked_once_it_is_not(app: TestApp) {
    let it = Connected::<WooCommerce>::open(&app).await;
    it.pull().await;
    let asked = it.platform.server.asked();
    let mut strict = App::clone(&app);
    strict.reach.allow_private = false;
    let queued = sync::request(&strict, it.shop.id, &olga(), SyncTrigger::Manual, false).await;
    let run = sync::run(&strict, queued.unwrap().run, false, &|_| {}).await;
    let error = run.unwrap().error.unwrap();
    assert!(error.contains("must begin with https://"), "{error}");
    assert_eq!(it.platform.server.asked(), asked);
}
