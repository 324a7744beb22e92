//! R2 to R4: what a report of an order changes, and what it leaves.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::shop::{Shop, order, time};
use crate::support::{TestApp, on_both};

on_both!(
    r2_orders_are_told_apart_by_source_and_id,
    r2_the_source_of_a_file_is_file,
    r2_what_is_left_out_keeps_its_value,
    r2_a_new_order_needs_a_status_a_time_and_a_total,
    r3_only_an_older_report_is_stale,
    r4_an_order_is_never_locked,
);

/// What an import answers where nothing fails.
pub(super) fn counts(created: i32, changed: i32, unchanged: i32, stale: i32) -> Value {
    json!({
        "created": created, "changed": changed, "unchanged": unchanged, "stale": stale,
        "failed": [], "userErrors": null
    })
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

/// By the program itself, since what a file is called is the command's to say. A second time nothing changes
/// (R5).
async fn r2_the_source_of_a_file_is_file(app: TestApp) {
    let shop = Shop::open(&app).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.csv");
    let text = "external_id,native_status,placed_at,total\n1,complete,2026-11-20T12:00:00Z,5.00\n";
    fs::write(&file, text).unwrap();
    for told in ["created", "unchanged"] {
        let import = Command::new(env!("CARGO_BIN_EXE_cashable"))
            .args([
                "import",
                "orders",
                "--shop",
                "Tea",
                "--database-url",
                &app.url(),
            ])
            .arg(&file)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&import.stdout);
        assert!(import.status.success(), "{import:?}");
        assert!(printed.contains(&format!("1 {told}")), "{printed}");
    }
    assert_eq!(shop.order("1").await["source"], "file");
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
