//! R2 to R5: what a report of an order changes, and what it leaves.

use serde_json::{Value, json};

use crate::support::shop::{Shop, order, time};
use crate::support::{TestApp, on_both};

on_both!(
    r2_orders_are_told_apart_by_source_and_id,
    r2_what_is_left_out_keeps_its_value,
    r2_a_new_order_needs_a_status_a_time_and_a_total,
    r3_only_an_older_report_is_stale,
    r4_an_order_is_never_locked,
    r5_importing_twice_changes_nothing,
    r5_an_id_that_comes_again_fails,
    r5_totals_are_before_refunds,
    r5_a_cancelled_report_without_a_total_keeps_the_stored_one,
);

/// What an import answers where nothing fails.
fn counts(created: i32, changed: i32, unchanged: i32, stale: i32) -> Value {
    json!({
        "created": created, "changed": changed, "unchanged": unchanged, "stale": stale,
        "failed": [], "userErrors": null
    })
}

/// What an import answers where one report fails and the other counts are these.
fn failing(index: i32, code: &str, mut counts: Value) -> Value {
    counts["failed"] = json!([{"index": index, "code": code}]);
    counts
}

async fn r2_orders_are_told_apart_by_source_and_id(app: TestApp) {
    let shop = Shop::open(&app).await;
    let one = json!([order("1", "new", json!({"number": "first"}))]);
    assert_eq!(shop.import(one.clone()).await, counts(1, 0, 0, 0));
    assert_eq!(shop.order("1").await["source"], "api");
    let elsewhere = json!({"source": "till", "orders": [order("1", "complete", json!({}))]});
    assert_eq!(shop.import_as(elsewhere).await, counts(1, 0, 0, 0));
    let by_name = json!({"source": "api", "orders": one});
    assert_eq!(shop.import_as(by_name).await, counts(0, 0, 1, 0));
    let document = "query($source: String) {
        orderByExternalId(source: $source, externalId: \"1\") { source status number }
    }";
    for (source, status, number) in [("api", "NEW", "first"), ("till", "COMPLETE", "1")] {
        let found = shop.ask(document, json!({"source": source})).await;
        let expected = json!({"source": source, "status": status, "number": number});
        assert_eq!(found["orderByExternalId"], expected);
    }
}

async fn r2_what_is_left_out_keeps_its_value(app: TestApp) {
    let shop = Shop::open(&app).await;
    let whole = json!({
        "number": "N-1", "cancelReason": "CUSTOMER", "refunded": "10.00", "currency": "USD",
        "placedAt": time(-3), "changedAt": time(-1)
    });
    shop.import(json!([order("1", "cancelled", whole)])).await;
    let before = shop.order("1").await;
    assert_eq!(before["cancelReason"], "CUSTOMER");
    assert_eq!(before["affiliate"]["code"], "anna");
    assert_eq!(
        before["refunded"],
        json!({"amount": "10.00", "currency": "USD"})
    );
    for (report, field, value) in [
        (json!({}), "number", "N-1"),
        (
            json!({"nativeStatus": null, "total": null, "affiliateCode": null}),
            "number",
            "N-1",
        ),
        (json!({"number": "N-2"}), "number", "N-2"),
        (json!({"placedAt": time(-4)}), "placedAt", time(-4).as_str()),
        (json!({"cancelReason": "FAKE"}), "cancelReason", "FAKE"),
    ] {
        let mut report = report;
        let mut expected = shop.order("1").await;
        expected[field] = json!(value);
        report["externalId"] = json!("1");
        shop.import(json!([report])).await;
        assert_eq!(shop.order("1").await, expected, "{report}");
    }
}

async fn r2_a_new_order_needs_a_status_a_time_and_a_total(app: TestApp) {
    let shop = Shop::open(&app).await;
    for missing in ["nativeStatus", "placedAt", "total"] {
        let without = order("1", "new", json!({missing: null}));
        let answer = shop
            .import(json!([order("0", "new", json!({})), without]))
            .await;
        assert_eq!(
            answer["failed"],
            json!([{"index": 1, "code": "INVALID"}]),
            "{missing}"
        );
        assert_eq!(shop.order("1").await, Value::Null);
    }
    let barest =
        json!({"externalId": "1", "nativeStatus": "new", "placedAt": time(0), "total": "1"});
    assert_eq!(shop.import(json!([barest])).await, counts(1, 0, 0, 0));
    let order = shop.order("1").await;
    assert_eq!(order["number"], "1");
    assert_eq!(order["total"], json!({"amount": "1.00", "currency": "EUR"}));
    assert_eq!(order["refunded"]["amount"], "0.00");
}

async fn r3_only_an_older_report_is_stale(app: TestApp) {
    let shop = Shop::open(&app).await;
    let first = order("1", "new", json!({"changedAt": time(5), "total": "1.00"}));
    shop.import(json!([first])).await;
    for (changed_at, total, taken) in [
        (json!(time(4)), "2.00", false),
        (json!(time(5)), "3.00", true),
        (Value::Null, "4.00", true),
        (json!(time(4)), "5.00", false),
        (json!(time(6)), "6.00", true),
        (json!(time(5)), "7.00", false),
    ] {
        let before = shop.order("1").await["total"]["amount"].take();
        let report = json!({"externalId": "1", "changedAt": changed_at, "total": total});
        let expected = if taken {
            counts(0, 1, 0, 0)
        } else {
            counts(0, 0, 0, 1)
        };
        assert_eq!(shop.import(json!([report])).await, expected, "{total}");
        let now = if taken { json!(total) } else { before };
        assert_eq!(shop.order("1").await["total"]["amount"], now, "{total}");
    }
}

async fn r4_an_order_is_never_locked(app: TestApp) {
    let shop = Shop::open(&app).await;
    let mut expected = counts(1, 0, 0, 0);
    for (word, status) in [
        ("complete", "COMPLETE"),
        ("returned", "CANCELLED"),
        ("new", "NEW"),
        ("cancelled", "CANCELLED"),
        ("complete", "COMPLETE"),
        ("in_progress", "NEW"),
    ] {
        let answer = shop.import(json!([order("1", word, json!({}))])).await;
        assert_eq!(answer, expected, "{word}");
        assert_eq!(shop.order("1").await["status"], status);
        shop.settle().await;
        expected = counts(0, 1, 0, 0);
    }
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
