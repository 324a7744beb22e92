//! R16: who earns a commission: imported ones, changed codes, inactive affiliates and old orders.

use serde_json::{Value, json};

use crate::support::shop::{Shop, order, time};
use crate::support::{TestApp, on_both};

on_both!(
    r16_an_imported_commission_changes_only_by_import,
    r16_a_computed_commission_becomes_an_imported_one,
    r16_a_changed_code_moves_the_commission_on_new_terms,
    r16_a_final_or_pinned_commission_is_locked_and_the_rest_goes_in,
    r16_inactive_affiliates_earn_nothing_new,
    r16_old_orders_earn_only_what_an_import_carries,
);

/// The counts of an import by one report of an order, and the codes of its failures.
pub(super) async fn report(shop: &Shop<'_>, external_id: &str, more: Value) -> (i64, Vec<String>) {
    let mut report = json!({"externalId": external_id});
    if let (Value::Object(report), Value::Object(more)) = (&mut report, more) {
        report.extend(more);
    }
    let answer = shop.import(json!([report])).await;
    let failed = answer["failed"].as_array().unwrap().iter();
    let codes = failed.map(|it| it["code"].as_str().unwrap().to_owned());
    let taken = ["created", "changed"].map(|name| answer[name].as_i64().unwrap());
    (taken.iter().sum(), codes.collect())
}

/// Who earns how much on an order.
pub(super) async fn earned(shop: &Shop<'_>, external_id: &str) -> String {
    let row = shop.transaction_of(external_id).await;
    match (
        row["affiliate"]["code"].as_str(),
        row["amount"]["amount"].as_str(),
    ) {
        (Some(code), Some(amount)) => format!("{code} {amount}"),
        _ => "nobody".to_owned(),
    }
}

async fn r16_an_imported_commission_changes_only_by_import(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "new", json!({"commission": "3.33"}))]))
        .await;
    for (more, expected) in [
        (json!({"total": "500.00"}), "OPEN 3.33"),
        (
            json!({"refunded": "50.00", "affiliateCode": "anna"}),
            "OPEN 3.33",
        ),
        (json!({"commission": "4.44"}), "OPEN 4.44"),
        (json!({"nativeStatus": "in_progress"}), "IN_PROGRESS 4.44"),
        (json!({"commission": "0.00"}), "IN_PROGRESS 0.00"),
        (json!({"commission": "5.55"}), "IN_PROGRESS 5.55"),
        (json!({"nativeStatus": "cancelled"}), "CANCELLED 5.55"),
        (json!({"commission": "6.66"}), "CANCELLED 5.55"),
    ] {
        assert_eq!(report(&shop, "1", more.clone()).await.1, [""; 0], "{more}");
        shop.settle().await;
        assert_eq!(shop.commission("1").await, expected, "{more}");
    }
}

async fn r16_a_computed_commission_becomes_an_imported_one(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "new", json!({}))])).await;
    assert_eq!(
        report(&shop, "1", json!({"commission": "10.00"})).await,
        (1, vec![])
    );
    report(&shop, "1", json!({"total": "500.00"})).await;
    assert_eq!(shop.commission("1").await, "OPEN 10.00");
}

async fn r16_a_changed_code_moves_the_commission_on_new_terms(app: TestApp) {
    let shop = Shop::open(&app).await;
    let factor = json!({"direction": "INCREASE", "factorPerOrder": "0.1", "limit": 9});
    shop.set(json!({"orderCountFactor": factor})).await;
    let bert = |id: &str| order(id, "new", json!({"affiliateCode": "bert"}));
    shop.import(json!([
        bert("b1"),
        bert("b2"),
        order("1", "new", json!({"placedAt": time(1)}))
    ]))
    .await;
    shop.update_affiliate("bert", json!({"commissionRate": "20"}))
        .await;
    shop.settle().await;
    let (before, was) = (shop.transaction_of("1").await, earned(&shop, "1").await);
    assert_eq!(was, "anna 10.00");
    for (more, expected) in [
        (json!({"affiliateCode": "bert"}), "bert 24.00"),
        (json!({"total": "200.00"}), "bert 48.00"),
        (json!({"affiliateCode": "carl"}), "carl 20.00"),
        (
            json!({"affiliateCode": "bert", "commission": "7.00"}),
            "bert 7.00",
        ),
        (json!({"total": "100.00"}), "bert 7.00"),
        (json!({"affiliateCode": "anna"}), "anna 10.00"),
    ] {
        assert_eq!(
            report(&shop, "1", more.clone()).await,
            (1, vec![]),
            "{more}"
        );
        assert_eq!(earned(&shop, "1").await, expected, "{more}");
        let row = shop.transaction_of("1").await;
        assert_eq!(shop.order("1").await["affiliate"], row["affiliate"]);
        assert_eq!(
            (&row["id"], &row["waitsUntil"]),
            (&before["id"], &before["waitsUntil"])
        );
        assert_eq!(shop.transactions_of("1").await.len(), 1);
    }
}

async fn r16_a_final_or_pinned_commission_is_locked_and_the_rest_goes_in(app: TestApp) {
    let shop = Shop::open(&app).await;
    for (status, pinned) in [
        ("COMPLETED", false),
        ("CANCELLED", true),
        ("OPEN", true),
        ("IN_PROGRESS", true),
    ] {
        let id = format!("{status} {pinned}");
        shop.import(json!([order(&id, "new", json!({}))])).await;
        let row = shop.transaction_of(&id).await;
        shop.override_status(&row, status, json!(pinned)).await;
        let news =
            json!({"affiliateCode": "bert", "number": "N", "total": "70.00", "commission": "9.00"});
        let locked = (0, vec!["AFFILIATE_LOCKED".to_owned()]);
        assert_eq!(report(&shop, &id, news.clone()).await, locked, "{id}");
        assert_eq!(earned(&shop, &id).await, "anna 10.00", "{id}");
        let order = shop.order(&id).await;
        assert_eq!(order["affiliate"]["code"], "anna");
        assert_eq!(
            (&order["number"], &order["total"]["amount"]),
            (&json!("N"), &json!("70.00"))
        );
        assert_eq!(
            report(&shop, &id, json!({"affiliateCode": "anna"})).await,
            (0, vec![])
        );
    }
}

async fn r16_inactive_affiliates_earn_nothing_new(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([
        order("1", "new", json!({})),
        order("2", "new", json!({"affiliateCode": "bert"}))
    ]))
    .await;
    shop.update_affiliate("anna", json!({"active": false}))
        .await;
    for (id, more) in [("3", json!({})), ("4", json!({"commission": "5.00"}))] {
        assert_eq!(
            shop.import(json!([order(id, "new", more)])).await["created"],
            1
        );
        assert_eq!(earned(&shop, id).await, "nobody");
        assert_eq!(shop.order(id).await["promoted"], false);
    }
    // What was earned stands and follows its order, and leaves when the code changes; none comes.
    report(
        &shop,
        "1",
        json!({"total": "200.00", "affiliateCode": "anna"}),
    )
    .await;
    assert_eq!(earned(&shop, "1").await, "anna 20.00");
    report(
        &shop,
        "2",
        json!({"affiliateCode": "anna", "total": "300.00"}),
    )
    .await;
    assert_eq!(earned(&shop, "2").await, "bert 30.00");
    assert_eq!(
        report(&shop, "1", json!({"affiliateCode": "bert"})).await,
        (1, vec![])
    );
    assert_eq!(earned(&shop, "1").await, "bert 20.00");
    // An order that earned nobody anything may be another's yet.
    assert_eq!(
        report(&shop, "3", json!({"affiliateCode": "bert"})).await,
        (1, vec![])
    );
    assert_eq!(earned(&shop, "3").await, "bert 10.00");
    assert_ne!(shop.affiliate("anna").await, Value::Null);
}

async fn r16_old_orders_earn_only_what_an_import_carries(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.set(json!({"commissionsFrom": "2026-11-21"})).await;
    // Midnight in the shop's time zone is 23:00 the day before.
    let (old, new) = ("2026-11-20T22:59:59.999Z", "2026-11-20T23:00:00Z");
    for (id, placed_at, commission, expected) in [
        ("old", old, Value::Null, "nobody"),
        ("old with", old, json!("2.00"), "anna 2.00"),
        ("new", new, Value::Null, "anna 10.00"),
        ("new with", new, json!("3.00"), "anna 3.00"),
    ] {
        let more = json!({"placedAt": placed_at, "commission": commission});
        shop.import(json!([order(id, "new", more)])).await;
        assert_eq!(earned(&shop, id).await, expected, "{id}");
        assert_eq!(shop.order(id).await["promoted"], expected != "nobody");
    }
    report(
        &shop,
        "old",
        json!({"affiliateCode": "anna", "total": "50.00"}),
    )
    .await;
    assert_eq!(earned(&shop, "old").await, "nobody");
    report(&shop, "old", json!({"commission": "4.00"})).await;
    assert_eq!(earned(&shop, "old").await, "anna 4.00");
    shop.set(json!({"clearCommissionsFrom": true})).await;
    shop.import(json!([order("old again", "new", json!({"placedAt": old}))]))
        .await;
    assert_eq!(earned(&shop, "old again").await, "anna 10.00");
}
