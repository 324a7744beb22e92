//! R9: what is cancelled at once, and what is marked for an admin to look at.

use cashable::domain::record::TransactionRecord;
use cashable::ledger::{self, Author, ImportTransactions};
use entity::words::{StatusActor, TransactionStatus};
use serde_json::{Value, json};

use super::settling::STAGES;
use crate::support::shop::{Shop, order};
use crate::support::{TestApp, on_both};

on_both!(
    r9_a_cancelled_order_cancels_at_once,
    r9_a_final_row_diverges_while_its_order_says_otherwise,
    r9_a_final_row_diverges_while_its_amounts_have_moved,
    r9_manual_rows_diverge_and_adjustments_never,
    r9_a_row_that_a_file_brings_final_diverges_where_its_order_says_otherwise,
);

async fn assert_diverged(shop: &Shop<'_>, report: Value, status: &str, diverged: bool) {
    let mut report = report;
    report["externalId"] = json!("1");
    shop.import(json!([report])).await;
    for when in ["at once", "after a run"] {
        let row = shop.transaction_of("1").await;
        let found = (&row["status"], &row["diverged"]);
        assert_eq!(found, (&json!(status), &json!(diverged)), "{report} {when}");
        shop.settle().await;
    }
}

async fn r9_a_cancelled_order_cancels_at_once(app: TestApp) {
    let shop = Shop::open(&app).await;
    for wait_from in ["TRANSACTION_CREATED", "ORDER_COMPLETED"] {
        shop.set(json!({"waitDays": 100, "waitFrom": wait_from}))
            .await;
        let id = wait_from;
        shop.import(json!([order(id, "complete", json!({}))])).await;
        shop.settle().await;
        assert_eq!(shop.commission(id).await, "IN_PROGRESS 10.00");
        shop.import(json!([order(id, "returned", json!({}))])).await;
        shop.settle().await;
        assert_eq!(shop.commission(id).await, "CANCELLED 10.00");
        assert_eq!(shop.transaction_of(id).await["diverged"], false);
    }
}

async fn r9_a_final_row_diverges_while_its_order_says_otherwise(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.set(json!({"waitDays": 0})).await;
    shop.import(json!([order("1", "complete", json!({}))]))
        .await;
    let open = shop.transaction_of("1").await;
    assert_eq!(
        (&open["status"], &open["diverged"]),
        (&json!("OPEN"), &json!(false))
    );
    shop.settle().await;
    for (word, diverged) in [
        ("complete", false),
        ("returned", true),
        ("complete", false),
        ("new", true),
        ("in_progress", true),
        ("complete", false),
    ] {
        assert_diverged(&shop, json!({"nativeStatus": word}), "COMPLETED", diverged).await;
    }
    let row = shop.transaction_of("1").await;
    for (status, diverged) in [("CANCELLED", true), ("OPEN", false), ("COMPLETED", false)] {
        let row = shop.override_status(&row, status, Value::Null).await;
        assert_eq!(row["diverged"], diverged, "{status}");
    }
}

async fn r9_a_final_row_diverges_while_its_amounts_have_moved(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order(
        "1",
        "cancelled",
        json!({"refunded": "5.00"})
    )]))
    .await;
    shop.settle().await;
    for (report, diverged) in [
        (json!({"number": "N-1"}), false),
        (json!({"refunded": "6.00"}), true),
        (json!({"refunded": "5.00"}), false),
        (json!({"total": "101.00"}), true),
        (json!({"total": "100.00"}), false),
        (json!({"total": "101.00"}), true),
    ] {
        assert_diverged(&shop, report, "CANCELLED", diverged).await;
    }
    assert_eq!(shop.commission("1").await, "CANCELLED 9.50");
    // An admin has looked: what the order says now is what the override was made by.
    let row = shop.transaction_of("1").await;
    let row = shop.override_status(&row, "CANCELLED", json!(true)).await;
    assert_eq!(row["diverged"], false);
}

async fn r9_manual_rows_diverge_and_adjustments_never(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "cancelled", json!({}))]))
        .await;
    let manual = shop.create("MANUAL", "anna", Some("1")).await;
    let adjustment = shop.create("ADJUSTMENT", "anna", Some("1")).await;
    shop.settle().await;
    shop.import(json!([order("1", "new", json!({"refunded": "5.00"}))]))
        .await;
    shop.settle().await;
    for (row, status, diverged) in [
        (manual, "CANCELLED", true),
        (adjustment, "COMPLETED", false),
    ] {
        let row = shop.transaction(&row).await;
        assert_eq!(
            (&row["status"], &row["diverged"]),
            (&json!(status), &json!(diverged))
        );
    }
}

async fn r9_a_row_that_a_file_brings_final_diverges_where_its_order_says_otherwise(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!(STAGES.map(|stage| order(stage, stage, json!({})))))
        .await;
    let row = |stage: &str| TransactionRecord {
        external_id: stage.to_owned(),
        affiliate_code: "anna".to_owned(),
        amount: "7.00".to_owned(),
        order_external_id: Some(stage.to_owned()),
        order_source: Some("api".to_owned()),
        status: Some(TransactionStatus::Completed),
        ..TransactionRecord::default()
    };
    let change = ImportTransactions {
        rows: STAGES.map(row).to_vec(),
    };
    let author = Author::new(StatusActor::Import, "Olga");
    let counts = ledger::write(&app, shop.id, &author, &change)
        .await
        .unwrap();
    assert_eq!(counts.created, 4, "{counts:?}");
    for stage in STAGES {
        let rows = shop.transactions_of(stage).await;
        let manual = rows.iter().find(|row| row["kind"] == "MANUAL").unwrap();
        assert_eq!(manual["diverged"], stage != "complete", "{stage}");
    }
}
