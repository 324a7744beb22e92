//! Several who could tell: one does at a time, and what one has left in the middle another goes on with.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cashable::graphql::webhook_message;
use cashable::ledger::WebhookLane;
use cashable::webhooks::deliver_once;
use entity::Instant;
use entity::webhook_endpoint::Entity;
use sea_orm::EntityTrait;
use serde_json::json;

use super::receiver::Answer::{Busy, Silence};
use super::{add, change_order, endpoints, sequences, tell, two_orders, update};
use crate::support::{TestApp, on_both};

on_both!(
    of_two_replicas_one_tells,
    what_was_sent_and_not_kept_is_sent_again_with_its_id,
    what_is_changed_in_the_middle_holds_from_there_on,
    an_endpoint_that_is_gone_or_disabled_is_told_nothing,
    a_turn_of_a_slow_endpoint_ends,
    what_was_put_off_is_put_off_for_every_replica,
);

/// Longer than a lease.
const LEASE: i64 = 61_000;

async fn of_two_replicas_one_tells(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    for _ in 0..10 {
        change_order(&world, "1", "complete").await;
        change_order(&world, "1", "new").await;
    }
    let tell = || deliver_once(&world.app, webhook_message);
    let (one, other, third) = tokio::join!(tell(), tell(), tell());
    one.and(other).and(third).unwrap();
    tell().await.unwrap();
    let expected: Vec<i64> = (1..=20).collect();
    assert_eq!(sequences(&receiver.told()), expected);
}

async fn what_was_sent_and_not_kept_is_sent_again_with_its_id(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    change_order(&world, "1", "complete").await;
    change_order(&world, "2", "complete").await;
    receiver.answer("/a", &[Silence]);
    tokio::select! {
        _ = deliver_once(&world.app, webhook_message) => unreachable!("it waits for an answer"),
        () = receiver.wait_for(1) => {}
    }
    let first = receiver.told();
    tell(&world).await;
    assert!(
        receiver.told().is_empty(),
        "nobody knows yet that it went away"
    );
    world.later(LEASE);
    tell(&world).await;
    let again = receiver.told();
    assert_eq!(sequences(&again), [1, 2]);
    assert_eq!(
        (first[0].id(), &first[0].body),
        (again[0].id(), &again[0].body)
    );
    assert_eq!(endpoints(&world).await[0]["failures"], json!(0));
}

async fn what_is_changed_in_the_middle_holds_from_there_on(app: TestApp) {
    let app = app.reaching(|reach| reach.answer_within = Duration::from_secs(1));
    let (world, receiver, id) = two_orders(app).await;
    change_order(&world, "1", "complete").await;
    change_order(&world, "2", "complete").await;
    receiver.answer("/a", &[Silence]);
    let app = (*world.app).clone();
    let telling = tokio::spawn(async move { deliver_once(&app, webhook_message).await });
    receiver.wait_for(1).await;
    assert_eq!(sequences(&receiver.told()), [1]);
    update(&world, &id, json!({"url": receiver.url("/b")})).await;
    tell(&world).await;
    assert_eq!(sequences(&receiver.told_at("/b")), [1, 2]);
    telling.await.unwrap().unwrap();
    let endpoint = endpoints(&world).await.remove(0);
    assert_eq!(endpoint["deliveredSequence"], json!(2));
    assert_eq!(
        (&endpoint["failures"], &endpoint["error"]),
        (&json!(0), &json!(null))
    );
    assert!(receiver.told().is_empty());
}

async fn an_endpoint_that_is_gone_or_disabled_is_told_nothing(app: TestApp) {
    let (world, receiver, id) = two_orders(app).await;
    let (other, _) = add(&world, &receiver.url("/b"), &["ORDER_STATUS_CHANGED"]).await;
    change_order(&world, "1", "complete").await;
    update(&world, &id, json!({"enabled": false})).await;
    let gone = json!({ "webhookEndpointId": other });
    world
        .done(
            "deleteWebhookEndpoint",
            gone.clone(),
            "deletedWebhookEndpointId",
        )
        .await;
    tell(&world).await;
    assert!(receiver.told().is_empty());
    assert_eq!(endpoints(&world).await.len(), 1);
    for mutation in [
        "deleteWebhookEndpoint",
        "rotateWebhookSecret",
        "updateWebhookEndpoint",
    ] {
        assert_eq!(world.refused(mutation, gone.clone()).await, "NOT_FOUND");
    }
}

/// Each endpoint that is told holds a place, of which there are not as many as endpoints.
async fn a_turn_of_a_slow_endpoint_ends(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    for status in ["complete", "new", "complete", "new", "complete"] {
        change_order(&world, "1", status).await;
    }
    let holders = Arc::<Mutex<Vec<_>>>::default();
    let (noted, app) = (Arc::clone(&holders), (*world.app).clone());
    let behind = world.app.behind_its_back().clone();
    receiver.meanwhile(move || {
        let (noted, app, behind) = (Arc::clone(&noted), app.clone(), behind.clone());
        Box::pin(async move {
            let row = Entity::find().one(&behind).await;
            noted.lock().unwrap().push(row.unwrap().unwrap().holder);
            app.clock.set(Instant(app.clock.now().0 + 16_000));
        })
    });
    tell(&world).await;
    assert_eq!(sequences(&receiver.told()), [1, 2, 3, 4, 5]);
    let mut holders = holders.lock().unwrap().clone();
    assert!(holders.iter().all(Option::is_some));
    assert_eq!(holders[0], holders[1]);
    holders.dedup();
    assert_eq!(holders.len(), 3, "two in half a minute");
}

async fn what_was_put_off_is_put_off_for_every_replica(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    change_order(&world, "1", "complete").await;
    // As another replica has it in its list of those that there is something to tell.
    let db = world.app.behind_its_back();
    let listed = Entity::find().one(db).await.unwrap().unwrap();
    receiver.answer("/a", &[Busy(60)]);
    tell(&world).await;
    let take = || WebhookLane::take(&world.app, &listed);
    assert!(take().await.unwrap().is_none());
    world.later(59_000);
    assert!(take().await.unwrap().is_none());
    world.later(1_000);
    assert!(take().await.unwrap().is_some());
}
