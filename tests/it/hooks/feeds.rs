//! `POST /hooks/feed/{source}`: a product feed was made, so that the shop is synced.

use axum::http::{HeaderMap, StatusCode};
use cashable::graphql::{NodeKind, encode};
use cashable::sync::{self, SourceUpdate};
use entity::sync_run;
use entity::words::{SyncState, SyncTrigger};
use sea_orm::EntityTrait;
use serde_json::json;

use super::door::{Answer, headers, id_of};
use super::listening::{Listening, SECRET, signed_with};
use crate::sources::contract::olga;
use crate::support::{TestApp, on_both};

on_both!(
    r17_a_feed_starts_a_run,
    r18_while_a_run_is_under_way_it_is_the_answer,
    r20_where_sync_is_off_that_is_told,
    nobody_starts_a_run_without_the_secret,
);

async fn feed(shop: &Listening<'_>, secret: &str) -> Answer {
    with(
        shop,
        &headers(&[("authorization", &format!("Bearer {secret}"))]),
    )
    .await
}

async fn with(shop: &Listening<'_>, headers: &HeaderMap) -> Answer {
    let path = format!("/hooks/feed/{}", id_of(&shop.source));
    shop.door.send(&path, headers, "").await
}

async fn runs(app: &TestApp) -> Vec<sync_run::Model> {
    let runs = sync_run::Entity::find().all(app.behind_its_back());
    runs.await.unwrap()
}

async fn r17_a_feed_starts_a_run(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(2);
    let answer = feed(&shop, SECRET).await;
    assert_eq!(answer.told(), (202, "started".to_owned()));
    app.stop.done().await;
    let run = runs(&app).await.swap_remove(0);
    assert_eq!(
        (run.trigger, run.state),
        (SyncTrigger::Feed, SyncState::Succeeded)
    );
    let id = encode(NodeKind::SyncRun, run.shop_id, run.id).to_string();
    assert_eq!(answer.json()["run"], id);
    assert_eq!(shop.it.stored().await.len(), 2);
}

async fn r18_while_a_run_is_under_way_it_is_the_answer(app: TestApp) {
    let shop = Listening::open(&app).await;
    let asked = sync::request(&app, shop.it.shop.id, &olga(), SyncTrigger::Manual, false).await;
    let run = asked.unwrap().run;
    for _ in 0..2 {
        let answer = feed(&shop, SECRET).await;
        assert_eq!(answer.told(), (200, "running".to_owned()));
        let id = encode(NodeKind::SyncRun, run.shop_id, run.id).to_string();
        assert_eq!(answer.json()["run"], id);
    }
    assert_eq!(runs(&app).await.len(), 1);
}

async fn r20_where_sync_is_off_that_is_told(app: TestApp) {
    let shop = Listening::open(&app).await;
    let switched = |enabled| SourceUpdate {
        enabled: Some(enabled),
        ..SourceUpdate::default()
    };
    shop.it.update(switched(false)).await;
    feed(&shop, SECRET)
        .await
        .assert_refused(StatusCode::CONFLICT, "SYNC_DISABLED");
    shop.it.update(switched(true)).await;
    shop.it.shop.set(json!({"syncEnabled": false})).await;
    feed(&shop, SECRET)
        .await
        .assert_refused(StatusCode::CONFLICT, "SYNC_DISABLED");
    assert_eq!(runs(&app).await, []);
}

async fn nobody_starts_a_run_without_the_secret(app: TestApp) {
    let shop = Listening::open(&app).await;
    for wrong in [
        headers(&[]),
        headers(&[("authorization", "Bearer wrong")]),
        headers(&[("authorization", "Bearer")]),
        headers(&[("authorization", &format!("Basic {SECRET}"))]),
        headers(&[("x-cashable-secret", "wrong")]),
        headers(&[("x-cashable-secret", "")]),
    ] {
        let answer = with(&shop, &wrong).await;
        answer.assert_refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");
    }
    // The secret that the platform is asked with proves nothing.
    feed(&shop, "cs_1")
        .await
        .assert_refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");
    assert_eq!(runs(&app).await, []);
    shop.it.update(signed_with("the next")).await;
    for right in [
        headers(&[("x-cashable-secret", SECRET)]),
        headers(&[("authorization", "bearer the next")]),
    ] {
        let answer = with(&shop, &right).await;
        assert!([200, 202].contains(&answer.status), "{answer:?}");
    }
    app.stop.done().await;
}
