//! What is not taken is sent again, later and later, and holds up nobody else; in the end the endpoint is disabled.

use std::time::Duration;

use serde_json::{Value, json};

use super::receiver::Answer::{Busy, Redirect, Silence, Status};
use super::{add, change_order, endpoints, sequences, tell, two_orders, update};
use crate::support::graphql::admin;
use crate::support::world::{World, new_shop};
use crate::support::{TestApp, on_both};

on_both!(
    what_is_not_taken_is_sent_again_and_then_what_came_after,
    a_failing_endpoint_holds_up_nobody_else,
    an_endpoint_that_fails_for_days_is_disabled_and_goes_on_when_enabled,
    what_was_missed_can_be_skipped,
    each_kind_of_failure_is_told,
);

const MINUTE: i64 = 60_000;

/// Whether something is sent so many milliseconds from now and not before; a tenth is an endpoint's own.
async fn is_sent_after(world: &World, millis: i64, count: impl Fn() -> usize) {
    world.later(millis - 1);
    tell(world).await;
    assert_eq!(count(), 0, "before {millis}");
    world.later(1 + millis / 10);
    tell(world).await;
    assert_eq!(count(), 1, "after {millis}");
}

async fn what_is_not_taken_is_sent_again_and_then_what_came_after(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    receiver.answer("/a", &[Status(500), Status(404), Status(200)]);
    change_order(&world, "1", "complete").await;
    change_order(&world, "2", "complete").await;
    tell(&world).await;
    let first = receiver.told();
    assert_eq!(sequences(&first), [1]);
    let failing = endpoints(&world).await.remove(0);
    assert_eq!(failing["failures"], json!(1));
    assert_eq!(failing["failingSince"], json!("2026-11-21T12:00:00.000Z"));
    assert!(
        failing["error"]
            .as_str()
            .unwrap()
            .contains("it answered 500")
    );
    world.later(6_000);
    tell(&world).await;
    let second = receiver.told();
    assert_eq!(sequences(&second), [1]);
    assert_eq!(endpoints(&world).await[0]["failures"], json!(2));
    world.later(6 * MINUTE);
    tell(&world).await;
    let third = receiver.told();
    assert_eq!(sequences(&third), [1, 2]);
    assert_eq!(first[0].id(), second[0].id());
    assert_eq!(second[0].id(), third[0].id());
    assert_ne!(third[0].id(), third[1].id());
    assert_eq!(first[0].body, third[0].body);
    let seconds = |it: &super::Told| it.header("webhook-timestamp").parse::<i64>().unwrap();
    assert_eq!(seconds(&second[0]) - seconds(&first[0]), 6);
    let well = endpoints(&world).await.remove(0);
    for (field, value) in [
        ("failures", json!(0)),
        ("failingSince", Value::Null),
        ("retryAt", Value::Null),
        ("error", Value::Null),
        ("deliveredSequence", json!(2)),
        ("deliveredAt", json!("2026-11-21T12:06:06.000Z")),
    ] {
        assert_eq!(well[field], value, "{field}");
    }
}

async fn a_failing_endpoint_holds_up_nobody_else(app: TestApp) {
    let app = app.reaching(|reach| reach.answer_within = Duration::from_millis(500));
    let (tea, receiver, _) = two_orders(app).await;
    add(&tea, &receiver.url("/b"), &["ORDER_STATUS_CHANGED"]).await;
    change_order(&tea, "1", "complete").await;
    let shop_id = new_shop(&tea.app, "Coffee").await;
    let coffee = World {
        app: tea.app,
        shop_id,
        admin: admin(shop_id),
    };
    coffee.import(json!([coffee.old_order("1", "new")])).await;
    add(&coffee, &receiver.url("/c"), &["ORDER_STATUS_CHANGED"]).await;
    change_order(&coffee, "1", "complete").await;
    receiver.answer("/a", &[Silence; 3]);
    for retried in [false, true, true] {
        tell(&coffee).await;
        let told = receiver.told();
        let at = |path: &str| told.iter().filter(|it| it.path == path).count();
        let once = usize::from(!retried);
        assert_eq!([at("/a"), at("/b"), at("/c")], [1, once, once]);
        coffee.later(6 * MINUTE);
    }
}

const HOUR: i64 = 60 * MINUTE;

async fn an_endpoint_that_fails_for_days_is_disabled_and_goes_on_when_enabled(app: TestApp) {
    let (world, receiver, id) = two_orders(app).await;
    receiver.answer("/a", &[Status(500); 10]);
    change_order(&world, "1", "complete").await;
    tell(&world).await;
    assert_eq!(receiver.told().len(), 1);
    for pause in [
        5_000,
        5 * MINUTE,
        30 * MINUTE,
        2 * HOUR,
        5 * HOUR,
        10 * HOUR,
        14 * HOUR,
        20 * HOUR,
        24 * HOUR,
    ] {
        assert_eq!(endpoints(&world).await[0]["enabled"], json!(true));
        is_sent_after(&world, pause, || receiver.told().len()).await;
    }
    let disabled = endpoints(&world).await.remove(0);
    assert_eq!(disabled["enabled"], json!(false));
    assert_eq!(disabled["failures"], json!(10));
    assert_eq!(disabled["retryAt"], Value::Null);
    assert_ne!(disabled["disabledAt"], Value::Null);
    assert!(disabled["error"].as_str().unwrap().contains("500"));
    world.later(48 * HOUR);
    change_order(&world, "2", "complete").await;
    tell(&world).await;
    assert!(receiver.told().is_empty());
    let enabled = update(&world, &id, json!({"enabled": true})).await;
    assert_eq!(enabled["disabledAt"], Value::Null);
    assert_eq!(enabled["failures"], json!(0));
    tell(&world).await;
    assert_eq!(sequences(&receiver.told()), [1, 2]);
}

async fn what_was_missed_can_be_skipped(app: TestApp) {
    let (world, receiver, id) = two_orders(app).await;
    add(&world, &receiver.url("/b"), &["SYNC_FINISHED"]).await;
    update(&world, &id, json!({"enabled": false})).await;
    change_order(&world, "1", "complete").await;
    world.sync().await;
    let skip = json!({"enabled": true, "skipMissed": true, "events": ["SYNC_FINISHED", "ORDER_STATUS_CHANGED"]});
    update(&world, &id, skip).await;
    change_order(&world, "2", "complete").await;
    tell(&world).await;
    assert_eq!(sequences(&receiver.told_at("/a")), [3]);
}

async fn each_kind_of_failure_is_told(app: TestApp) {
    let app = app.reaching(|reach| reach.answer_within = Duration::from_secs(1));
    let (world, receiver, id) = two_orders(app).await;
    change_order(&world, "1", "complete").await;
    for (answer, told, pause) in [
        (
            Redirect,
            "it answered 307, which leads elsewhere",
            Some(6_000),
        ),
        (
            Silence,
            "it did not answer within 1 seconds",
            Some(6 * MINUTE),
        ),
        (Busy(7_200), "it answered 503", Some(33 * MINUTE)),
        (Status(410), "it answered 410", None),
    ] {
        receiver.answer("/a", &[answer]);
        tell(&world).await;
        assert_eq!(receiver.told().len(), 1);
        let endpoint = endpoints(&world).await.remove(0);
        let error = endpoint["error"].as_str().unwrap();
        assert!(error.starts_with(told), "{error}");
        assert_eq!(endpoint["enabled"], json!(pause.is_some()), "{told}");
        world.later(pause.unwrap_or(0));
        if matches!(answer, Busy(_)) {
            tell(&world).await;
            assert!(receiver.told().is_empty(), "it asked for two hours");
            world.later(90 * MINUTE);
        }
    }
    let nobody = json!({"enabled": true, "url": "http://127.0.0.1:1/"});
    update(&world, &id, nobody).await;
    tell(&world).await;
    let error = endpoints(&world).await[0]["error"].take();
    assert!(
        error.as_str().unwrap().starts_with("nobody answers there"),
        "{error}"
    );
    assert!(receiver.told().is_empty());
}
