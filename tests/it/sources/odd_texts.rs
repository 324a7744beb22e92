//! Text of platforms that a database or a terminal could not take.

use axum::http::StatusCode;
use cashable::sync::{self, NewSource};
use entity::words::SyncTrigger;
use entity::{order as orders, order_source};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::contract::olga;
use super::listening::Listening;
use crate::support::shop::Shop;
use crate::support::{TestApp, on_both};

on_both!(
    r22_orders_with_odd_texts_are_set_aside_alone,
    an_error_with_odd_text_is_told_without_it,
    r22_a_code_that_cannot_be_kept_is_left_out_and_the_order_taken,
);

/// The last run of a shop that is connected to whatever listens there.
async fn run(app: &TestApp, listening: &Listening) -> Value {
    let shop = Shop::open(app).await;
    let new = NewSource {
        kind: "woocommerce".to_owned(),
        address: Some(listening.address.clone()),
        account: Some("ck_1".to_owned()),
        secret: Some("cs_1".to_owned()),
        settings: json!({"affiliate_meta": "_affiliate"}),
        ..NewSource::default()
    };
    sync::connect_source(app, shop.id, &olga(), new)
        .await
        .unwrap();
    let queued = sync::request(app, shop.id, &olga(), SyncTrigger::Manual, false).await;
    let run = sync::run(app, queued.unwrap().run, false, &|_| {}).await;
    run.unwrap();
    let document = "{ syncRuns(first: 1) { nodes {
        state error ordersChanged failures { nodes { externalId message } }
    } } }";
    shop.ask(document, json!({})).await["syncRuns"]["nodes"][0].take()
}

fn order(id: &str, status: &str, total: &str) -> Value {
    json!({
        "id": id, "number": "1", "status": status, "currency": "EUR", "total": total,
        "date_created_gmt": "2026-11-20T12:00:00", "date_modified_gmt": "2026-11-20T12:00:00",
    })
}

async fn r22_orders_with_odd_texts_are_set_aside_alone(app: TestApp) {
    let orders = json!([
        order("1", "completed", "10.00"),
        order("2\u{0}", "completed", "10.00"),
        order("3", "comp\u{0}leted", "10.00"),
        order("4", "completed", "10\u{0}.00"),
        order("5\u{0}", "completed", "much"),
        order(&"6".repeat(300), "completed", "10.00"),
        order("7", &"completed".repeat(300), "10.00"),
        order("8", "completed", &"much".repeat(3_000)),
    ]);
    let orders = orders.to_string();
    let listening = Listening::with(move || async move { orders }).await;
    let run = run(&app, &listening).await;
    assert_eq!(
        (&run["state"], &run["ordersChanged"]),
        (&json!("SUCCEEDED"), &json!(1)),
        "{run}"
    );
    let failures = run["failures"]["nodes"].as_array().unwrap();
    let mut ids: Vec<_> = failures.iter().map(|it| &it["externalId"]).collect();
    ids.sort_by_key(|id| id.as_str());
    assert_eq!(ids, ["", "", "", "3", "4", "7", "8"]);
    for failure in failures {
        let message = failure["message"].as_str().unwrap();
        assert!(!message.is_empty() && message.len() < 600, "{message}");
        assert!(!message.contains(char::is_control), "{message:?}");
    }
}

async fn an_error_with_odd_text_is_told_without_it(app: TestApp) {
    let answer = || async { (StatusCode::BAD_REQUEST, "no\u{0}\u{1b}[31m\nsuch thing") };
    let listening = Listening::with(answer).await;
    let run = run(&app, &listening).await;
    let told = "woocommerce: the platform refuses the question: 400: no [31m such thing";
    assert_eq!(
        (&run["state"], &run["error"]),
        (&json!("FAILED"), &json!(told))
    );
}

/// Who brought an order is told by the visitor's address: nobody keeps an order out by it.
async fn r22_a_code_that_cannot_be_kept_is_left_out_and_the_order_taken(app: TestApp) {
    let brought = |id: &str, code: &str| {
        let mut order = order(id, "completed", "10.00");
        order["meta_data"] = json!([{"id": 1, "key": "_affiliate", "value": code}]);
        order
    };
    let orders = json!([
        brought("1", &"x".repeat(201)),
        brought("2", "an\u{1}na"),
        brought("3", " "),
        brought("4", "anna"),
    ]);
    let orders = orders.to_string();
    let listening = Listening::with(move || async move { orders }).await;
    let run = run(&app, &listening).await;
    assert_eq!(
        (&run["state"], &run["ordersChanged"]),
        (&json!("SUCCEEDED"), &json!(4)),
        "{run}"
    );
    let failures = run["failures"]["nodes"].as_array().unwrap();
    let mut ids: Vec<_> = failures.iter().map(|it| &it["externalId"]).collect();
    ids.sort_by_key(|id| id.as_str());
    assert_eq!(ids, ["1", "2"]);
    for failure in failures {
        let message = failure["message"].as_str().unwrap();
        assert!(
            message.ends_with("the rest of the order was taken"),
            "{message}"
        );
    }
    let sources = order_source::Entity::find()
        .all(app.behind_its_back())
        .await;
    assert_eq!(sources.unwrap()[0].unread, None);
    let orders = orders::Entity::find()
        .all(app.behind_its_back())
        .await
        .unwrap();
    assert!(orders.iter().all(|it| it.missed_at.is_none()));
}
