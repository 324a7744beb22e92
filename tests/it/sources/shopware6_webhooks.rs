//! Webhooks as a Shopware app sends them. They were signed by another program with the secret below.

use cashable::sources::{Access, Hook, HookError, Incoming, Secret, kind_of};
use entity::Instant;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::support::START;

const WEBHOOKS: &str = include_str!("fixtures/shopware6_webhooks.jsonl");
const SECRET: &str = "a shop secret of sixty-four characters, as a registration hands it";
/// What the ids of all orders there begin with.
const ORDERS: &str = "0190a1b2c3d47e5f8a9b";

/// Headers and body of each delivery.
fn deliveries() -> Vec<(HeaderMap, Vec<u8>)> {
    let delivery = |line: &str| {
        let delivery: Value = serde_json::from_str(line).unwrap();
        let headers = delivery["headers"].as_object().unwrap().iter();
        let header = |(name, value): (&String, &Value)| {
            let value = value.as_str().unwrap();
            (name.parse().unwrap(), value.parse().unwrap())
        };
        let body = delivery["body"].as_str().unwrap().as_bytes().to_vec();
        (headers.map(header).collect(), body)
    };
    WEBHOOKS.lines().map(delivery).collect()
}

fn hook(headers: &HeaderMap, body: &[u8], now: Instant) -> Result<Hook, HookError> {
    let access = Access {
        account: Some("SWIA1".to_owned()),
        secret: Some(Secret::new("secret-1")),
        settings: Value::Null,
    };
    let shopware = (kind_of("shopware6").unwrap().connect)(access).unwrap();
    shopware.hook(&Incoming {
        headers,
        body,
        secrets: &[Secret::new("the next one"), Secret::new(SECRET)],
        now,
    })
}

fn signed(body: &str) -> HeaderMap {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    let mut headers = HeaderMap::new();
    headers.insert("shopware-shop-signature", signature.parse().unwrap());
    headers
}

#[test]
fn webhooks_that_another_program_signed_verify_and_no_flipped_byte_does() {
    let mut told = Vec::new();
    for (headers, body) in deliveries() {
        let Ok(Hook::Orders {
            external_ids,
            delivery,
        }) = hook(&headers, &body, START)
        else {
            panic!("{headers:?}");
        };
        let ids = external_ids.join(" ").replace(ORDERS, "");
        told.push((ids, delivery.replace(ORDERS, "")));
        for at in (0..body.len()).step_by(97).chain([body.len() - 1]) {
            let mut flipped = body.clone();
            flipped[at] ^= 0x20;
            let refused = hook(&headers, &flipped, START);
            assert_eq!(refused, Err(HookError::Signature), "{at}");
        }
        let mut headers = headers.clone();
        let signature = headers["shopware-shop-signature"]
            .to_str()
            .unwrap()
            .to_owned();
        for other in [
            &signature[2..],
            "",
            "no hex",
            &signature.replace(['a', 'b'], "c"),
        ] {
            headers.insert("shopware-shop-signature", other.parse().unwrap());
            assert_eq!(hook(&headers, &body, START), Err(HookError::Signature));
        }
    }
    let expected = [
        ("000000000065", "0000000000e1"),
        ("000000000066", "0000000000e2"),
        // The same again: half a minute later, signed anew.
        ("000000000066", "0000000000e2"),
        ("000000000067", "0000000000e3"),
        ("000000000068 000000000069", "0000000000e4"),
        // About something else.
        ("", "0000000000e5"),
        ("", "0000000000e6"),
    ];
    let expected = expected.map(|(ids, delivery)| (ids.to_owned(), delivery.to_owned()));
    assert_eq!(told, expected);
}

#[test]
fn a_signature_holds_for_five_minutes_either_way() {
    let (headers, body) = deliveries().swap_remove(0);
    for (millis, holds) in [
        (0, true),
        (300_000, true),
        (300_001, false),
        (-300_000, true),
        (-300_001, false),
        (86_400_000, false),
    ] {
        let read = hook(&headers, &body, Instant(START.0 + millis));
        match read {
            Ok(_) => assert!(holds, "{millis}"),
            Err(error) => assert_eq!((error, holds), (HookError::TooOld, false), "{millis}"),
        }
    }
}

#[test]
fn what_is_signed_and_no_webhook_is_unreadable() {
    for (payload, timestamp) in [
        ("{\"order\":{\"orderNumber\":\"1\"}}", "1795262400"),
        ("[{\"operation\":\"update\"}]", "1795262400"),
        ("7", "1795262400"),
        ("{}", "null"),
        ("{}", "\"soon\""),
    ] {
        let body = format!(
            "{{\"data\":{{\"payload\":{payload},\"event\":\"x\"}},\"source\":{{}},\"timestamp\":{timestamp}}}"
        );
        let refused = hook(&signed(&body), body.as_bytes(), START);
        let is_unreadable = matches!(refused, Err(HookError::Unreadable(_)));
        assert!(is_unreadable, "{body}: {refused:?}");
    }
    for body in ["", "[]", "{}", "order=1"] {
        let refused = hook(&signed(body), body.as_bytes(), START);
        let is_unreadable = matches!(refused, Err(HookError::Unreadable(_)));
        assert!(is_unreadable, "{body}: {refused:?}");
    }
}

#[test]
fn an_old_shop_that_names_no_event_is_told_apart_by_what_it_tells() {
    let key = |id: &str, timestamp: i64| {
        let body = format!(
            "{{\"data\":{{\"payload\":{{\"order\":{{\"id\":\"{id}\"}}}},\"event\":\"checkout.order.placed\"}},\
             \"source\":{{}},\"timestamp\":{timestamp}}}"
        );
        match hook(&signed(&body), body.as_bytes(), START).unwrap() {
            Hook::Orders { delivery, .. } => delivery,
            Hook::Ping => panic!("a ping"),
        }
    };
    let (one, other) = ("0".repeat(32), "1".repeat(32));
    let now = START.0 / 1_000;
    assert_eq!(key(&one, now), key(&one, now));
    assert_ne!(key(&one, now), key(&other, now));
    assert_ne!(key(&one, now), key(&one, now + 1));
}

/// What is no id of Shopware's would spoil the question for all others.
#[test]
fn what_is_no_id_is_not_asked_for() {
    let body = "{\"data\":{\"payload\":{\"order\":{\"id\":\"42\"}},\"event\":\"x\"},\"source\":{\"eventId\":\"e\"},\
                \"timestamp\":1795262400}";
    let expected = Hook::Orders {
        external_ids: Vec::new(),
        delivery: "e".to_owned(),
    };
    assert_eq!(hook(&signed(body), body.as_bytes(), START), Ok(expected));
}
