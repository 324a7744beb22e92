//! What user errors point at: the path of a field of the input, from the input on.

use cashable::graphql::{NodeKind, encode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::world::World;
use crate::support::{TestApp, on_both};

on_both!(user_errors_name_the_field_from_the_input_on);

async fn user_errors_name_the_field_from_the_input_on(app: TestApp) {
    let world = World::open(app).await;
    let nobody = encode(NodeKind::Affiliate, world.shop_id, Uuid::from_u128(7)).to_string();
    let elsewhere = encode(NodeKind::Affiliate, world.shop_id + 1, Uuid::nil()).to_string();
    let factor = |per_order: &str, limit: i32| {
        let direction = "INCREASE";
        json!({"orderCountFactor":
            {"direction": direction, "factorPerOrder": per_order, "limit": limit}})
    };
    for (mutation, input, path) in [
        (
            "updateShopSettings",
            json!({"waitDays": -1}),
            json!(["input", "waitDays"]),
        ),
        (
            "updateShopSettings",
            factor("0.1", -1),
            json!(["input", "orderCountFactor", "limit"]),
        ),
        (
            "updateShopSettings",
            factor("7", 1),
            json!(["input", "orderCountFactor", "factorPerOrder"]),
        ),
        (
            "createAffiliate",
            json!({"code": " "}),
            json!(["input", "code"]),
        ),
        (
            "createAffiliate",
            json!({"code": "a", "idempotencyKey": ""}),
            json!(["input", "idempotencyKey"]),
        ),
        (
            "triggerSync",
            json!({"idempotencyKey": ""}),
            json!(["input", "idempotencyKey"]),
        ),
        (
            "updateAffiliate",
            json!({"affiliateId": elsewhere}),
            json!(["input", "affiliateId"]),
        ),
        (
            "updateAffiliate",
            json!({"affiliateId": nobody}),
            Value::Null,
        ),
    ] {
        let payload = world.change(mutation, input.clone(), "__typename").await;
        assert_eq!(
            payload["userErrors"][0]["field"], path,
            "{mutation} {input}"
        );
    }
}
