//! A shop's other tools are told what happened: signed, in order, once where all goes well, and again until they
//! have taken it.

mod background;
mod endpoints;
mod failures;
mod fences;
mod messages;
mod receiver;
mod signatures;

use cashable::graphql::webhook_message;
use cashable::webhooks::deliver_once;
use serde_json::{Value, json};

use self::receiver::{Receiver, Told};
use crate::support::world::{World, text};

/// What endpoints may be told of.
const ALL: [&str; 3] = [
    "ORDER_STATUS_CHANGED",
    "TRANSACTION_STATUS_CHANGED",
    "SYNC_FINISHED",
];

/// What is asked of an endpoint.
const ENDPOINT: &str =
    "id url events enabled disabledAt createdAt deliveredAt deliveredSequence failures failingSince
    retryAt error oldSecretUntil";

/// Everything that there is to tell now is told, or put off.
async fn tell(world: &World) {
    deliver_once(&world.app, webhook_message).await.unwrap();
}

/// Makes an endpoint; answers its id and its secret.
async fn add(world: &World, url: &str, events: &[&str]) -> (Value, String) {
    let input = json!({"url": url, "events": events});
    let made = world
        .done(
            "createWebhookEndpoint",
            input,
            "secret webhookEndpoint { id }",
        )
        .await;
    (made["webhookEndpoint"]["id"].clone(), text(&made["secret"]))
}

/// The endpoints as their admin sees them.
async fn endpoints(world: &World) -> Vec<Value> {
    let document = format!("{{ webhookEndpoints {{ {ENDPOINT} }} }}");
    let mut found = world.ask(&document, json!({})).await;
    let endpoints = found["webhookEndpoints"].take();
    endpoints.as_array().unwrap().clone()
}

/// Changes an endpoint.
async fn update(world: &World, id: &Value, mut change: Value) -> Value {
    change["webhookEndpointId"] = id.clone();
    let selection = format!("webhookEndpoint {{ {ENDPOINT} }}");
    world
        .done("updateWebhookEndpoint", change, &selection)
        .await["webhookEndpoint"]
        .take()
}

/// Gives an order another status, which is told.
async fn change_order(world: &World, id: &str, status: &str) {
    world
        .import(json!([{"externalId": id, "nativeStatus": status}]))
        .await;
}

/// A shop with orders 1 and 2, of which nobody is to be told, and a receiver that is told of orders.
async fn two_orders(app: crate::support::TestApp) -> (World, Receiver, Value) {
    let world = World::open(app).await;
    let receiver = Receiver::open().await;
    world
        .import(json!([
            world.old_order("1", "new"),
            world.old_order("2", "new")
        ]))
        .await;
    let (id, _) = add(&world, &receiver.url("/a"), &["ORDER_STATUS_CHANGED"]).await;
    (world, receiver, id)
}

/// The numbers in the history that were told of.
fn sequences(told: &[Told]) -> Vec<i64> {
    let sequence = |told: &Told| told.message["data"]["sequence"].as_i64().unwrap();
    told.iter().map(sequence).collect()
}
