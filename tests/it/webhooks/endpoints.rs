//! Endpoints as admins make them: what cannot be is refused in plain words, and what they may not reach is not
//! reached.

use cashable::app::App;
use cashable::sources::{Reach, Secrets};
use serde_json::{Value, json};

use super::{ALL, add, change_order, endpoints, tell, two_orders};
use crate::support::graphql::data;
use crate::support::world::{World, document_of};
use crate::support::{TestApp, on_both};

on_both!(
    an_endpoint_is_shown_as_it_was_made,
    what_cannot_be_an_endpoint_is_refused,
    private_networks_are_not_reached_unless_allowed,
);

async fn an_endpoint_is_shown_as_it_was_made(app: TestApp) {
    let world = World::open(app).await;
    let twice = ["SYNC_FINISHED", "ORDER_STATUS_CHANGED", "SYNC_FINISHED"];
    let (id, secret) = add(&world, " https://crm.example/hooks?a=1#b ", &twice).await;
    assert!(secret.starts_with("whsec_"));
    let expected = json!({
        "id": id, "url": "https://crm.example/hooks?a=1", "events": twice[..2], "enabled": true, "disabledAt": null,
        "createdAt": "2026-11-21T12:00:00.000Z", "deliveredAt": null, "deliveredSequence": 0, "failures": 0,
        "failingSince": null, "retryAt": null, "error": null, "oldSecretUntil": null,
    });
    assert_eq!(endpoints(&world).await, [expected]);
}

async fn what_cannot_be_an_endpoint_is_refused(app: TestApp) {
    let world = World::open(app).await;
    let url = "https://crm.example/";
    let (id, _) = add(&world, url, &ALL).await;
    let long = format!("{url}{}", "x".repeat(2_000));
    for (url, events, field) in [
        ("crm.example", &ALL[..], "url"),
        ("ftp://crm.example/", &ALL, "url"),
        ("https://user:secret@crm.example/", &ALL, "url"),
        (long.as_str(), &ALL, "url"),
        (url, &[], "events"),
    ] {
        for mutation in ["createWebhookEndpoint", "updateWebhookEndpoint"] {
            let mut input = json!({"url": url, "events": events});
            if mutation == "updateWebhookEndpoint" {
                input["webhookEndpointId"] = id.clone();
            }
            let refused = world.change(mutation, input, "__typename").await;
            let error = &refused["userErrors"][0];
            assert_eq!(error["code"], json!("INVALID"), "{url}");
            assert_eq!(error["field"], json!(["input", field]), "{url}");
            assert!(!error["message"].to_string().contains("secret"), "{error}");
        }
    }
    for _ in 1..10 {
        add(&world, url, &ALL).await;
    }
    let eleventh = json!({"url": url, "events": ALL});
    assert_eq!(
        world.refused("createWebhookEndpoint", eleventh).await,
        "INVALID"
    );
    assert_eq!(endpoints(&world).await.len(), 10);
}

async fn private_networks_are_not_reached_unless_allowed(app: TestApp) {
    let (world, receiver, _) = two_orders(app).await;
    let as_it_is = |app: &TestApp| App::clone(app);
    let careful = as_it_is(&world.app).asking(Reach::default(), world.app.secrets.clone());
    let keyless = as_it_is(&world.app).asking(world.app.reach.clone(), Secrets::default());
    let create = async |app: &App, url: &str| -> Value {
        let document = document_of("createWebhookEndpoint", "secret");
        let input = json!({"input": {"url": url, "events": ALL}});
        let mut answer = data(app, &world.admin, &document, input).await;
        answer["createWebhookEndpoint"]["userErrors"][0]["message"].take()
    };
    for url in [
        "http://crm.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/",
    ] {
        let refused = create(&careful, url).await.to_string();
        assert!(refused.contains("the address does not do"), "{refused}");
    }
    let refused = create(&keyless, "https://crm.example/").await.to_string();
    assert!(refused.contains("CASHABLE_SECRET_KEY"), "{refused}");
    // What was allowed when it was made is looked at again when it is used.
    change_order(&world, "1", "complete").await;
    for (app, told) in [
        (&careful, "the address does not do"),
        (&keyless, "CASHABLE_SECRET_KEY"),
    ] {
        cashable::webhooks::deliver_once(app, cashable::graphql::webhook_message)
            .await
            .unwrap();
        let error = endpoints(&world).await[0]["error"].to_string();
        assert!(error.contains(told), "{error}");
        world.later(6_000);
    }
    assert!(receiver.told().is_empty());
    world.later(400_000);
    tell(&world).await;
    assert_eq!(receiver.told().len(), 1);
}
