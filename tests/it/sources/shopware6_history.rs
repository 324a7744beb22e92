//! When an order of Shopware's was completed, which its history tells.

use serde_json::{Value, json};

use super::shopware6_fixed::{Shop, at, id};

const LIVE: &str = "0fa91ce3e96a4bc2be4bd9ce752c3425";

/// A step as versions since 6.5 tell it.
fn step(order: u32, into: &str, at: &str) -> Value {
    json!({
        "id": format!("bb{:030x}", order),
        "entityName": "order",
        "referencedId": id(order),
        "referencedVersionId": LIVE,
        "createdAt": at,
        "toStateMachineState": {"technicalName": into, "apiAlias": "state_machine_state"},
        "apiAlias": "state_machine_history",
    })
}

#[tokio::test]
async fn an_order_was_completed_when_it_last_came_into_its_state() {
    let mut shop = Shop::with_fixed_orders();
    let old_version = json!({
        "id": "b".repeat(32),
        "entityName": "order",
        "referencedId": id(102),
        "referencedVersionId": "c".repeat(32),
        "createdAt": "2026-03-30T00:00:00.000+00:00",
        "toStateMachineState": {"technicalName": "completed"},
    });
    shop.steps = vec![
        step(102, "in_progress", "2026-03-03T08:00:00.000+00:00"),
        step(102, "completed", "2026-03-03T09:00:00.000+00:00"),
        step(102, "open", "2026-03-03T10:00:00.000+00:00"),
        step(102, "completed", "2026-03-04T07:00:30.125+00:00"),
        old_version,
        step(107, "completed", "2026-03-05T09:00:00.000+00:00"),
        step(107, "returned", "2026-03-06T09:00:00.000+00:00"),
        step(105, "cancelled", "2026-03-06T09:00:00.000+00:00"),
    ];
    let orders = shop.read(json!({})).await;
    let completed_at = |number: u32| {
        let order = orders
            .iter()
            .flatten()
            .find(|it| it.external_id == id(number));
        order.unwrap().completed_at
    };
    assert_eq!(completed_at(102), Some(at("2026-03-04T07:00:30.125Z")));
    // A state of the shop's own: what it means is not known here.
    assert_eq!(completed_at(107), Some(at("2026-03-06T09:00:00Z")));
    // Made as completed, so that no step tells.
    assert_eq!(completed_at(106), None);
    assert_eq!(completed_at(105), None);
    let questions = shop.questions();
    let asked: Vec<_> = questions
        .iter()
        .map(|(entity, _)| entity.as_str())
        .collect();
    assert_eq!(asked, ["order", "state-machine-history"]);
}

/// Such as by a shop of a version before the fields: its own words tell what is wrong.
#[tokio::test]
async fn a_history_that_is_refused_is_not_asked_again() {
    let mut shop = Shop::with_fixed_orders();
    let mut step = step(102, "completed", "2026-03-04T07:00:30.125+00:00");
    step.as_object_mut().unwrap().remove("referencedId");
    shop.steps = vec![step];
    let ids = [id(102)];
    let refused = shop.ask(json!({}), async |shopware, session| {
        shopware.by_ids(session, &ids).await
    });
    let refused = refused.await.unwrap_err().to_string();
    assert!(refused.contains("refuses the question: 400"), "{refused}");
    let questions = shop.questions();
    let asked: Vec<_> = questions
        .iter()
        .map(|(entity, _)| entity.as_str())
        .collect();
    assert_eq!(asked, ["order", "state-machine-history"]);
}

/// A history longer than a page is read on, but not for ever.
#[tokio::test]
async fn a_long_history_is_read_to_where_each_order_is_found() {
    let mut shop = Shop::with_fixed_orders();
    shop.orders
        .retain(|order| order["id"] == id(102).as_str() || order["id"] == id(103).as_str());
    for hour in 0..7 {
        let at = format!("2026-03-05T{hour:02}:00:00.000+00:00");
        shop.steps.push(step(102, "completed", &at));
    }
    shop.steps
        .push(step(103, "completed", "2026-03-03T09:00:00.000+00:00"));
    let orders = shop.read(json!({"page_size": 3})).await;
    let completed_at = |index: usize| orders[index].as_ref().unwrap().completed_at;
    assert_eq!(completed_at(0), Some(at("2026-03-05T06:00:00Z")));
    assert_eq!(completed_at(1), Some(at("2026-03-03T09:00:00Z")));
    assert_eq!(shop.questions().len(), 1 + 3);

    shop.steps.pop();
    for _ in 0..100 {
        shop.steps
            .push(step(102, "completed", "2026-03-01T09:00:00.000+00:00"));
    }
    shop.read(json!({"page_size": 3})).await;
    assert_eq!(shop.questions().len(), 1 + 10);
}
