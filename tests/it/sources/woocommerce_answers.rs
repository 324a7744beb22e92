//! Orders as WooCommerce itself tells them: all fields and the odd ones, and some that were recorded from a running
//! shop (7.9.0).

use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, Uri};
use cashable::sources::{
    Access, Http, OrderSnapshot, Platform, Reach, Reported, Secret, Session, kind_of,
};
use chrono::DateTime;
use entity::Instant;
use serde_json::{Value, json};

use super::listening::Listening;

const ORDERS: &str = include_str!("fixtures/woocommerce_orders.json");
const RECORDED: &str = include_str!("fixtures/woocommerce_recorded.json");

fn woocommerce(settings: Value) -> Box<dyn Platform> {
    let access = Access {
        account: Some("ck_1".to_owned()),
        secret: Some(Secret::new("cs_1")),
        settings,
    };
    (kind_of("woocommerce").unwrap().connect)(access).unwrap()
}

/// Asks for an order whoever listens there.
async fn ask(listening: &Listening, settings: Value) -> Vec<Reported> {
    let reach = Reach {
        allow_private: true,
        ..Reach::default()
    };
    let http = Http::open(&listening.address, std::time::Duration::ZERO, &reach).unwrap();
    let session = Session {
        http: &http,
        token: None,
    };
    let ids = ["101".to_owned()];
    woocommerce(settings).by_ids(session, &ids).await.unwrap()
}

/// These orders as they are read, or what is wrong with them: `id: reason`.
async fn read(orders: &'static str, settings: Value) -> Vec<Result<OrderSnapshot, String>> {
    let listening = Listening::with(move || async move { orders }).await;
    let orders = ask(&listening, settings).await;
    let unread =
        |it: cashable::sources::Unread| format!("{}: {}", it.external_id.unwrap(), it.reason);
    orders.into_iter().map(|it| it.map_err(unread)).collect()
}

/// What an order is, in a line.
fn told(order: &OrderSnapshot) -> String {
    let amount = |it: &Option<cashable::domain::Amount>| it.as_ref().map(ToString::to_string);
    [
        Some(order.external_id.clone()),
        order.number.clone(),
        Some(order.native_status.clone()),
        order.currency.clone(),
        amount(&order.total),
        amount(&order.refunded),
        order.affiliate_code.clone(),
    ]
    .map(Option::unwrap_or_default)
    .join(" ")
}

fn at(text: &str) -> Instant {
    let at = DateTime::parse_from_rfc3339(text).unwrap();
    Instant(at.timestamp_millis())
}

#[tokio::test]
async fn every_field_is_read_as_it_is_meant() {
    let orders = read(ORDERS, json!({"affiliate_meta": "_affiliate"})).await;
    let read: Vec<_> = orders.iter().filter_map(|it| it.as_ref().ok()).collect();
    let lines: Vec<_> = read.iter().map(|order| told(order)).collect();
    assert_eq!(
        lines,
        [
            "101 101 processing EUR 74.85 0 ",
            "102 A-102 completed EUR 74.85 15.35 carla",
            "103 103 refunded EUR 74.85 74.85 4711",
            "104 104 failed EUR 74.85 0 ",
            "105 105 on-hold JPY 7485 0 ",
            "106 106 cancelled EUR 74.85 0 ",
        ]
    );
    // Times are those of Greenwich, which stand there without saying so.
    assert_eq!(read[1].placed_at, Some(at("2026-03-02T09:15:00Z")));
    assert_eq!(read[1].changed_at, Some(at("2026-03-04T07:00:30Z")));
    assert_eq!(read[1].completed_at, Some(at("2026-03-05T12:00:00Z")));
    assert_eq!((read[0].completed_at, read[3].changed_at), (None, None));
}

#[tokio::test]
async fn recorded_orders_are_read() {
    let orders = read(RECORDED, json!({"affiliate_meta": "_affiliate"})).await;
    let orders: Vec<_> = orders.into_iter().map(Result::unwrap).collect();
    let lines: Vec<_> = orders.iter().map(told).collect();
    assert_eq!(
        lines,
        [
            "14 14 completed EUR 39.98 5 aff-1",
            "12 12 completed EUR 39.98 0 aff-1"
        ]
    );
    assert_eq!(orders[0].placed_at, Some(at("2026-11-21T19:47:39Z")));
    assert_eq!(orders[0].changed_at, Some(at("2026-11-21T19:47:46Z")));
    assert_eq!(orders[1].completed_at, Some(at("2026-11-21T19:47:45Z")));
}

#[tokio::test]
async fn a_coupon_says_who_brought_an_order_only_where_it_is_told_to() {
    for (settings, expected) in [
        (json!({}), [None, None]),
        (
            json!({"affiliate_coupon": true}),
            [Some("spring"), Some("carla")],
        ),
        (
            json!({"affiliate_coupon": true, "affiliate_meta": "_wc_order_attribution_utm_source"}),
            [Some("mail"), Some("mail")],
        ),
    ] {
        let orders = read(ORDERS, settings.clone()).await;
        let code = |at: usize| orders[at].as_ref().unwrap().affiliate_code.as_deref();
        assert_eq!([code(3), code(4)], expected, "{settings}");
    }
}

#[tokio::test]
async fn r22_what_cannot_be_read_says_why() {
    let orders = read(ORDERS, Value::Null).await;
    let reasons: Vec<_> = orders.iter().filter_map(|it| it.as_ref().err()).collect();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(
        reasons[0].starts_with("107: ") && reasons[0].contains("amount"),
        "{reasons:?}"
    );
    assert!(
        reasons[1].starts_with("108: date_created_gmt is no time"),
        "{reasons:?}"
    );
}

/// Some hosts take the header away that carries the credentials.
#[tokio::test]
async fn credentials_stand_in_the_header_or_in_the_address() {
    for (in_query, expected) in [(false, [true, false]), (true, [false, true])] {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&shown);
        let look = move |uri: Uri, headers: HeaderMap| async move {
            let query = uri.query().unwrap_or_default();
            let in_query = query.contains("consumer_key=ck_1&consumer_secret=cs_1");
            let in_header = headers.contains_key("authorization");
            seen.lock().unwrap().push([in_header, in_query]);
            "[]"
        };
        let listening = Listening::with(look).await;
        let settings = json!({"credentials_in_query": in_query});
        assert_eq!(ask(&listening, settings).await, []);
        assert_eq!(*shown.lock().unwrap(), [expected]);
    }
}

#[test]
fn settings_that_it_does_not_know_are_refused() {
    let access = |account: Option<&str>, secret: Option<&str>, settings| Access {
        account: account.map(str::to_owned),
        secret: secret.map(Secret::new),
        settings,
    };
    for (access, field) in [
        (access(None, Some("cs"), json!({})), "account"),
        (access(Some("ck"), None, json!({})), "secret"),
        (
            access(Some("ck"), Some("cs"), json!({"affilate_meta": "x"})),
            "settings",
        ),
    ] {
        let refused = (kind_of("woocommerce").unwrap().connect)(access)
            .err()
            .unwrap();
        assert_eq!(refused.field, field);
    }
}
