//! What happened in the two shops before anybody asks.

use cashable::graphql::{NodeKind, Viewer};
use entity::{order_source, sync_failure, sync_run};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::graphql::admin;
use crate::support::world::{World, new_shop, text, uuid_of};

/// Another shop, whose words are those of Tea: the same order ids, the same affiliate's code.
pub async fn coffee(app: TestApp) -> (TestApp, Viewer) {
    let shop_id = new_shop(&app, "Coffee").await;
    let mut world = World {
        app,
        shop_id,
        admin: admin(shop_id),
    };
    world.admin = world.new_admin("stranger").await;
    world
        .settings(json!({"syncEnabled": true, "commissionRate": "10", "waitDays": 7}))
        .await;
    let mut order = world.old_order("1", "complete");
    order["number"] = json!("C1");
    world.import(json!([order])).await;
    let input = json!({"affiliateId": world.affiliate("anna").await, "name": "Cora"});
    world
        .done("updateAffiliate", input, "affiliate { id }")
        .await;
    world.sync().await;
    (world.app, world.admin)
}

/// Order 1 is anna's, 2 is bert's, in 3 both have a part, 4 to 6 are nobody's, 7 was anna's and is bert's.
pub async fn happen(world: &World) {
    let order = |id: &str, status: &str, total: &str, affiliate: Value| {
        let mut order = world.old_order(id, status);
        order["number"] = json!(format!("T{id}"));
        order["total"] = json!(total);
        order["affiliateCode"] = affiliate;
        order
    };
    world
        .import(json!([
            order("1", "new", "100.00", json!("anna")),
            order("2", "complete", "200.00", json!("bert")),
            order("3", "complete", "300.00", json!("anna")),
            order("4", "complete", "400.00", Value::Null),
            order("5", "weird", "50.00", Value::Null),
            order("6", "cancelled", "60.00", Value::Null),
            order("7", "new", "70.00", json!("anna")),
        ]))
        .await;
    let changed = json!({"externalId": "1", "nativeStatus": "complete", "refunded": "10.00"});
    world.import(json!([changed])).await;
    for (code, name) in [("anna", "Anna"), ("bert", "Bert")] {
        let input = json!({"affiliateId": world.affiliate(code).await, "name": name});
        world
            .done("updateAffiliate", input, "affiliate { id }")
            .await;
    }
    let third = "{ orderByExternalId(externalId: \"3\") { id } }";
    let third = world.ask(third, json!({})).await["orderByExternalId"]["id"].take();
    let bonus = json!({"affiliateId": world.affiliate("bert").await, "orderId": third,
        "kind": "MANUAL", "amount": "7.00", "currency": "EUR"});
    world.create(bonus).await;
    move_one(world).await;
    let factor = json!({"direction": "INCREASE", "factorPerOrder": "0.05", "limit": 3});
    world.settings(json!({ "orderCountFactor": factor })).await;
}

/// What was said of a commission while it was anna's is not for bert.
async fn move_one(world: &World) {
    let input = json!({"transactionId": world.transaction("7").await["id"], "status": "IN_PROGRESS",
        "reason": "OTHER", "note": "For Anna."});
    let selection = "transaction { id }";
    world
        .done("overrideTransactionStatus", input, selection)
        .await;
    world
        .import(json!([{"externalId": "7", "affiliateCode": "bert"}]))
        .await;
    world.later(1_000);
}

/// Nothing that the program takes in by itself can fail yet.
pub async fn fail_orders(world: &World, run: &sync_run::Model) {
    let order = "{ orderByExternalId(externalId: \"5\") { id } }";
    let order = world.ask(order, json!({})).await;
    let failure = sync_failure::Model {
        shop_id: run.shop_id,
        run_id: run.id,
        order_id: uuid_of(NodeKind::Order, &order["orderByExternalId"]["id"]),
        source: "api".to_owned(),
        external_id: "5".to_owned(),
        code: "INVALID".to_owned(),
        message: "no total".to_owned(),
    };
    let insert = sync_failure::Entity::insert(failure.into_active_model());
    insert
        .exec_without_returning(world.app.behind_its_back())
        .await
        .unwrap();
}

/// Somebody of the staff cancels a commission of each affiliate, for a reason that is not told to them.
pub async fn override_two(world: &World) {
    for (order, reason, note) in [
        ("1", "SELF_REFERRAL", "For Anna."),
        ("2", "FRAUD", "For Bert."),
    ] {
        let input = json!({"transactionId": world.transaction(order).await["id"], "status": "CANCELLED",
            "reason": reason, "note": note});
        world
            .done("overrideTransactionStatus", input, "transaction { id }")
            .await;
    }
}

/// The shop is connected to the platform that its orders came from, by a name that was allowed once; answers the id
/// of that.
pub async fn connect(world: &World) -> String {
    let input = json!({"kind": "rees46", "webhookSecret": "a secret"});
    let made = world.done("connectOrderSource", input, "orderSource { id }");
    let id = text(&made.await["orderSource"]["id"]);
    order_source::Entity::update_many()
        .col_expr(order_source::Column::Name, Expr::value("api"))
        .exec(world.app.behind_its_back())
        .await
        .unwrap();
    id
}
