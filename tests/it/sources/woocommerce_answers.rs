//! WooCommerce's own answers and webhooks, in the shape in which a shop gives them: all fields, and the odd ones.
//!
//! The webhooks were signed by another program with the secret below.

use axum::Router;
use axum::routing::get;
use cashable::sources::{
    Access, Hook, HookError, Http, Incoming, OrderSnapshot, Platform, Reach, Secret, Session,
    kind_of,
};
use chrono::DateTime;
use entity::Instant;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::START;

const ORDERS: &str = include_str!("fixtures/woocommerce_orders.json");
const WEBHOOKS: &str = include_str!("fixtures/woocommerce_webhooks.jsonl");
const SECRET: &str = "lantern harbour 7";

fn woocommerce(settings: Value) -> Box<dyn Platform> {
    let access = Access {
        account: Some("ck_1".to_owned()),
        secret: Some(Secret::new("cs_1")),
        settings,
    };
    (kind_of("woocommerce").unwrap().connect)(access).unwrap()
}

/// The recorded orders as they are read, or what is wrong with them: `id: reason`.
async fn read(settings: Value) -> Vec<Result<OrderSnapshot, String>> {
    let router = Router::new().route("/wp-json/wc/v3/orders", get(|| async { ORDERS }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let reach = Reach {
        allow_private: true,
        ..Reach::default()
    };
    let http = Http::open(&address, std::time::Duration::ZERO, &reach).unwrap();
    let session = Session {
        http: &http,
        token: None,
    };
    let ids = ["101".to_owned()];
    let orders = woocommerce(settings).by_ids(session, &ids).await.unwrap();
    serving.abort();
    let unread =
        |it: cashable::sources::Unread| format!("{}: {}", it.external_id.unwrap(), it.reason);
    orders.into_iter().map(|it| it.map_err(unread)).collect()
}

fn at(text: &str) -> Option<Instant> {
    let at = DateTime::parse_from_rfc3339(text).unwrap();
    Some(Instant(at.timestamp_millis()))
}

#[tokio::test]
async fn every_field_is_read_as_it_is_meant() {
    let orders = read(json!({"affiliate_meta": "_affiliate"})).await;
    let told = |order: &OrderSnapshot| {
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
    };
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
    assert_eq!(read[1].placed_at, at("2026-03-02T09:15:00Z"));
    assert_eq!(read[1].changed_at, at("2026-03-04T07:00:30Z"));
    assert_eq!(read[1].completed_at, at("2026-03-05T12:00:00Z"));
    assert_eq!((read[0].completed_at, read[3].changed_at), (None, None));
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
        let orders = read(settings.clone()).await;
        let code = |at: usize| orders[at].as_ref().unwrap().affiliate_code.as_deref();
        assert_eq!([code(3), code(4)], expected, "{settings}");
    }
}

#[tokio::test]
async fn r22_what_cannot_be_read_says_why() {
    let orders = read(Value::Null).await;
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

/// Headers and body of each delivery.
fn deliveries() -> Vec<(HeaderMap, Vec<u8>)> {
    let delivery = |line: &str| {
        let delivery: Value = serde_json::from_str(line).unwrap();
        let headers = delivery["headers"].as_object().unwrap().iter();
        let header = |(name, value): (&String, &Value)| {
            (
                name.parse().unwrap(),
                value.as_str().unwrap().parse().unwrap(),
            )
        };
        let body = delivery["body"].as_str().unwrap().as_bytes().to_vec();
        (headers.map(header).collect(), body)
    };
    WEBHOOKS.lines().map(delivery).collect()
}

fn hook(headers: &HeaderMap, body: &[u8]) -> Result<Hook, HookError> {
    woocommerce(Value::Null).hook(&Incoming {
        headers,
        body,
        secrets: &[Secret::new(SECRET)],
        now: START,
    })
}

#[test]
fn webhooks_that_another_program_signed_verify_and_no_flipped_byte_does() {
    let mut keys = Vec::new();
    let mut ids = Vec::new();
    for (headers, body) in deliveries() {
        let Ok(Hook::Orders {
            external_ids,
            delivery,
        }) = hook(&headers, &body)
        else {
            panic!("{headers:?}");
        };
        if !external_ids.is_empty() {
            keys.push(delivery);
        }
        ids.push(external_ids.join(","));
        for at in (0..body.len()).step_by(97).chain([body.len() - 1]) {
            let mut flipped = body.clone();
            flipped[at] ^= 0x20;
            assert_eq!(hook(&headers, &flipped), Err(HookError::Signature), "{at}");
        }
        let mut headers = headers.clone();
        let signature = headers["x-wc-webhook-signature"].to_str().unwrap();
        let other = format!("A{}", &signature[1..]);
        headers.insert("x-wc-webhook-signature", other.parse().unwrap());
        assert_eq!(hook(&headers, &body), Err(HookError::Signature));
    }
    // The last one is about a product.
    assert_eq!(ids, ["101", "102", "103", "102", "104", "105", ""]);
    // Two orders within a second come with the same delivery id, and are told apart.
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 6);
}

#[test]
fn what_is_signed_and_no_order_is_unreadable() {
    use base64::Engine;
    use hmac::{KeyInit, Mac};
    for body in ["", "{}", "[]", "webhook_id=1", "{\"id\":null}"] {
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let signature =
            base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        let mut headers = HeaderMap::new();
        headers.insert("x-wc-webhook-resource", "order".parse().unwrap());
        headers.insert("x-wc-webhook-signature", signature.parse().unwrap());
        let refused = hook(&headers, body.as_bytes());
        assert!(
            matches!(refused, Err(HookError::Unreadable(_))),
            "{body}: {refused:?}"
        );
    }
}
