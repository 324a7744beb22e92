//! R5: the same again changes nothing, and totals are before refunds.

use serde_json::{Value, json};

use super::orders::counts;
use crate::support::shop::{Shop, order, time};
use crate::support::{TestApp, on_both};

on_both!(
    r5_importing_twice_changes_nothing,
    r5_an_id_that_comes_again_fails,
    r5_totals_are_before_refunds,
    r5_a_cancelled_report_without_a_total_keeps_the_stored_one,
);

/// What an import answers where one report fails and the other counts are these.
fn failing(index: i32, code: &str, mut counts: Value) -> Value {
    counts["failed"] = json!([{"index": index, "code": code}]);
    counts
}

async fn r5_importing_twice_changes_nothing(app: TestApp) {
    let shop = Shop::open(&app).await;
    let orders = json!([
        order("1", "new", json!({})),
        order(
            "2",
            "complete",
            json!({"completedAt": time(-1), "changedAt": time(0)})
        ),
        order(
            "3",
            "fake",
            json!({"refunded": "20.00", "commission": "3.00"})
        ),
        order(
            "4",
            "odd",
            json!({"affiliateCode": "bert", "currency": "JPY", "total": "500"})
        ),
        order("5", "cancelled", json!({"total": "0.00"})),
    ]);
    assert_eq!(shop.import(orders.clone()).await, counts(5, 0, 0, 0));
    let mut told = Vec::new();
    for id in ["1", "2", "3", "4", "5"] {
        told.push((shop.order(id).await, shop.transactions_of(id).await));
    }
    shop.wait(1, 0);
    assert_eq!(shop.import(orders).await, counts(0, 0, 5, 0));
    for (id, before) in ["1", "2", "3", "4", "5"].iter().zip(told) {
        assert_eq!(
            (shop.order(id).await, shop.transactions_of(id).await),
            before
        );
    }
}

async fn r5_an_id_that_comes_again_fails(app: TestApp) {
    let shop = Shop::open(&app).await;
    let answer = shop
        .import(json!([
            order("1", "new", json!({})),
            order("2", "new", json!({})),
            order("1", "complete", json!({})),
            order(" 1 ", "complete", json!({})),
        ]))
        .await;
    let again = json!([{"index": 2, "code": "DUPLICATE"}, {"index": 3, "code": "DUPLICATE"}]);
    assert_eq!((&answer["created"], &answer["failed"]), (&json!(2), &again));
    assert_eq!(shop.order("1").await["status"], "NEW");
    let answer = shop
        .import(json!([order("1", "complete", json!({}))]))
        .await;
    assert_eq!(answer, counts(0, 1, 0, 0));
}

async fn r5_totals_are_before_refunds(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "complete", json!({}))]))
        .await;
    let invalid = failing(0, "INVALID", counts(0, 0, 0, 0));
    for (report, taken, total, refunded) in [
        (json!({"refunded": "30.00"}), true, "100.00", "30.00"),
        (json!({"refunded": "100.00"}), true, "100.00", "100.00"),
        (json!({"refunded": "100.01"}), false, "100.00", "100.00"),
        (json!({"refunded": "-0.01"}), false, "100.00", "100.00"),
        (json!({"total": "-1.00"}), false, "100.00", "100.00"),
        (json!({"total": "99.99"}), false, "100.00", "100.00"),
        (json!({"refunded": "0.00"}), true, "100.00", "0.00"),
        (
            json!({"total": "80.00", "refunded": "80.00"}),
            true,
            "80.00",
            "80.00",
        ),
    ] {
        let mut report = report;
        report["externalId"] = json!("1");
        let answer = shop.import(json!([report])).await;
        let expected = if taken {
            counts(0, 1, 0, 0)
        } else {
            invalid.clone()
        };
        assert_eq!(answer, expected, "{report}");
        let order = shop.order("1").await;
        let amounts = (&order["total"]["amount"], &order["refunded"]["amount"]);
        assert_eq!(amounts, (&json!(total), &json!(refunded)), "{report}");
    }
    let too_much = order("2", "new", json!({"refunded": "100.01"}));
    assert_eq!(shop.import(json!([too_much])).await, invalid);
}

async fn r5_a_cancelled_report_without_a_total_keeps_the_stored_one(app: TestApp) {
    let shop = Shop::open(&app).await;
    let total = async || shop.order("1").await["total"]["amount"].take();
    shop.import(json!([order("1", "new", json!({}))])).await;
    for (word, told, kept) in [
        ("cancelled", "0.00", "100.00"),
        ("cancelled", "0", "100.00"),
        ("cancelled", "60.00", "60.00"),
        ("complete", "0.00", "0.00"),
    ] {
        shop.import(json!([order("1", word, json!({"total": told}))]))
            .await;
        assert_eq!(total().await, kept, "{word} {told}");
    }
}
