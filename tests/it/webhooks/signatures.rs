//! Whoever receives a message can tell that it is ours, by the specification's own crate.

use cashable::clock::Clock;
use serde_json::json;
use standardwebhooks::Webhook;

use super::{add, change_order, endpoints, tell, two_orders};
use crate::support::world::{DAY, rfc3339, text};
use crate::support::{TestApp, on_both};

on_both!(
    messages_verify_by_the_specifications_crate,
    two_secrets_sign_while_the_receiver_changes_over,
);

async fn messages_verify_by_the_specifications_crate(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    let (_, secret) = add(&world, &receiver.url("/b?key=1"), &["ORDER_STATUS_CHANGED"]).await;
    // The crate looks at the machine's clock, and takes nothing that is older than five minutes.
    world.app.clock.set(Clock::Machine.now());
    change_order(&world, "1", "complete").await;
    tell(&world).await;
    let told = receiver.told_at("/b?key=1").remove(0);
    assert_eq!(told.header("content-type"), "application/json");
    let webhook = Webhook::new(&secret).unwrap();
    webhook.verify(&told.body, &told.headers).unwrap();
    let mut flipped = told.body.clone();
    flipped[10] ^= 1;
    webhook.verify(&flipped, &told.headers).unwrap_err();
    let (_, other) = add(&world, &receiver.url("/c"), &["SYNC_FINISHED"]).await;
    let other = Webhook::new(&other).unwrap();
    other.verify(&told.body, &told.headers).unwrap_err();
}

async fn two_secrets_sign_while_the_receiver_changes_over(app: TestApp) {
    let (world, receiver, id) = two_orders(app).await;
    let rotate = async || {
        let input = json!({ "webhookEndpointId": id });
        let selection = "secret webhookEndpoint { oldSecretUntil }";
        let rotated = world.done("rotateWebhookSecret", input, selection).await;
        let until = rfc3339(entity::Instant(world.app.clock.now().0 + DAY));
        assert_eq!(rotated["webhookEndpoint"]["oldSecretUntil"], json!(until));
        text(&rotated["secret"])
    };
    let (first, second) = (rotate().await, rotate().await);
    assert_ne!(first, second);
    for (after, by_first) in [(DAY - 1, 1), (1, 0)] {
        world.later(after);
        change_order(&world, "1", "complete").await;
        change_order(&world, "1", "new").await;
        tell(&world).await;
        let told = receiver.told();
        assert_eq!(told.len(), 2);
        for it in told {
            let signatures = it.header("webhook-signature").split(' ').count();
            assert_eq!(signatures, 1 + by_first);
            assert_eq!(it.signatures_of(&first), by_first);
            assert_eq!(it.signatures_of(&second), 1);
        }
    }
    assert!(!endpoints(&world).await[0].to_string().contains("whsec"));
}
