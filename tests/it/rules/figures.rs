//! R23: what the figures are, and by which day.

use serde_json::{Value, json};

use crate::support::world::{World, column};
use crate::support::{TestApp, on_both};

on_both!(
    r23_the_figures_of_a_period,
    r23_rates_over_nothing_are_null,
    r23_an_order_belongs_to_its_day_in_the_shops_zone,
    r23_a_commission_goes_by_its_order_and_a_manual_by_its_making,
    r23_an_affiliates_figures_are_its_own,
);

/// A KPI report of these arguments.
async fn kpi(world: &World, arguments: &str, selection: &str) -> Value {
    let document = format!("{{ kpi({arguments}) {{ {selection} }} }}");
    world.ask(&document, json!({})).await["kpi"].take()
}

async fn orders_between(world: &World, from: &str, to: &str) -> Value {
    let arguments = format!("from: \"{from}\", to: \"{to}\"");
    kpi(world, &arguments, "totals { orders }").await["totals"]["orders"].take()
}

fn order(id: &str, status: &str, placed_at: &str, total: &str, refunded: &str) -> Value {
    json!({"externalId": id, "nativeStatus": status, "placedAt": placed_at, "total": total, "refunded": refunded})
}

fn promoted(mut order: Value, code: &str) -> Value {
    order["affiliateCode"] = json!(code);
    order
}

const NOON: &str = "2026-11-10T12:00:00Z";

/// Eight orders of one day: three complete, two new, three cancelled of which one is fake.
async fn busy_day(world: &World) {
    let orders = json!([
        promoted(order("1", "complete", NOON, "100.00", "0.00"), "anna"),
        promoted(order("2", "complete", NOON, "50.00", "20.00"), "bert"),
        order("3", "complete", NOON, "10.01", "0.00"),
        promoted(order("4", "new", NOON, "70.00", "0.00"), "anna"),
        order("5", "in_progress", NOON, "5.00", "1.00"),
        promoted(order("6", "cancelled", NOON, "30.00", "0.00"), "anna"),
        order("7", "fake", NOON, "999.00", "0.00"),
        order("8", "returned", NOON, "1.00", "1.00"),
    ]);
    world.import(orders).await;
}

const FIGURES: &str =
    "totals { orders newOrders completeOrders cancelledOrders fakeOrders completionRate
    cancellationRate revenue { amount currency } pendingRevenue { amount } lostRevenue { amount }
    averageOrderValue { amount } promotedOrders promotedOrderShare promotedRevenue { amount }
    commissionPending { amount } commissionCashable { amount } commissionCancelled { amount } }";

async fn r23_the_figures_of_a_period(app: TestApp) {
    let world = World::open(app).await;
    world.settings(json!({"waitDays": 0})).await;
    busy_day(&world).await;
    world.sync().await;
    world
        .set(&world.transaction("2").await, "IN_PROGRESS")
        .await;
    let found = kpi(
        &world,
        "from: \"2026-11-10\", to: \"2026-11-10\", interval: DAY",
        FIGURES,
    )
    .await;
    let amount = |amount: &str| json!({ "amount": amount });
    let expected = json!({
        "orders": 8, "newOrders": 2, "completeOrders": 3, "cancelledOrders": 3, "fakeOrders": 1,
        "completionRate": 0.375, "cancellationRate": 0.375,
        "revenue": {"amount": "140.01", "currency": "EUR"},
        "pendingRevenue": amount("75.00"), "lostRevenue": amount("1030.00"),
        "averageOrderValue": amount("46.67"),
        "promotedOrders": 4, "promotedOrderShare": 0.5, "promotedRevenue": amount("130.00"),
        "commissionPending": amount("10.00"), "commissionCashable": amount("10.00"),
        "commissionCancelled": amount("3.00"),
    });
    assert_eq!(found["totals"], expected);
    world.assert_sound().await;
}

async fn r23_rates_over_nothing_are_null(app: TestApp) {
    let world = World::open(app).await;
    let empty = json!({"completionRate": null, "cancellationRate": null, "promotedOrderShare": null,
        "averageOrderValue": null, "revenue": {"amount": "0.00"}});
    let selection = "completionRate cancellationRate promotedOrderShare averageOrderValue { amount } revenue { amount }";
    let selection = format!(
        "totals {{ {selection} }} previous {{ {selection} }} points {{ kpi {{ {selection} }} }}"
    );
    let found = kpi(
        &world,
        "from: \"2026-11-01\", to: \"2026-11-30\"",
        &selection,
    )
    .await;
    assert_eq!((&found["totals"], &found["previous"]), (&empty, &empty));
    assert_eq!(found["points"], json!([{ "kpi": empty }]));
    // Orders, but none that is complete.
    world
        .import(json!([order("1", "new", NOON, "5.00", "0.00")]))
        .await;
    let found = kpi(
        &world,
        "from: \"2026-11-01\", to: \"2026-11-30\"",
        &selection,
    )
    .await;
    let totals = &found["totals"];
    assert_eq!(
        (&totals["completionRate"], &totals["averageOrderValue"]),
        (&json!(0.0), &Value::Null)
    );
}

async fn r23_an_order_belongs_to_its_day_in_the_shops_zone(app: TestApp) {
    let world = World::open(app).await;
    let orders = json!([
        order("1", "new", "2026-11-10T23:30:00Z", "1.00", "0.00"),
        order("2", "new", "2026-11-10T22:59:59.999Z", "2.00", "0.00"),
        order("3", "new", "2026-07-10T22:30:00Z", "3.00", "0.00"),
        order("4", "new", "2026-11-11T00:30:00+02:00", "4.00", "0.00"),
    ]);
    world.import(orders).await;
    assert_eq!(orders_between(&world, "2026-11-10", "2026-11-10").await, 2);
    assert_eq!(orders_between(&world, "2026-11-11", "2026-11-11").await, 1);
    assert_eq!(orders_between(&world, "2026-07-11", "2026-07-11").await, 1);
    let document = "{ ordersReport(filter: {placedFrom: \"2026-11-11\", placedTo: \"2026-11-11\"}) { nodes { externalId } }
        kpi(from: \"2026-11-11\", to: \"2026-11-11\") { timeZone } }";
    let found = world.ask(document, json!({})).await;
    assert_eq!(
        column(&found["ordersReport"]["nodes"], "/externalId"),
        ["1"]
    );
    assert_eq!(found["kpi"]["timeZone"], "Europe/Berlin");
}

async fn r23_a_commission_goes_by_its_order_and_a_manual_by_its_making(app: TestApp) {
    let world = World::open(app).await;
    world
        .import(json!([promoted(
            order("1", "new", NOON, "100.00", "0.00"),
            "anna"
        )]))
        .await;
    let document = "{ orderByExternalId(externalId: \"1\") { id } }";
    let id = world.ask(document, json!({})).await["orderByExternalId"]["id"].take();
    let anna = world.affiliate("anna").await;
    // Half past midnight in Berlin, on the 22nd.
    world.later(11 * 3_600_000 + 30 * 60_000);
    for (order, amount) in [(id, "5.00"), (Value::Null, "7.00")] {
        let input = json!({"affiliateId": anna, "orderId": order, "kind": "MANUAL", "amount": amount, "currency": "EUR"});
        world.create(input).await;
    }
    for (day, pending) in [
        ("2026-11-10", "15.00"),
        ("2026-11-21", "0.00"),
        ("2026-11-22", "7.00"),
    ] {
        let arguments = format!("from: \"{day}\", to: \"{day}\"");
        let found = kpi(
            &world,
            &arguments,
            "totals { commissionPending { amount } }",
        )
        .await;
        assert_eq!(
            found["totals"]["commissionPending"]["amount"], pending,
            "{day}"
        );
    }
}

async fn r23_an_affiliates_figures_are_its_own(app: TestApp) {
    let world = World::open(app).await;
    busy_day(&world).await;
    let anna = world.affiliate("anna").await;
    let arguments = format!("from: \"2026-11-10\", to: \"2026-11-10\", affiliateId: {anna}");
    let found = kpi(&world, &arguments, FIGURES).await;
    let totals = &found["totals"];
    assert_eq!(
        (&totals["orders"], &totals["promotedOrders"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(totals["revenue"]["amount"], "100.00");
    assert_eq!(totals["commissionPending"]["amount"], "20.00");
}
