//! R1: what a changed table does to the orders that are stored.

use serde_json::json;

use super::statuses::{Meant, assert_meant, unmapped};
use crate::support::shop::{Shop, order};
use crate::support::{TestApp, on_both};

on_both!(
    r1_a_changed_table_remaps_the_stored_orders_at_once,
    r1_figures_and_transactions_follow_a_changed_table,
    r1_a_table_changed_to_ignore_leaves_the_orders_as_they_are,
);

async fn r1_a_changed_table_remaps_the_stored_orders_at_once(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([
        order("1", "odd", json!({})),
        order("2", "new", json!({}))
    ]))
    .await;
    shop.import_as(json!({"source": "till", "orders": [order("3", "odd", json!({}))]}))
        .await;
    #[rustfmt::skip]
    let tables: [(&str, u64, Meant); 7] = [
        ("IN_PROGRESS",    1, ("odd", "NEW",       true,  None)),
        ("COMPLETE",       1, ("odd", "COMPLETE",  false, None)),
        ("COMPLETE",       0, ("odd", "COMPLETE",  false, None)),
        ("CANCELLED:FAKE", 1, ("odd", "CANCELLED", false, Some("FAKE"))),
        ("CANCELLED:INVENTORY", 0, ("odd", "CANCELLED", false, Some("INVENTORY"))),
        ("NEW",            1, ("odd", "NEW",       false, None)),
        ("CANCELLED",      1, ("odd", "CANCELLED", false, None)),
    ];
    for (meaning, changed, meant) in tables {
        assert_eq!(
            shop.map("api", &[("odd", meaning)]).await,
            changed,
            "{meaning}"
        );
        assert_meant(&shop, "1", meant).await;
        assert_meant(&shop, "2", ("new", "NEW", false, None)).await;
        assert_meant(&shop, "3", ("odd", "NEW", false, None)).await;
    }
    let till = json!([{"source": "till", "nativeStatus": "odd", "orders": 1}]);
    assert_eq!(unmapped(&shop).await, till);
}

async fn r1_figures_and_transactions_follow_a_changed_table(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.set(json!({"waitDays": 0})).await;
    shop.import(json!([order("1", "odd", json!({}))])).await;
    let document = "{ kpi(from: \"2026-11-21\", to: \"2026-11-21\") { totals {
        newOrders completeOrders fakeOrders revenue { amount } pendingRevenue { amount } lostRevenue { amount }
        commissionPending { amount } commissionCashable { amount } commissionCancelled { amount }
    } } ordersReport { summary { status orders } } }";
    #[rustfmt::skip]
    let told = [
        ("IN_PROGRESS",    "NEW",       [1, 0, 0], ["0.00", "100.00", "0.00"], ["10.00", "0.00", "0.00"], "IN_PROGRESS 10.00"),
        ("COMPLETE",       "COMPLETE",  [0, 1, 0], ["100.00", "0.00", "0.00"], ["0.00", "10.00", "0.00"], "COMPLETED 10.00"),
        ("CANCELLED:FAKE", "CANCELLED", [0, 0, 1], ["0.00", "0.00", "100.00"], ["0.00", "10.00", "0.00"], "COMPLETED 10.00"),
    ];
    for (meaning, status, orders, revenue, commission, settled) in told {
        shop.map("api", &[("odd", meaning)]).await;
        let before = shop.ask(document, json!({})).await;
        shop.settle().await;
        let answer = shop.ask(document, json!({})).await;
        let kpi = &answer["kpi"]["totals"];
        let amounts = |names: [&str; 3]| names.map(|name| kpi[name]["amount"].clone());
        let counted = ["newOrders", "completeOrders", "fakeOrders"].map(|name| kpi[name].clone());
        assert_eq!(counted, orders);
        assert_eq!(
            before["kpi"]["totals"]["revenue"], kpi["revenue"],
            "at once"
        );
        assert_eq!(
            amounts(["revenue", "pendingRevenue", "lostRevenue"]),
            revenue
        );
        let earned = [
            "commissionPending",
            "commissionCashable",
            "commissionCancelled",
        ];
        assert_eq!(amounts(earned), commission);
        let summary = json!([{"status": status, "orders": 1}]);
        assert_eq!(answer["ordersReport"]["summary"], summary);
        assert_eq!(shop.commission("1").await, settled);
    }
    assert_eq!(shop.transaction_of("1").await["diverged"], true);
}

async fn r1_a_table_changed_to_ignore_leaves_the_orders_as_they_are(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([
        order("1", "fake", json!({})),
        order("2", "odd", json!({}))
    ]))
    .await;
    let before = (shop.order("1").await, shop.order("2").await);
    assert_eq!(
        shop.map("api", &[("fake", "IGNORE"), ("odd", "IGNORE")])
            .await,
        0
    );
    assert_eq!((shop.order("1").await, shop.order("2").await), before);
    assert_eq!(unmapped(&shop).await, json!([]));
}
