//! R15: the counter that is stored with an affiliate, moved by every write and put right by every run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::world::{World, column};
use crate::support::{TestApp, on_both};

on_both!(
    r15_a_counter_is_the_number_of_distinct_orders,
    r15_a_counter_moves_with_the_affiliate_of_an_order,
    r15_an_order_is_promoted_by_its_commission_alone,
    r15_a_run_puts_wrong_counters_right_and_counts_them,
    r15_a_run_counts_again_what_sql_deleted,
    r15_counters_stay_wrong_where_recounting_is_off,
);

async fn counts(world: &World) -> BTreeMap<String, i64> {
    let document = "{ affiliates { nodes { code promotedOrders { count } } } }";
    let found = world.ask(document, json!({})).await;
    let nodes = found["affiliates"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|it| {
            let count = it["promotedOrders"]["count"].as_i64().unwrap();
            (it["code"].as_str().unwrap().to_owned(), count)
        })
        .collect()
}

async fn assert_counts<const N: usize>(world: &World, expected: [(&str, i64); N]) {
    let expected: BTreeMap<_, _> = expected
        .map(|(code, count)| (code.to_owned(), count))
        .into();
    assert_eq!(counts(world).await, expected);
    world.assert_sound().await;
}

async fn order_id(world: &World, order: &str) -> Value {
    let document = "query($order: String!) { orderByExternalId(externalId: $order) { id } }";
    world.ask(document, json!({ "order": order })).await["orderByExternalId"]["id"].take()
}

async fn delete(world: &World, transaction: &Value) {
    let input = json!({"transactionId": transaction["id"], "reason": "DUPLICATE"});
    world
        .done("deleteTransaction", input, "deletedTransactionId")
        .await;
}

/// A transaction by hand of one affiliate, for an order or none.
async fn by_hand(world: &World, code: &str, order: Value) -> Value {
    let input = json!({"affiliateId": world.affiliate(code).await, "orderId": order, "kind": "MANUAL",
        "amount": "1.00", "currency": "EUR"});
    world.create(input).await
}

async fn r15_a_counter_is_the_number_of_distinct_orders(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    world
        .done(
            "createAffiliate",
            json!({"code": "bert"}),
            "affiliate { id }",
        )
        .await;
    assert_counts(&world, [("anna", 2), ("bert", 0)]).await;
    let first = order_id(&world, "1").await;
    let extra = by_hand(&world, "anna", first.clone()).await;
    assert_counts(&world, [("anna", 2), ("bert", 0)]).await;
    let of_bert = by_hand(&world, "bert", first).await;
    by_hand(&world, "bert", Value::Null).await;
    assert_counts(&world, [("anna", 2), ("bert", 1)]).await;
    let transactions = world.transactions("1").await;
    let commission = transactions
        .iter()
        .find(|it| it["kind"] == "COMMISSION")
        .unwrap();
    delete(&world, commission).await;
    assert_counts(&world, [("anna", 2), ("bert", 1)]).await;
    delete(&world, &extra).await;
    assert_counts(&world, [("anna", 1), ("bert", 1)]).await;
    delete(&world, &of_bert).await;
    assert_counts(&world, [("anna", 1), ("bert", 0)]).await;
    // A deletion is not undone by the same order coming again, nor is anything counted by a status.
    world.import_complete(3).await;
    assert_counts(&world, [("anna", 2), ("bert", 0)]).await;
    world.set(&world.transaction("3").await, "CANCELLED").await;
    world
        .import(json!([{"externalId": "2", "nativeStatus": "cancelled"}]))
        .await;
    assert_eq!(world.sync().await.promoted_counts_repaired, 0);
    assert_counts(&world, [("anna", 2), ("bert", 0)]).await;
}

async fn r15_a_counter_moves_with_the_affiliate_of_an_order(app: TestApp) {
    let world = World::open(app).await;
    world
        .import(json!([
            world.old_order("1", "new"),
            world.old_order("2", "new")
        ]))
        .await;
    assert_counts(&world, [("anna", 2)]).await;
    world
        .import(json!([{"externalId": "2", "affiliateCode": "carl"}]))
        .await;
    assert_counts(&world, [("anna", 1), ("carl", 1)]).await;
    let manual = by_hand(&world, "anna", order_id(&world, "2").await).await;
    assert_counts(&world, [("anna", 2), ("carl", 1)]).await;
    world
        .import(json!([{"externalId": "2", "affiliateCode": "anna"}]))
        .await;
    assert_counts(&world, [("anna", 2), ("carl", 0)]).await;
    delete(&world, &manual).await;
    assert_counts(&world, [("anna", 2), ("carl", 0)]).await;
}

async fn r15_an_order_is_promoted_by_its_commission_alone(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(1).await;
    world
        .done(
            "createAffiliate",
            json!({"code": "bert"}),
            "affiliate { id }",
        )
        .await;
    by_hand(&world, "bert", order_id(&world, "1").await).await;
    let document = "{ orderByExternalId(externalId: \"1\") { promoted affiliate { code } transactions { kind } }
        kpi(from: \"2026-10-01\", to: \"2026-10-31\") { totals { promotedOrders } }
        ordersReport(filter: {promoted: true}) { totalCount } }";
    let found = world.ask(document, json!({})).await;
    let order = &found["orderByExternalId"];
    assert_eq!(
        (&order["promoted"], &order["affiliate"]["code"]),
        (&json!(true), &json!("anna"))
    );
    assert_eq!(found["kpi"]["totals"]["promotedOrders"], 1);
    // However often it is imported, and by whatever code, there is one commission.
    world
        .import(json!([{"externalId": "1", "affiliateCode": "bert"}]))
        .await;
    world
        .import(json!([world.old_order("1", "complete")]))
        .await;
    let transactions = Value::from(world.transactions("1").await);
    let kinds = column(&transactions, "/kind");
    assert_eq!(
        kinds.iter().filter(|it| *it == "COMMISSION").count(),
        1,
        "{kinds:?}"
    );
    let commission = transactions
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["kind"] == "COMMISSION");
    delete(&world, commission.unwrap()).await;
    let found = world.ask(document, json!({})).await;
    let order = &found["orderByExternalId"];
    assert_eq!(
        (&order["promoted"], &order["affiliate"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(column(&order["transactions"], "/kind"), ["MANUAL"]);
    assert_eq!(found["kpi"]["totals"]["promotedOrders"], 0);
    assert_eq!(found["ordersReport"]["totalCount"], 0);
    world.assert_sound().await;
}

async fn r15_a_run_puts_wrong_counters_right_and_counts_them(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(3).await;
    world
        .import(json!([{"externalId": "3", "affiliateCode": "bert"}]))
        .await;
    world
        .done(
            "createAffiliate",
            json!({"code": "carl"}),
            "affiliate { id }",
        )
        .await;
    world.sync().await;
    world
        .sql("UPDATE affiliates SET promoted_orders = 7 WHERE code <> 'bert'")
        .await;
    let dry = json!({"dryRun": true});
    let asked = world.done("triggerSync", dry, "run { id }").await;
    let document = "query($id: ID!) { syncRun(id: $id) { state promotedCountsRepaired } }";
    let looked = loop {
        tokio::task::yield_now().await;
        let run = world.ask(document, json!({"id": asked["run"]["id"]})).await["syncRun"].take();
        if run["state"] == "SUCCEEDED" {
            break run;
        }
    };
    assert_eq!(looked["promotedCountsRepaired"], 2);
    assert_eq!(counts(&world).await["anna"], 7);
    assert_eq!(world.sync().await.promoted_counts_repaired, 2);
    assert_counts(&world, [("anna", 2), ("bert", 1), ("carl", 0)]).await;
    assert_eq!(world.sync().await.promoted_counts_repaired, 0);
}

async fn r15_a_run_counts_again_what_sql_deleted(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    world.sync().await;
    let statement = "DELETE FROM affiliate_transactions WHERE order_id =
        (SELECT id FROM orders WHERE external_id = '2')";
    world.sql(statement).await;
    assert_eq!(world.sync().await.promoted_counts_repaired, 1);
    assert_eq!(counts(&world).await["anna"], 1);
}

async fn r15_counters_stay_wrong_where_recounting_is_off(app: TestApp) {
    let world = World::open(app).await;
    world.import_complete(2).await;
    world
        .settings(json!({"recountPromotedOrders": false}))
        .await;
    world.sql("UPDATE affiliates SET promoted_orders = 7").await;
    assert_eq!(world.sync().await.promoted_counts_repaired, 0);
    assert_eq!(counts(&world).await["anna"], 7);
    // Writes go on moving it from where it stands.
    world.import_complete(3).await;
    assert_eq!(counts(&world).await["anna"], 8);
    world.settings(json!({"recountPromotedOrders": true})).await;
    assert_eq!(world.sync().await.promoted_counts_repaired, 1);
    assert_counts(&world, [("anna", 3)]).await;
}
