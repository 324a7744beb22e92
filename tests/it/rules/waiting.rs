//! R7: when the days to wait are over, and from when they are counted.

use serde_json::{Value, json};

use crate::support::shop::{Shop, order, time};
use crate::support::{TestApp, on_both};

on_both!(
    r7_the_days_are_over_at_the_instant_and_not_before,
    r7_counted_from_completion_unset_means_not_yet,
    r7_completion_is_the_first_time_that_is_told,
    r7_reopening_clears_and_completing_again_sets_anew,
    r7_a_changed_setting_redates_nothing,
    r7_history_imported_late_does_not_wait_again,
    r7_a_commission_is_as_old_as_its_order,
    r7_a_changed_table_completes_as_a_report_does,
    r7_manual_rows_count_from_when_they_were_made,
);

async fn waits_until(shop: &Shop<'_>, external_id: &str) -> Value {
    shop.transaction_of(external_id).await["waitsUntil"].take()
}

async fn r7_the_days_are_over_at_the_instant_and_not_before(app: TestApp) {
    let shop = Shop::open(&app).await;
    for wait_from in ["TRANSACTION_CREATED", "ORDER_COMPLETED"] {
        shop.set(json!({"waitFrom": wait_from, "waitDays": 3}))
            .await;
        let (id, now) = (wait_from, json!({"placedAt": shop.now()}));
        shop.import(json!([order(id, "complete", now)])).await;
        for (days, millis, status) in [
            (0, 0, "IN_PROGRESS"),
            (3, -1, "IN_PROGRESS"),
            (0, 1, "COMPLETED"),
        ] {
            shop.wait(days, millis);
            shop.settle().await;
            assert_eq!(
                shop.transaction_of(id).await["status"],
                status,
                "{wait_from} {millis}"
            );
        }
        assert_eq!(waits_until(&shop, id).await, shop.now());
    }
}

async fn r7_counted_from_completion_unset_means_not_yet(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.set(json!({"waitFrom": "ORDER_COMPLETED", "waitDays": 3}))
        .await;
    shop.import(json!([order("1", "in_progress", json!({}))]))
        .await;
    shop.wait(30, 0);
    shop.settle().await;
    let row = shop.transaction_of("1").await;
    assert_eq!(row["waitsUntil"], Value::Null);
    assert_eq!(
        row["blockers"],
        json!(["ORDER_NOT_COMPLETE", "WAITING_DAYS"])
    );
    shop.import(json!([order("1", "complete", json!({}))]))
        .await;
    assert_eq!(waits_until(&shop, "1").await, time(33));
    for (days, settled) in [(2, "IN_PROGRESS 10.00"), (1, "COMPLETED 10.00")] {
        shop.wait(days, 0);
        shop.settle().await;
        assert_eq!(shop.commission("1").await, settled);
    }
}

async fn r7_completion_is_the_first_time_that_is_told(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.set(json!({"waitFrom": "ORDER_COMPLETED", "waitDays": 3}))
        .await;
    shop.wait(10, 0);
    let (known, first) = (true, false);
    for (index, (is_known, completed_at, changed_at, expected)) in [
        (first, Some(2), Some(4), 2),
        (first, None, Some(4), 4),
        (first, None, None, 0),
        (known, Some(2), Some(4), 2),
        (known, None, Some(4), 4),
        (known, None, None, 10),
    ]
    .into_iter()
    .enumerate()
    {
        let id = index.to_string();
        if is_known {
            shop.import(json!([order(&id, "new", json!({"changedAt": time(1)}))]))
                .await;
        }
        let times =
            json!({"completedAt": completed_at.map(time), "changedAt": changed_at.map(time)});
        shop.import(json!([order(&id, "complete", times)])).await;
        let completed_at = shop.order(&id).await["completedAt"].take();
        assert_eq!(completed_at, time(expected), "{index}");
        assert_eq!(waits_until(&shop, &id).await, time(expected + 3), "{index}");
    }
}

async fn r7_reopening_clears_and_completing_again_sets_anew(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.set(json!({"waitFrom": "ORDER_COMPLETED", "waitDays": 3}))
        .await;
    for (word, completed_on, waits_until_on) in [
        ("complete", Some(0), Some(3)),
        ("complete", Some(0), Some(3)),
        ("new", None, None),
        ("complete", Some(3), Some(6)),
        ("in_progress", None, None),
        ("complete", Some(5), Some(8)),
        ("returned", Some(5), Some(8)),
        ("complete", Some(7), Some(10)),
    ] {
        shop.import(json!([order("1", word, json!({}))])).await;
        let completed_at = shop.order("1").await["completedAt"].take();
        assert_eq!(completed_at, json!(completed_on.map(time)), "{word}");
        assert_eq!(
            waits_until(&shop, "1").await,
            json!(waits_until_on.map(time)),
            "{word}"
        );
        shop.wait(1, 0);
    }
}

async fn r7_a_changed_setting_redates_nothing(app: TestApp) {
    let shop = Shop::open(&app).await;
    let (created, completed) = ("TRANSACTION_CREATED", "ORDER_COMPLETED");
    shop.import(json!([order("created", "new", json!({}))]))
        .await;
    shop.set(json!({"waitFrom": completed, "waitDays": 5}))
        .await;
    shop.import(json!([order("completed", "new", json!({}))]))
        .await;
    shop.set(json!({"waitFrom": created, "waitDays": 90})).await;
    shop.wait(2, 0);
    let news = json!({"total": "50.00", "refunded": "1.00", "affiliateCode": "bert"});
    for id in ["created", "completed", "late"] {
        shop.import(json!([order(id, "complete", news.clone())]))
            .await;
        shop.settle().await;
    }
    for (id, days) in [("created", 14), ("completed", 7), ("late", 90)] {
        assert_eq!(waits_until(&shop, id).await, time(days), "{id}");
    }
    shop.wait(12, 0);
    shop.settle().await;
    for (id, status) in [
        ("created", "COMPLETED"),
        ("completed", "COMPLETED"),
        ("late", "IN_PROGRESS"),
    ] {
        assert_eq!(shop.transaction_of(id).await["status"], status, "{id}");
    }
}

async fn r7_history_imported_late_does_not_wait_again(app: TestApp) {
    let shop = Shop::open(&app).await;
    for wait_from in ["TRANSACTION_CREATED", "ORDER_COMPLETED"] {
        shop.set(json!({"waitFrom": wait_from})).await;
        // Over a change of clocks: a day to wait is 24 hours all the same.
        let old = json!({"placedAt": "2026-10-20T12:00:00.000Z"});
        shop.import(json!([order(wait_from, "complete", old.clone())]))
            .await;
        let row = shop.transaction_of(wait_from).await;
        assert_eq!(row["createdAt"], old["placedAt"]);
        assert_eq!(row["waitsUntil"], "2026-11-03T12:00:00.000Z");
        shop.settle().await;
        assert_eq!(shop.commission(wait_from).await, "COMPLETED 10.00");
    }
}

async fn r7_a_commission_is_as_old_as_its_order(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "complete", json!({}))]))
        .await;
    shop.settle().await;
    shop.import(json!([order(
        "1",
        "complete",
        json!({"placedAt": time(-14)})
    )]))
    .await;
    let row = shop.transaction_of("1").await;
    assert_eq!(
        (&row["createdAt"], &row["waitsUntil"]),
        (&json!(time(-14)), &json!(time(0)))
    );
    shop.settle().await;
    assert_eq!(shop.commission("1").await, "COMPLETED 10.00");
}

async fn r7_a_changed_table_completes_as_a_report_does(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.set(json!({"waitFrom": "ORDER_COMPLETED", "waitDays": 3}))
        .await;
    let orders = json!([
        order("1", "odd", json!({})),
        order("2", "odd", json!({"changedAt": time(1)}))
    ]);
    shop.import(orders).await;
    shop.wait(2, 0);
    for (meaning, completed) in [
        ("COMPLETE", [Some(2), Some(1)]),
        ("NEW", [None, None]),
        ("COMPLETE", [Some(4), Some(1)]),
    ] {
        shop.map("api", &[("odd", meaning)]).await;
        for (id, completed) in ["1", "2"].into_iter().zip(completed) {
            let completed_at = shop.order(id).await["completedAt"].take();
            assert_eq!(completed_at, json!(completed.map(time)), "{id} {meaning}");
            let until = json!(completed.map(|day| time(day + 3)));
            assert_eq!(waits_until(&shop, id).await, until, "{id} {meaning}");
        }
        shop.wait(1, 0);
    }
}

async fn r7_manual_rows_count_from_when_they_were_made(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order(
        "1",
        "complete",
        json!({"placedAt": time(-30)})
    )]))
    .await;
    shop.wait(1, 0);
    let created = shop.create("MANUAL", "anna", Some("1")).await;
    assert_eq!(created["waitsUntil"], time(15));
    shop.set(json!({"waitFrom": "ORDER_COMPLETED"})).await;
    let completed = shop.create("MANUAL", "anna", Some("1")).await;
    assert_eq!(completed["waitsUntil"], time(-16));
    let unset = shop.create("MANUAL", "anna", None).await;
    assert_eq!(unset["waitsUntil"], Value::Null);
    // What happens to the order re-dates only what counts from its completion.
    shop.import(json!([order("1", "new", json!({}))])).await;
    assert_eq!(shop.transaction(&created).await["waitsUntil"], time(15));
    assert_eq!(
        shop.transaction(&completed).await["waitsUntil"],
        Value::Null
    );
}
