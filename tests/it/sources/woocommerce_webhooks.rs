//! WooCommerce's own webhooks, recorded from a running shop (7.9.0), which signed them with the secret below.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cashable::sources::{Hook, HookError, Incoming, Secret};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use sha2::Sha256;

use super::contract::connector;
use super::woocommerce::WooCommerce;
use crate::support::START;

const WEBHOOKS: &str = include_str!("fixtures/woocommerce_webhooks.jsonl");
const SECRET: &str = "whsecret";

/// Headers and body of each delivery that the shop has signed; of each that it has not.
fn deliveries(signed: bool) -> Vec<(HeaderMap, Vec<u8>)> {
    let recorded = WEBHOOKS.lines().map(serde_json::from_str::<Value>);
    let recorded = recorded.map(Result::unwrap);
    let delivery = |delivery: Value| {
        let headers = delivery["headers"].as_object().unwrap().iter();
        let header = |(name, value): (&String, &Value)| {
            let value = value.as_str().unwrap().parse().unwrap();
            (name.parse().unwrap(), value)
        };
        let body = delivery["body"].as_str().unwrap().as_bytes().to_vec();
        (headers.map(header).collect(), body)
    };
    let wanted = recorded.filter(|it| it["valid"] == signed);
    wanted.map(delivery).collect()
}

fn hook(headers: &HeaderMap, body: &[u8]) -> Result<Hook, HookError> {
    connector::<WooCommerce>(Some("cs_1")).hook(&Incoming {
        headers,
        body,
        secrets: &[Secret::new(SECRET)],
        now: START,
    })
}

/// The order that a delivery is about, and by which it is known when it comes again.
fn about(headers: &HeaderMap, body: &[u8]) -> (String, String) {
    match hook(headers, body) {
        Ok(Hook::Orders {
            external_ids,
            delivery,
        }) => (external_ids.join(","), delivery),
        other => panic!("{other:?}"),
    }
}

#[test]
fn recorded_webhooks_verify() {
    let deliveries = deliveries(true);
    let read: Vec<_> = deliveries.iter().map(|it| about(&it.0, &it.1)).collect();
    let ids: Vec<_> = read.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["13", "20", "21", "22", "20"]);
    // Two orders within a second came with the same delivery id, and are told apart.
    let delivery_id = |at: usize| &deliveries[at].0["x-wc-webhook-delivery-id"];
    assert_eq!(delivery_id(1), delivery_id(2));
    let mut keys: Vec<_> = read.iter().map(|(_, key)| key).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 5);
    let pings: Vec<_> = self::deliveries(false);
    assert_eq!(pings.len(), 1);
    assert_eq!(hook(&pings[0].0, &pings[0].1), Ok(Hook::Ping));
}

#[test]
fn recorded_webhooks_with_one_flipped_byte_do_not_verify() {
    for (headers, body) in deliveries(true) {
        for at in 0..body.len() {
            let mut flipped = body.clone();
            flipped[at] ^= 0x20;
            assert_eq!(hook(&headers, &flipped), Err(HookError::Signature), "{at}");
        }
        let signature = headers["x-wc-webhook-signature"].to_str().unwrap();
        for at in 0..signature.len() {
            let mut flipped = signature.as_bytes().to_vec();
            flipped[at] ^= 1;
            let mut headers = headers.clone();
            let flipped = HeaderValue::from_bytes(&flipped).unwrap();
            headers.insert("x-wc-webhook-signature", flipped);
            assert_eq!(hook(&headers, &body), Err(HookError::Signature), "{at}");
        }
    }
}

/// Headers of a webhook about a resource, signed as the shop would.
fn signed(resource: &str, body: &[u8]) -> HeaderMap {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut headers = HeaderMap::new();
    headers.insert("x-wc-webhook-resource", resource.parse().unwrap());
    headers.insert("x-wc-webhook-signature", signature.parse().unwrap());
    headers
}

#[test]
fn what_is_signed_and_about_no_order_names_none() {
    let body = br#"{"id":101,"sku":"tea"}"#;
    assert_eq!(about(&signed("product", body), body).0, "");
}

#[test]
fn what_is_signed_and_no_order_is_unreadable() {
    for body in ["", "{}", "[]", "webhook_id=1", "{\"id\":null}"] {
        let refused = hook(&signed("order", body.as_bytes()), body.as_bytes());
        assert!(
            matches!(refused, Err(HookError::Unreadable(_))),
            "{body}: {refused:?}"
        );
    }
}
