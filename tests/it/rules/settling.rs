//! R6 and R8: what a run makes of each transaction.

use serde_json::json;

use crate::support::shop::{Shop, order, time};
use crate::support::{TestApp, on_both};

on_both!(
    r6_each_row_of_the_table,
    r6_pinned_rows_stay,
    r6_in_progress_is_what_the_platforms_say,
    r6_manual_rows_follow_their_order,
    r6_adjustments_and_rows_without_an_order_stay,
    r6_final_rows_move_again_once_the_lock_is_off,
    r8_lock_final_is_on_by_default,
);

/// The native statuses of the table's columns.
pub(super) const STAGES: [&str; 4] = ["new", "in_progress", "complete", "cancelled"];
const UNSETTLED: [&str; 2] = ["OPEN", "IN_PROGRESS"];
const FINAL: [&str; 2] = ["COMPLETED", "CANCELLED"];

/// Statuses, the lock, whether the days are over, and what each stage makes of them; "–" leaves them.
type Rule = ([&'static str; 2], bool, bool, [&'static str; 4]);

#[rustfmt::skip]
const TABLE: [Rule; 8] = [
    (UNSETTLED, true,  false, ["OPEN", "IN_PROGRESS", "IN_PROGRESS", "CANCELLED"]),
    (UNSETTLED, false, false, ["OPEN", "IN_PROGRESS", "IN_PROGRESS", "CANCELLED"]),
    (UNSETTLED, true,  true,  ["OPEN", "IN_PROGRESS", "COMPLETED",   "CANCELLED"]),
    (UNSETTLED, false, true,  ["OPEN", "IN_PROGRESS", "COMPLETED",   "CANCELLED"]),
    (FINAL,     true,  false, ["–",    "–",           "–",           "–"]),
    (FINAL,     true,  true,  ["–",    "–",           "–",           "–"]),
    (FINAL,     false, false, ["OPEN", "IN_PROGRESS", "IN_PROGRESS", "CANCELLED"]),
    (FINAL,     false, true,  ["–",    "–",           "–",           "–"]),
];

/// Makes an order at each stage whose days are over or not, and gives its commission this status by hand.
async fn at_each_stage(shop: &Shop<'_>, name: &str, status: &str, over: bool, pinned: bool) {
    // Fourteen days is what a shop waits by default.
    let placed = json!({"placedAt": time(if over { -14 } else { -13 })});
    let id = |stage: &str| format!("{name} {status} {stage}");
    let orders = STAGES.map(|stage| order(&id(stage), stage, placed.clone()));
    shop.import(json!(orders)).await;
    for stage in STAGES {
        let row = shop.transaction_of(&id(stage)).await;
        if status != "OPEN" || pinned {
            shop.override_status(&row, status, json!(pinned)).await;
        }
    }
}

/// The statuses of those commissions.
async fn settled(shop: &Shop<'_>, name: &str, status: &str) -> Vec<String> {
    let mut found = Vec::new();
    for stage in STAGES {
        let row = shop
            .transaction_of(&format!("{name} {status} {stage}"))
            .await;
        found.push(row["status"].as_str().unwrap().to_owned());
    }
    found
}

async fn r6_each_row_of_the_table(app: TestApp) {
    let shop = Shop::open(&app).await;
    for (statuses, lock, over, to) in TABLE {
        shop.set(json!({"lockFinalStatuses": lock})).await;
        let name = format!("lock {lock} over {over}");
        for status in statuses {
            at_each_stage(&shop, &name, status, over, false).await;
        }
        shop.settle().await;
        for status in statuses {
            let expected = to.map(|to| if to == "–" { status } else { to });
            assert_eq!(
                settled(&shop, &name, status).await,
                expected,
                "{name} {status}"
            );
        }
        assert_eq!(shop.settle().await.transactions_changed, 0, "{name}");
    }
}

async fn r6_pinned_rows_stay(app: TestApp) {
    let shop = Shop::open(&app).await;
    for (lock, over) in [(true, false), (true, true), (false, false), (false, true)] {
        shop.set(json!({"lockFinalStatuses": lock})).await;
        let name = format!("lock {lock} over {over}");
        for status in ["OPEN", "IN_PROGRESS", "COMPLETED", "CANCELLED"] {
            at_each_stage(&shop, &name, status, over, true).await;
        }
        shop.settle().await;
        for status in ["OPEN", "IN_PROGRESS", "COMPLETED", "CANCELLED"] {
            assert_eq!(settled(&shop, &name, status).await, [status; 4], "{name}");
        }
    }
}

async fn r6_in_progress_is_what_the_platforms_say(app: TestApp) {
    let shop = Shop::open(&app).await;
    for (source, native, status) in [
        ("shopware6", "in_progress", "IN_PROGRESS"),
        ("shopware6", "open", "OPEN"),
        ("cscart", "P", "IN_PROGRESS"),
        ("cscart", "O", "OPEN"),
    ] {
        let id = format!("{source} {native}");
        shop.import_as(json!({"source": source, "orders": [order(&id, native, json!({}))]}))
            .await;
        shop.settle().await;
        assert_eq!(shop.transaction_of(&id).await["status"], status, "{id}");
    }
}

async fn r6_manual_rows_follow_their_order(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!(STAGES.map(|stage| order(stage, stage, json!({})))))
        .await;
    let mut rows = Vec::new();
    for stage in STAGES {
        rows.push(shop.create("MANUAL", "anna", Some(stage)).await);
    }
    for (days, expected) in [
        (0, ["OPEN", "IN_PROGRESS", "IN_PROGRESS", "CANCELLED"]),
        (13, ["OPEN", "IN_PROGRESS", "IN_PROGRESS", "CANCELLED"]),
        (1, ["OPEN", "IN_PROGRESS", "COMPLETED", "CANCELLED"]),
    ] {
        shop.wait(days, 0);
        shop.settle().await;
        for (row, expected) in rows.iter().zip(expected) {
            assert_eq!(shop.transaction(row).await["status"], expected);
        }
    }
}

async fn r6_adjustments_and_rows_without_an_order_stay(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.set(json!({"lockFinalStatuses": false, "waitDays": 3}))
        .await;
    shop.import(json!(STAGES.map(|stage| order(stage, stage, json!({})))))
        .await;
    let mut rows = Vec::new();
    for stage in STAGES {
        for status in ["COMPLETED", "OPEN", "CANCELLED"] {
            rows.push((shop.create("ADJUSTMENT", "anna", Some(stage)).await, status));
        }
    }
    for status in ["OPEN", "IN_PROGRESS", "COMPLETED", "CANCELLED"] {
        rows.push((shop.create("MANUAL", "anna", None).await, status));
        rows.push((shop.create("ADJUSTMENT", "anna", None).await, status));
    }
    for (row, status) in &rows {
        if row["status"] != *status {
            shop.override_status(row, status, json!(false)).await;
        }
    }
    for days in [0, 3] {
        shop.wait(days, 0);
        shop.settle().await;
        for (row, status) in &rows {
            assert_eq!(shop.transaction(row).await["status"], *status, "{row}");
        }
    }
}

async fn r6_final_rows_move_again_once_the_lock_is_off(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([
        order("1", "cancelled", json!({})),
        order("2", "cancelled", json!({"placedAt": time(-14)}))
    ]))
    .await;
    shop.settle().await;
    let reopened = json!([
        {"externalId": "1", "nativeStatus": "new", "total": "200.00"},
        {"externalId": "2", "nativeStatus": "new", "total": "200.00"}
    ]);
    shop.import(reopened).await;
    shop.settle().await;
    assert_eq!(shop.commission("1").await, "CANCELLED 10.00");
    for lock in [false, true] {
        shop.set(json!({"lockFinalStatuses": lock})).await;
    }
    shop.settle().await;
    assert_eq!(shop.commission("1").await, "CANCELLED 10.00");
    shop.set(json!({"lockFinalStatuses": false})).await;
    shop.settle().await;
    assert_eq!(shop.commission("1").await, "OPEN 20.00");
    assert_eq!(shop.transaction_of("1").await["diverged"], false);
    assert_eq!(shop.commission("2").await, "CANCELLED 10.00");
    assert_eq!(shop.transaction_of("2").await["diverged"], true);
}

async fn r8_lock_final_is_on_by_default(app: TestApp) {
    let shop = Shop::fresh(&app, "Tea").await;
    assert_eq!(shop.set(json!({})).await["lockFinalStatuses"], true);
    shop.set(json!({"syncEnabled": true, "commissionRate": "10"}))
        .await;
    shop.import(json!([order("1", "cancelled", json!({}))]))
        .await;
    shop.settle().await;
    shop.import(json!([order("1", "new", json!({}))])).await;
    shop.settle().await;
    assert_eq!(shop.commission("1").await, "CANCELLED 10.00");
}
