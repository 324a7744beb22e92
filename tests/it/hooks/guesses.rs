//! Secrets that are none: an address that sends many may send no more for a while, whichever way they come.

use axum::http::HeaderMap;
use entity::Instant;
use serde_json::json;

use super::door::{headers, id_of};
use super::listening::{Listening, SECRET};
use crate::support::{TestApp, on_both};

on_both!(an_address_may_not_try_many_secrets);

async fn an_address_may_not_try_many_secrets(app: TestApp) {
    let shop = Listening::open(&app).await;
    shop.place(1);
    let guesser = shop.door.from("192.0.2.1");
    let feed = format!("/hooks/feed/{}", id_of(&shop.source));
    let wrong = headers(&[("authorization", "Bearer wrong")]);
    let push = json!({"shop_id": "x", "shop_secret": "y", "orders": []}).to_string();
    let unsigned = (HeaderMap::new(), b"{}".to_vec());
    for _ in 0..25 {
        assert_eq!(guesser.hook(&shop.source, &unsigned).await.status, 401);
        assert_eq!(
            guesser
                .send("/hooks/nobody", &HeaderMap::new(), "")
                .await
                .status,
            404
        );
        assert_eq!(guesser.send(&feed, &wrong, "").await.status, 401);
        assert_eq!(
            guesser
                .send("/sync/orders", &HeaderMap::new(), push.clone())
                .await
                .status,
            401
        );
    }
    for answer in [
        guesser.hook(&shop.source, &unsigned).await,
        guesser.send(&feed, &wrong, "").await,
        guesser
            .send("/sync/orders", &HeaderMap::new(), push.clone())
            .await,
    ] {
        assert_eq!(answer.status, 429, "{answer:?}");
        assert_eq!(answer.headers["retry-after"], "1");
    }
    let elsewhere = shop.door.from("192.0.2.2");
    assert_eq!(
        elsewhere.hook(&shop.source, &shop.about(1)).await.status,
        202
    );
    app.clock.set(Instant(app.clock.now().0 + 1_000));
    let right = headers(&[("authorization", &format!("Bearer {SECRET}"))]);
    assert_eq!(guesser.send(&feed, &right, "").await.status, 202);
    app.stop.done().await;
}
