//! `POST /sync/orders`: orders as add-ons for REES46 push them.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use cashable::sync::{self, NewSource, SourceUpdate};
use entity::{order, order_source};
use futures_util::{StreamExt, stream};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::door::{Answer, Door, headers, id_of};
use crate::sources::contract::olga;
use crate::support::shop::Shop;
use crate::support::{START, TestApp, on_both};

on_both!(
    orders_go_in_as_add_ons_send_them,
    a_status_alone_is_enough_for_a_known_order,
    r22_what_is_wrong_with_which_order_is_told,
    words_of_the_shop_go_through_its_table,
    nobody_pushes_without_the_secret,
    add_ons_are_answered_in_their_words,
    five_thousand_orders_go_in_at_once_and_no_more,
    what_cannot_be_read_changes_nothing,
    strangers_take_no_place_of_a_source_that_the_path_names,
    a_path_names_the_source_of_its_push,
    a_code_that_cannot_be_kept_is_told_and_the_order_taken,
);

const SECRET: &str = "the secret of the shop";
/// Long enough for a machine with much else to do; nobody waits for it where all is well.
const AT_MOST: Duration = Duration::from_mins(1);

/// A shop whose add-on pushes, and the server that it pushes to.
struct Pushing<'a> {
    shop: Shop<'a>,
    door: Door,
    source: order_source::Model,
}

impl<'a> Pushing<'a> {
    async fn open(app: &'a TestApp) -> Self {
        let shop = Shop::open(app).await;
        let new = NewSource {
            kind: "rees46".to_owned(),
            hook_secret: Some(SECRET.to_owned()),
            ..NewSource::default()
        };
        Self {
            source: sync::connect_source(app, shop.id, &olga(), new)
                .await
                .unwrap(),
            door: Door::of(app),
            shop,
        }
    }

    fn body(&self, orders: &Value) -> Value {
        json!({"shop_id": id_of(&self.source), "shop_secret": SECRET, "orders": orders})
    }

    async fn send(&self, path: &str, body: &Value) -> Answer {
        self.door
            .send(path, &HeaderMap::new(), body.to_string())
            .await
    }

    async fn push(&self, orders: Value) -> Value {
        let answer = self.send("/sync/orders", &self.body(&orders)).await;
        assert_eq!(answer.told(), (200, "success".to_owned()), "{answer:?}");
        answer.json()["payload"].clone()
    }

    /// The id of another source of the shop, with the same secret.
    async fn other(&self) -> String {
        let new = NewSource {
            kind: "rees46".to_owned(),
            name: Some("other".to_owned()),
            hook_secret: Some(SECRET.to_owned()),
            ..NewSource::default()
        };
        let (app, shop_id) = (self.shop.app, self.shop.id);
        let other = sync::connect_source(app, shop_id, &olga(), new).await;
        id_of(&other.unwrap())
    }

    async fn status(&self, id: &str) -> Value {
        self.shop.order(id).await["status"].take()
    }
}

fn order(id: impl Serialize, status: impl Serialize) -> Value {
    json!({
        "id": json!(id), "status": json!(status), "date": START.0 / 1_000, "value": {"total": 104.95, "products": 99},
        "email": "anna@example.com", "custom": {"affiliate_code": "anna"}
    })
}

async fn stored(app: &TestApp) -> u64 {
    order::Entity::find()
        .count(app.behind_its_back())
        .await
        .unwrap()
}

async fn orders_go_in_as_add_ons_send_them(app: TestApp) {
    let it = Pushing::open(&app).await;
    let orders = json!([order(1, 0), order("2", "1"), order(3, 2)]);
    let counts = json!({"created": 3, "changed": 0, "unchanged": 0, "stale": 0, "failed": []});
    assert_eq!(it.push(orders.clone()).await, counts);
    for (id, status) in [("1", "NEW"), ("2", "COMPLETE"), ("3", "CANCELLED")] {
        let found = it.shop.order(id).await;
        assert_eq!(
            (&found["status"], &found["source"]),
            (&json!(status), &json!("rees46")),
            "{id}"
        );
        assert_eq!(
            found["total"],
            json!({"amount": "104.95", "currency": "EUR"})
        );
    }
    assert_eq!(it.shop.commission("1").await, "OPEN 10.50");
    let again = json!({"created": 0, "changed": 0, "unchanged": 3, "stale": 0, "failed": []});
    for path in ["/sync/orders", "/import/sync_orders", "/import/orders"] {
        let answer = it.send(path, &it.body(&orders)).await;
        assert_eq!(
            answer.json(),
            json!({"status": "success", "payload": again}),
            "{path}"
        );
    }
}

async fn a_status_alone_is_enough_for_a_known_order(app: TestApp) {
    let it = Pushing::open(&app).await;
    it.push(json!([order(1, 0)])).await;
    for (status, told) in [(1, "COMPLETE"), (2, "CANCELLED"), (0, "NEW")] {
        let counts = it.push(json!([{"id": 1, "status": status}])).await;
        assert_eq!(counts["changed"], 1);
        assert_eq!(it.status("1").await, told);
    }
    let total = json!({"amount": "104.95", "currency": "EUR"});
    assert_eq!(it.shop.order("1").await["total"], total);
}

async fn r22_what_is_wrong_with_which_order_is_told(app: TestApp) {
    let it = Pushing::open(&app).await;
    let mut dated_badly = order(5, 0);
    dated_badly["date"] = json!("yesterday");
    let mut negative = order(7, 0);
    negative["value"] = json!(-1);
    let counts = it
        .push(json!([
            order(1, 0),
            {"id": 2, "status": 1},
            {"id": 3},
            {"id": 4, "status": 1, "date": 1_795_262_400},
            dated_badly,
            order(1, 1),
            negative,
            "8",
            order(9, 1),
        ]))
        .await;
    assert_eq!(counts["created"], 2);
    let failed = counts["failed"].as_array().unwrap();
    let told: Vec<_> = failed
        .iter()
        .map(|it| (it["index"].as_u64().unwrap(), it["id"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (1, "2"),
            (2, "3"),
            (3, "4"),
            (4, "5"),
            (5, "1"),
            (6, "7"),
            (7, "")
        ]
    );
    for (place, code, words) in [
        (0, "INVALID", "a new order needs date"),
        (1, "INVALID", "status"),
        (2, "INVALID", "a new order needs value"),
        (3, "INVALID", "date must be"),
        (4, "DUPLICATE", "came before"),
    ] {
        let (found, message) = (
            &failed[place]["code"],
            failed[place]["message"].as_str().unwrap(),
        );
        assert_eq!(found, code);
        assert!(message.contains(words), "{message}");
    }
    assert_eq!(stored(&app).await, 2);
}

async fn words_of_the_shop_go_through_its_table(app: TestApp) {
    let it = Pushing::open(&app).await;
    it.push(json!([order(1, "shipped")])).await;
    assert_eq!(it.status("1").await, "NEW");
    let document = "{ unmappedStatuses { source nativeStatus orders } }";
    let unmapped = it.shop.ask(document, json!({})).await;
    let expected = json!([{"source": "rees46", "nativeStatus": "shipped", "orders": 1}]);
    assert_eq!(unmapped["unmappedStatuses"], expected);
    assert_eq!(it.shop.map("rees46", &[("shipped", "COMPLETE")]).await, 1);
    assert_eq!(it.status("1").await, "COMPLETE");
    it.push(json!([order(2, "shipped")])).await;
    assert_eq!(it.status("2").await, "COMPLETE");
}

async fn nobody_pushes_without_the_secret(app: TestApp) {
    let it = Pushing::open(&app).await;
    let orders = json!([order(1, 0)]);
    let right = it.body(&orders);
    let mut answers = Vec::new();
    for (field, value) in [
        ("shop_secret", json!("wrong")),
        ("shop_secret", json!("")),
        ("shop_secret", json!(7)),
        ("shop_id", json!("nobody")),
        ("shop_id", json!(7)),
    ] {
        let mut body = right.clone();
        body[field] = value;
        let answer = it.send("/sync/orders", &body).await;
        assert_eq!(
            answer.told(),
            (401, "error".to_owned()),
            "{field}: {answer:?}"
        );
        answers.push(answer.text);
    }
    // Whether there is such a shop is not told.
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0].contains("Shop not found"), "{answers:?}");
    let disabled = SourceUpdate {
        enabled: Some(false),
        ..SourceUpdate::default()
    };
    sync::update_source(&app, it.shop.id, &olga(), it.source.id, disabled)
        .await
        .unwrap();
    let answer = it.send("/sync/orders", &right).await;
    assert_eq!(answer.told(), (409, "error".to_owned()));
    assert_eq!(stored(&app).await, 0);
}

async fn add_ons_are_answered_in_their_words(app: TestApp) {
    let it = Pushing::open(&app).await;
    let good = it.body(&json!([order(1, 0)])).to_string();
    let bad = it.body(&json!([{"id": 2, "status": 1}])).to_string();
    let plain = headers(&[("accept", "text/plain")]);
    for (path, accept) in [
        ("/import/orders", &plain),
        ("/import/orders?format=text", &HeaderMap::new()),
    ] {
        let answer = it.door.send(path, accept, good.clone()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "OK"));
        let answer = it.door.send(path, accept, bad.clone()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.text,
            "1 orders were not taken\n2: a new order needs date\n"
        );
        let answer = it.door.send(path, accept, "{}").await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.text.starts_with("the body must be JSON"),
            "{answer:?}"
        );
    }
    let answer = it.door.send("/sync/orders", &HeaderMap::new(), good).await;
    let counts = json!({"created": 0, "changed": 0, "unchanged": 1, "stale": 0, "failed": []});
    assert_eq!(
        answer.json(),
        json!({"status": "success", "payload": counts})
    );
}

async fn five_thousand_orders_go_in_at_once_and_no_more(app: TestApp) {
    let it = Pushing::open(&app).await;
    let many = |count: u32| {
        let orders = (1..=count).map(|number| order(number, number % 3));
        Value::Array(orders.collect())
    };
    let answer = it.send("/sync/orders", &it.body(&many(5_001))).await;
    assert_eq!(answer.told(), (400, "error".to_owned()));
    assert!(answer.text.contains("at most 5000 orders"), "{answer:?}");
    assert_eq!(stored(&app).await, 0);
    assert_eq!(it.push(many(5_000)).await["created"], 5_000);
    assert_eq!(stored(&app).await, 5_000);
}

async fn what_cannot_be_read_changes_nothing(app: TestApp) {
    const MIB: usize = 1 << 20;
    let it = Pushing::open(&app).await;
    let good = it.body(&json!([order(1, 0)]));
    let mut orders = good.clone();
    orders["orders"] = json!({"id": 1});
    let cut = good.to_string();
    for (body, status) in [
        (String::new(), 400),
        ("[]".to_owned(), 400),
        (cut[..cut.len() - 1].to_owned(), 400),
        (orders.to_string(), 400),
        (cut.clone() + &" ".repeat(10 * MIB + 1 - cut.len()), 413),
    ] {
        let answer = it.door.send("/sync/orders", &HeaderMap::new(), body).await;
        assert_eq!(answer.told(), (status, "error".to_owned()), "{answer:?}");
        assert!(answer.json()["payload"]["message"].is_string());
        assert!(!answer.text.contains(SECRET), "{answer:?}");
    }
    assert_eq!(stored(&app).await, 0);
    let longest = cut.clone() + &" ".repeat(10 * MIB - cut.len());
    let answer = it
        .door
        .send("/sync/orders", &HeaderMap::new(), longest)
        .await;
    assert_eq!(answer.status, 200);
}

/// A body that begins and does not go on.
fn stuck() -> Body {
    let begins = stream::once(async { Ok::<_, std::io::Error>("{") });
    Body::from_stream(begins.chain(stream::pending()))
}

/// Pushes that are stuck, from four addresses.
struct Strangers<'a> {
    door: &'a Door,
    stuck: JoinSet<Answer>,
}

impl Strangers<'_> {
    /// Sends more and more of them, until a push to this path by somebody else is answered so.
    async fn fill(&mut self, path: &str, body: &str, status: u16) {
        let good = self.door.from("192.0.2.5");
        let fill = async {
            while good
                .send(path, &HeaderMap::new(), body.to_owned())
                .await
                .status
                != status
            {
                for from in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"] {
                    let (door, path) = (self.door.from(from), path.to_owned());
                    let send = async move { door.send(&path, &HeaderMap::new(), stuck()).await };
                    self.stuck.spawn(send);
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(AT_MOST, fill).await.unwrap();
    }
}

async fn strangers_take_no_place_of_a_source_that_the_path_names(app: TestApp) {
    let it = Pushing::open(&app).await;
    let own = format!("/sync/orders/{}", id_of(&it.source));
    let push = it.body(&json!([order(1, 0)]));
    let mut strangers = Strangers {
        door: &it.door,
        stuck: JoinSet::new(),
    };
    strangers.fill("/sync/orders", &push.to_string(), 503).await;
    assert_eq!(it.send(&own, &push).await.status, 200);
    // Whoever knows a source holds no place but its own.
    let other = format!("/sync/orders/{}", it.other().await);
    strangers.fill(&other, "{}", 429).await;
    assert_eq!(it.send(&own, &push).await.status, 200);
    strangers.stuck.shutdown().await;
    // All places are given back.
    for path in ["/sync/orders", &own] {
        assert_eq!(it.send(path, &push).await.status, 200);
    }
}

async fn a_path_names_the_source_of_its_push(app: TestApp) {
    let it = Pushing::open(&app).await;
    let (own, other) = (id_of(&it.source), it.other().await);
    let push = it.body(&json!([order(1, 0)]));
    for path in ["/sync/orders", "/import/sync_orders", "/import/orders"] {
        for (id, status) in [(own.as_str(), 200), (other.as_str(), 401), ("nobody", 401)] {
            let answer = it.send(&format!("{path}/{id}"), &push).await;
            assert_eq!(answer.status, status, "{path} {id}: {answer:?}");
        }
    }
    let document = "{ orderSources { name pushPath } }";
    let answer = it.shop.ask(document, json!({})).await;
    let shown = json!({"name": "rees46", "pushPath": format!("/sync/orders/{own}")});
    assert!(
        answer["orderSources"].as_array().unwrap().contains(&shown),
        "{answer}"
    );
}

async fn a_code_that_cannot_be_kept_is_told_and_the_order_taken(app: TestApp) {
    let it = Pushing::open(&app).await;
    let mut long = order(2, 1);
    long["custom"]["affiliate_code"] = json!("x".repeat(201));
    let counts = it.push(json!([order(1, 0), long])).await;
    assert_eq!(counts["created"], 2);
    let failed = counts["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (&failed[0]["index"], &failed[0]["id"]),
        (&json!(1), &json!("2"))
    );
    let message = failed[0]["message"].as_str().unwrap();
    assert!(
        message.ends_with("the rest of the order was taken"),
        "{message}"
    );
    assert_eq!(failed[0]["taken"], true);
    let (path, headers) = ("/sync/orders?format=text", HeaderMap::new());
    let body = it.body(&json!([long])).to_string();
    let answer = it.door.send(path, &headers, body).await;
    assert_eq!(answer.text, "OK");
    assert_eq!(it.status("2").await, "COMPLETE");
}
