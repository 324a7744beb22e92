//! What the server writes to its log of what platforms send: no secret, and nothing of what stands in a body.

use axum::http::HeaderMap;
use serde_json::json;

use super::door::id_of;
use super::listening::{Listening, SECRET};
use crate::http::process::Process;
use crate::http::wire::exchange;
use crate::support::{TestApp, on_both};

on_both!(the_log_tells_neither_secrets_nor_bodies);

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const WRONG: &str = "a wrong secret";
const PERSON: &str = "hannelore@example.com";

/// A request with these headers, as it goes over the wire.
fn written(path: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
    let lines: String = lines.collect();
    let (length, body) = (body.len(), String::from_utf8_lossy(body));
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{lines}\r\n{body}"
    )
}

async fn the_log_tells_neither_secrets_nor_bodies(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(1);
    let id = id_of(&shop.source);
    let process = Process::start(
        &app.url(),
        &[
            "--secret-key",
            KEY,
            "--allow-private-sources",
            "--log",
            "debug,sqlx=warn",
        ],
    );
    let address = process.address.clone();
    let send = async |path: &str, headers: &HeaderMap, body: &[u8]| {
        exchange(&address, &written(path, headers, body)).await
    };
    let hooks = format!("/hooks/{id}");
    let feed = format!("/hooks/feed/{id}");
    let (signed, about) = shop.about(1);
    let mut told = vec![
        send(&hooks, &signed, &about).await,
        send(&hooks, &HeaderMap::new(), &about).await,
    ];
    for secret in [SECRET, WRONG] {
        let headers = super::door::headers(&[("x-cashable-secret", secret)]);
        told.push(send(&feed, &headers, b"").await);
        let order = json!({"id": 1, "status": 0, "email": PERSON});
        let push = json!({"shop_id": id, "shop_secret": secret, "orders": [order]});
        told.push(
            send(
                "/sync/orders",
                &HeaderMap::new(),
                push.to_string().as_bytes(),
            )
            .await,
        );
    }
    process.ask_to_end();
    let (status, log) = process.end();
    assert!(status.success(), "{status}");
    let begins = |answer: &String, status: &str| answer.starts_with(&format!("HTTP/1.1 {status}"));
    assert!(
        begins(&told[0], "202") && begins(&told[1], "401"),
        "{told:?}"
    );
    assert!(
        begins(&told[2], "20") && begins(&told[4], "401"),
        "{told:?}"
    );
    assert!(
        log.iter().any(|line| line.contains("/hooks/feed/{source}")),
        "{log:#?}"
    );
    let signature = signed["x-wc-webhook-signature"].to_str().unwrap();
    for secret in [SECRET, WRONG, PERSON, KEY, signature, "cs_1", "_affiliate"] {
        let tells = log.iter().find(|line| line.contains(secret));
        assert_eq!(tells, None, "{secret}");
    }
}
