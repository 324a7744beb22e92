//! R1: what a platform's own status words mean.

use serde_json::{Value, json};

use crate::support::shop::{Shop, order};
use crate::support::{TestApp, on_both};

on_both!(
    r1_a_table_says_what_the_words_of_a_source_mean,
    r1_each_platform_has_defaults,
    r1_an_unknown_word_is_new_and_kept_and_counted,
    r1_ignore_stores_no_new_order,
    r1_ignore_changes_only_the_native_status_of_a_stored_order,
    r1_leaving_cancelled_clears_the_reason,
);

/// Word, status, in progress, reason.
pub(super) type Meant<'a> = (&'a str, &'a str, bool, Option<&'a str>);

pub(super) async fn assert_meant(
    shop: &Shop<'_>,
    id: &str,
    (word, status, begun, reason): Meant<'_>,
) {
    let order = shop.order(id).await;
    let found = (
        &order["nativeStatus"],
        &order["status"],
        &order["inProgress"],
        &order["cancelReason"],
    );
    let expected = (&json!(word), &json!(status), &json!(begun), &json!(reason));
    assert_eq!(found, expected, "{order}");
}

/// The unmapped words with the numbers of their orders.
pub(super) async fn unmapped(shop: &Shop<'_>) -> Value {
    let document = "{ unmappedStatuses { source nativeStatus orders } }";
    shop.ask(document, json!({})).await["unmappedStatuses"].take()
}

async fn r1_a_table_says_what_the_words_of_a_source_mean(app: TestApp) {
    let shop = Shop::open(&app).await;
    let table = [
        ("wartet", "NEW"),
        ("gepackt", "IN_PROGRESS"),
        ("abgeholt", "COMPLETE"),
        ("storno", "CANCELLED"),
        ("scherz", "CANCELLED:FAKE"),
        ("leer", "CANCELLED:INVENTORY"),
        ("complete", "IN_PROGRESS"),
    ];
    assert_eq!(shop.map("till", &table).await, 0);
    #[rustfmt::skip]
    let meant: [Meant; 7] = [
        ("wartet",   "NEW",       false, None),
        ("gepackt",  "NEW",       true,  None),
        ("abgeholt", "COMPLETE",  false, None),
        ("storno",   "CANCELLED", false, None),
        ("scherz",   "CANCELLED", false, Some("FAKE")),
        ("leer",     "CANCELLED", false, Some("INVENTORY")),
        ("complete", "NEW",       true,  None),
    ];
    for row in meant {
        shop.import_as(json!({"source": "till", "orders": [order(row.0, row.0, json!({}))]}))
            .await;
        assert_meant(&shop, row.0, row).await;
    }
    assert_eq!(unmapped(&shop).await, json!([]));
    // Neither another source nor another shop is meant.
    shop.import(json!([order("a", "abgeholt", json!({}))]))
        .await;
    assert_meant(&shop, "a", ("abgeholt", "NEW", false, None)).await;
    let other = Shop::fresh(&app, "Coffee").await;
    other
        .import_as(json!({"source": "till", "orders": [order("b", "complete", json!({}))]}))
        .await;
    assert_meant(&other, "b", ("complete", "COMPLETE", false, None)).await;
}

async fn r1_each_platform_has_defaults(app: TestApp) {
    let shop = Shop::open(&app).await;
    #[rustfmt::skip]
    let defaults: [(&str, Meant); 10] = [
        ("shopware6",   ("in_progress",    "NEW",       true,  None)),
        ("shopware6",   ("completed",      "COMPLETE",  false, None)),
        ("cscart",      ("P",              "NEW",       true,  None)),
        ("cscart",      ("D",              "CANCELLED", false, Some("DECLINED"))),
        ("woocommerce", ("refunded",       "CANCELLED", false, Some("REFUNDED"))),
        ("vendure",     ("Delivered",      "COMPLETE",  false, None)),
        ("rees46",      ("1",              "COMPLETE",  false, None)),
        ("api",         ("fake",           "CANCELLED", false, Some("FAKE"))),
        ("file",        ("IN_PROGRESS",    "NEW",       true,  None)),
        ("elsewhere",   ("CANCELLED:FAKE", "CANCELLED", false, Some("FAKE"))),
    ];
    for (index, (source, meant)) in defaults.into_iter().enumerate() {
        let id = index.to_string();
        shop.import_as(json!({"source": source, "orders": [order(&id, meant.0, json!({}))]}))
            .await;
        assert_meant(&shop, &id, meant).await;
    }
}

async fn r1_an_unknown_word_is_new_and_kept_and_counted(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([
        order("1", "beamed", json!({})),
        order("2", "complete", json!({})),
        order("3", "new", json!({})),
    ]))
    .await;
    assert_meant(&shop, "1", ("beamed", "NEW", false, None)).await;
    shop.import(json!([{"externalId": "2", "nativeStatus": "beamed"}]))
        .await;
    assert_meant(&shop, "2", ("beamed", "NEW", false, None)).await;
    let two = json!([{"source": "api", "nativeStatus": "beamed", "orders": 2}]);
    assert_eq!(unmapped(&shop).await, two);
    assert_eq!(shop.settle().await.orders_unmapped, 2);
    shop.import(json!([{"externalId": "1", "nativeStatus": "complete"}]))
        .await;
    assert_eq!(unmapped(&shop).await[0]["orders"], 1);
}

async fn r1_ignore_stores_no_new_order(app: TestApp) {
    let shop = Shop::open(&app).await;
    let answer = shop.import(json!([order("1", "IGNORE", json!({}))])).await;
    assert_eq!(
        (&answer["created"], &answer["failed"]),
        (&json!(0), &json!([]))
    );
    assert_eq!(shop.order("1").await, Value::Null);
    assert_eq!(shop.affiliate("anna").await, Value::Null);
}

async fn r1_ignore_changes_only_the_native_status_of_a_stored_order(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.map("api", &[("archived", "IGNORE")]).await;
    shop.import(json!([
        order("1", "fake", json!({})),
        order("2", "complete", json!({"affiliateCode": null}))
    ]))
    .await;
    for id in ["1", "2"] {
        let (mut before, transactions) = (shop.order(id).await, shop.transactions_of(id).await);
        let report = json!({
            "externalId": id, "nativeStatus": "archived", "number": "N", "total": "5.00", "refunded": "1.00",
            "affiliateCode": "bert", "commission": "3.00"
        });
        let answer = shop.import(json!([report])).await;
        assert_eq!(
            (&answer["changed"], &answer["failed"]),
            (&json!(1), &json!([]))
        );
        before["nativeStatus"] = json!("archived");
        assert_eq!(shop.order(id).await, before);
        assert_eq!(shop.transactions_of(id).await, transactions);
    }
    let own = json!({"externalId": "1", "nativeStatus": "archived", "affiliateCode": "anna", "commission": "3.00"});
    assert_eq!(shop.import(json!([own])).await["unchanged"], 1);
    assert_eq!(shop.commission("1").await, "OPEN 10.00");
}

async fn r1_leaving_cancelled_clears_the_reason(app: TestApp) {
    let shop = Shop::open(&app).await;
    #[rustfmt::skip]
    let lives: [Meant; 7] = [
        ("fake",      "CANCELLED", false, Some("FAKE")),
        ("cancelled", "CANCELLED", false, Some("FAKE")),
        ("new",       "NEW",       false, None),
        ("cancelled", "CANCELLED", false, None),
        ("declined",  "CANCELLED", false, Some("DECLINED")),
        ("complete",  "COMPLETE",  false, None),
        ("cancelled", "CANCELLED", false, None),
    ];
    for meant in lives {
        shop.import(json!([order("1", meant.0, json!({}))])).await;
        assert_meant(&shop, "1", meant).await;
    }
}
