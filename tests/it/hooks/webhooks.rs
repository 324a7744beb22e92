//! `POST /hooks/{source}`: a genuine webhook has its orders fetched soon, and is believed in nothing else.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use cashable::graphql::{NodeKind, encode};
use cashable::sync::{self, SourceUpdate};
use futures_util::future::join_all;
use futures_util::stream;
use serde_json::json;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::door::{Door, id_of};
use super::listening::{Listening, SECRET, signed_with};
use crate::sources::contract::{Connected, later};
use crate::sources::fake::Fake;
use crate::sources::server::Trouble;
use crate::sources::shop::Status;
use crate::sources::woocommerce::WooCommerce;
use crate::support::{TestApp, on_both};

on_both!(
    an_admin_is_told_how_webhooks_are_set_up,
    a_genuine_webhook_has_its_order_fetched,
    what_is_not_genuine_leads_to_nothing,
    a_webhook_that_comes_again_is_known,
    a_ping_is_answered_and_does_nothing,
    a_source_that_is_not_there_is_not_found,
    what_is_too_long_is_not_read,
    two_secrets_hold_while_the_platform_changes_over,
    a_flood_becomes_few_questions,
    r20_where_sync_is_off_nothing_is_fetched,
    what_a_platform_does_not_give_is_left_to_the_next_run,
    the_server_fetches_by_itself_and_ends_when_asked,
);

async fn a_genuine_webhook_has_its_order_fetched(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(2);
    // What it says of the order is not what the platform says when it is asked.
    let mut order = shop.it.platform.with(|shop| shop.order(1).clone());
    order.status = Status::Complete;
    let delivery = shop.about_order(&order, SECRET);
    let answer = shop.door.hook(&shop.source, &delivery).await;
    assert_eq!(answer.told(), (202, "accepted".to_owned()));
    assert_eq!(shop.it.platform.server.asked(), 0);
    sync::fetch_hinted(&app).await;
    assert_eq!(shop.it.stored().await, ["1".to_owned()].into());
    assert_eq!(shop.it.status(1).await, "NEW");
    assert_eq!(shop.it.shop.commission("1").await, "OPEN 10.00");
    shop.it.wait(0, 60_000);
    shop.it.platform.with(|shop| shop.set(1, Status::Complete));
    shop.door.hook(&shop.source, &shop.about(1)).await;
    sync::fetch_hinted(&app).await;
    assert_eq!(shop.it.status(1).await, "COMPLETE");
    assert_eq!(shop.it.platform.questions().len(), 2);
}

async fn what_is_not_genuine_leads_to_nothing(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(1);
    let (headers, body) = shop.about(1);
    let mut flipped = body.clone();
    flipped[10] ^= 1;
    let order = shop.it.platform.with(|shop| shop.order(1).clone());
    for delivery in [
        (headers.clone(), flipped),
        (HeaderMap::new(), body),
        (headers, Vec::new()),
        shop.about_order(&order, "another secret"),
    ] {
        let answer = shop.door.hook(&shop.source, &delivery).await;
        answer.assert_refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");
        assert!(!answer.text.contains(SECRET), "{answer:?}");
    }
    sync::fetch_hinted(&app).await;
    assert_eq!(shop.it.platform.server.asked(), 0);
    let figures = app.metrics.text(&cashable::metrics::Snapshot::default());
    let line = r#"cashable_refused_total{reason="UNAUTHENTICATED"} 4"#;
    assert!(figures.lines().any(|it| it == line), "{figures}");
}

async fn a_webhook_that_comes_again_is_known(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(2);
    let delivery = shop.about(1);
    for told in [(202, "accepted"), (200, "known"), (200, "known")] {
        let answer = shop.door.hook(&shop.source, &delivery).await;
        assert_eq!(answer.told(), (told.0, told.1.to_owned()));
        sync::fetch_hinted(&app).await;
    }
    assert_eq!(shop.it.platform.server.asked(), 1);
    // The same of another order, and of the same one changed, is another.
    let answer = shop.door.hook(&shop.source, &shop.about(2)).await;
    assert_eq!(answer.status, 202);
    let at = later(app.clock.now(), 5_000);
    shop.it
        .platform
        .with(|shop| shop.order(1).changed_at = Some(at));
    let answer = shop.door.hook(&shop.source, &shop.about(1)).await;
    assert_eq!(answer.status, 202);
}

async fn a_ping_is_answered_and_does_nothing(app: TestApp) {
    let shop = Listening::open(&app).await;
    let ping = WooCommerce::HOOKS.unwrap().ping.unwrap();
    let answer = shop.door.hook(&shop.source, &ping()).await;
    assert_eq!(answer.told(), (200, "ping".to_owned()));
    sync::fetch_hinted(&app).await;
    assert_eq!(shop.it.platform.server.asked(), 0);
}

async fn a_source_that_is_not_there_is_not_found(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(1);
    let (headers, body) = shop.about(1);
    let source = &shop.source;
    let of = |kind, shop_id, id| encode(kind, shop_id, id).to_string();
    for id in [
        "nothing".to_owned(),
        of(NodeKind::OrderSource, source.shop_id, Uuid::from_u128(7)),
        of(NodeKind::OrderSource, source.shop_id + 1, source.id),
        of(NodeKind::Order, source.shop_id, source.id),
        "%ff".to_owned(),
    ] {
        let answer = shop
            .door
            .send(&format!("/hooks/{id}"), &headers, body.clone())
            .await;
        let expected = if id == "%ff" { 400 } else { 404 };
        assert_eq!(answer.status, expected, "{id}: {answer:?}");
    }
    let is_known = shop.door.hook(source, &(headers, body)).await;
    assert_eq!(is_known.status, 202);
}

async fn what_is_too_long_is_not_read(app: TestApp) {
    const MIB: usize = 1 << 20;
    let shop = Listening::open(&app).await;
    let path = format!("/hooks/{}", id_of(&shop.source));
    let in_pieces = |bytes: usize| {
        let pieces = (0..bytes).step_by(1 << 16);
        let piece = move |at: usize| Bytes::from(vec![b'x'; (bytes - at).min(1 << 16)]);
        let pieces: Vec<_> = pieces
            .map(move |at| Ok::<_, std::io::Error>(piece(at)))
            .collect();
        Body::from_stream(stream::iter(pieces))
    };
    for (bytes, status) in [(MIB, 401), (MIB + 1, 413)] {
        for body in [Body::from(vec![b'x'; bytes]), in_pieces(bytes)] {
            let answer = shop.door.send(&path, &HeaderMap::new(), body).await;
            assert_eq!(answer.status, status, "{bytes}: {answer:?}");
        }
    }
}

async fn two_secrets_hold_while_the_platform_changes_over(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(3);
    shop.it.update(signed_with("the next")).await;
    let order = |number| shop.it.platform.with(|shop| shop.order(number).clone());
    for (number, secret, status) in [
        (1, SECRET, 202),
        (2, "the next", 202),
        (3, "the first", 401),
    ] {
        let delivery = shop.about_order(&order(number), secret);
        assert_eq!(
            shop.door.hook(&shop.source, &delivery).await.status,
            status,
            "{secret}"
        );
    }
    let drop_old = SourceUpdate {
        drops_old_hook_secret: true,
        ..SourceUpdate::default()
    };
    shop.it.update(drop_old).await;
    let delivery = shop.about_order(&order(3), SECRET);
    assert_eq!(shop.door.hook(&shop.source, &delivery).await.status, 401);
}

async fn a_flood_becomes_few_questions(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(250);
    for round in 0..4 {
        let at = later(app.clock.now(), round * 1_000);
        let deliveries = (1..=250).map(|number| {
            shop.it
                .platform
                .with(|shop| shop.order(number).changed_at = Some(at));
            shop.about(number)
        });
        let deliveries: Vec<_> = deliveries.collect();
        let sent = deliveries.iter().map(|it| shop.door.hook(&shop.source, it));
        let answers = join_all(sent).await;
        assert!(answers.iter().all(|answer| answer.status == 202));
    }
    sync::fetch_hinted(&app).await;
    // A hundred can be asked for at once.
    assert_eq!(shop.it.platform.questions().len(), 3);
    assert_eq!(shop.it.stored().await.len(), 250);
}

async fn r20_where_sync_is_off_nothing_is_fetched(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(3);
    shop.it.shop.set(json!({"syncEnabled": false})).await;
    // The platform did nothing wrong, and would give a webhook up that is refused again and again.
    assert_eq!(
        shop.door.hook(&shop.source, &shop.about(1)).await.status,
        202
    );
    sync::fetch_hinted(&app).await;
    shop.it.shop.set(json!({"syncEnabled": true})).await;
    let switched = |enabled| SourceUpdate {
        enabled: Some(enabled),
        ..SourceUpdate::default()
    };
    shop.it.update(switched(false)).await;
    let answer = shop.door.hook(&shop.source, &shop.about(2)).await;
    assert_eq!(answer.told(), (200, "ignored".to_owned()));
    sync::fetch_hinted(&app).await;
    assert_eq!(shop.it.platform.server.asked(), 0);
    shop.it.update(switched(true)).await;
    assert_eq!(
        shop.door.hook(&shop.source, &shop.about(2)).await.status,
        202
    );
    sync::fetch_hinted(&app).await;
    assert_eq!(shop.it.stored().await, ["2".to_owned()].into());
}

async fn what_a_platform_does_not_give_is_left_to_the_next_run(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(2);
    shop.it.platform.trouble(&[Trouble::Status(500); 5]);
    shop.door.hook(&shop.source, &shop.about(1)).await;
    sync::fetch_hinted(&app).await;
    assert!(shop.it.stored().await.is_empty());
    // One that is not there is no miss, and the one beside it is.
    let gone = shop.about(2);
    shop.it.platform.with(|shop| shop.remove(2));
    shop.door.hook(&shop.source, &gone).await;
    sync::fetch_hinted(&app).await;
    assert!(shop.it.stored().await.is_empty());
    shop.it.pull().await;
    assert_eq!(shop.it.stored().await, ["1".to_owned()].into());
}

async fn the_server_fetches_by_itself_and_ends_when_asked(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(2);
    app.stop.spawn(sync::keep_hints((*app).clone()));
    for number in [1, 2] {
        Door::of(&app).hook(&shop.source, &shop.about(number)).await;
        let fetched = async {
            while !shop.it.stored().await.contains(&WooCommerce::id(number)) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_mins(1), fetched).await.unwrap();
    }
    app.stop.ask();
    app.stop.done().await;
}

async fn an_admin_is_told_how_webhooks_are_set_up(app: TestApp) {
    let it = Connected::<WooCommerce>::open(&app).await;
    let setup = async || {
        let document = "{ orderSources { webhookSetup } }";
        let answer = it.shop.ask(document, json!({})).await;
        answer["orderSources"][0]["webhookSetup"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let told = setup().await;
    assert!(
        told.starts_with("First set a webhook secret here"),
        "{told}"
    );
    it.update(signed_with("a secret")).await;
    let told = setup().await;
    assert!(
        told.starts_with("At the platform, under WooCommerce"),
        "{told}"
    );
}
