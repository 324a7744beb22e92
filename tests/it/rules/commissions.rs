//! R16: what a commission amounts to, what is fixed when it is recorded, and what moves it afterwards.

use serde_json::{Value, json};

use crate::support::shop::{Shop, order, time};
use crate::support::{TestApp, on_both};

on_both!(
    r16_amounts_are_rounded_half_up_to_the_minor_unit,
    r16_the_affiliates_rate_goes_before_the_shops,
    r16_earlier_orders_raise_or_lower_a_commission_up_to_a_limit,
    r16_earlier_orders_count_by_time_and_id_without_cancelled_ones,
    r16_orders_of_one_import_count_by_when_they_were_placed,
    r16_rate_factor_and_number_are_fixed_when_it_is_recorded,
    r16_the_amount_follows_its_order_until_it_is_final_or_pinned,
    r16_an_override_that_opens_it_lets_the_amount_follow_again,
);

/// Sets the factor of each earlier order.
async fn set_factor(shop: &Shop<'_>, direction: &str, factor: &str, limit: i32) {
    let factor = json!({"direction": direction, "factorPerOrder": factor, "limit": limit});
    shop.set(json!({"orderCountFactor": factor})).await;
}

/// The amount of an order's commission.
async fn amount(shop: &Shop<'_>, external_id: &str) -> Value {
    shop.transaction_of(external_id).await["amount"]["amount"].take()
}

async fn r16_amounts_are_rounded_half_up_to_the_minor_unit(app: TestApp) {
    let shop = Shop::open(&app).await;
    #[rustfmt::skip]
    let cases = [
        ("EUR", "5",      "100.00", "0.00",   "5.00"),
        ("EUR", "5",      "100.00", "25.00",  "3.75"),
        ("EUR", "5",      "100.00", "100.00", "0.00"),
        ("EUR", "5",      "0.10",   "0.00",   "0.01"),
        ("EUR", "5",      "0.09",   "0.00",   "0.00"),
        ("EUR", "5",      "0.30",   "0.00",   "0.02"),
        ("EUR", "33.3333", "0.01",  "0.00",   "0.00"),
        ("EUR", "0",      "100.00", "0.00",   "0.00"),
        ("EUR", "100",    "100.00", "0.01",   "99.99"),
        ("JPY", "5",      "10",     "0",      "1"),
        ("JPY", "5",      "9",      "0",      "0"),
        ("BHD", "5",      "0.010",  "0.000",  "0.001"),
    ];
    for (index, (currency, rate, total, refunded, expected)) in cases.into_iter().enumerate() {
        shop.set(json!({"commissionRate": rate})).await;
        let id = index.to_string();
        let amounts = json!({"total": total, "refunded": refunded, "currency": currency});
        shop.import(json!([order(&id, "new", amounts)])).await;
        let expected = json!({"amount": expected, "currency": currency});
        assert_eq!(
            shop.transaction_of(&id).await["amount"],
            expected,
            "{rate} of {total}"
        );
    }
}

async fn r16_the_affiliates_rate_goes_before_the_shops(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "new", json!({}))])).await;
    shop.update_affiliate("anna", json!({"commissionRate": "2.5"}))
        .await;
    shop.import(json!([order("2", "new", json!({}))])).await;
    shop.update_affiliate("anna", json!({"commissionRate": "0"}))
        .await;
    shop.import(json!([
        order("3", "new", json!({})),
        order("4", "new", json!({"affiliateCode": "bert"}))
    ]))
    .await;
    shop.update_affiliate("anna", json!({"clearCommissionRate": true}))
        .await;
    shop.import(json!([order("5", "new", json!({}))])).await;
    for (id, expected) in [
        ("1", "10.00"),
        ("2", "2.50"),
        ("3", "0.00"),
        ("4", "10.00"),
        ("5", "10.00"),
    ] {
        assert_eq!(amount(&shop, id).await, expected, "{id}");
    }
}

async fn r16_earlier_orders_raise_or_lower_a_commission_up_to_a_limit(app: TestApp) {
    let shop = Shop::open(&app).await;
    for (direction, factor, limit, expected) in [
        ("INCREASE", "0.1", 2, ["10.00", "11.00", "12.00", "12.00"]),
        ("DECREASE", "0.1", 2, ["10.00", "9.00", "8.00", "8.00"]),
        ("DECREASE", "0.4", 9, ["10.00", "6.00", "2.00", "0.00"]),
        ("INCREASE", "0.1", 0, ["10.00", "10.00", "10.00", "10.00"]),
        (
            "INCREASE",
            "0.0005",
            9,
            ["10.00", "10.01", "10.01", "10.02"],
        ),
    ] {
        set_factor(&shop, direction, factor, limit).await;
        let name = format!("{direction} {factor} {limit}");
        for (index, expected) in expected.into_iter().enumerate() {
            let id = format!("{name} {index}");
            shop.import(json!([order(&id, "new", json!({"affiliateCode": name}))]))
                .await;
            assert_eq!(amount(&shop, &id).await, expected, "{id}");
        }
    }
    shop.set(json!({"clearOrderCountFactor": true})).await;
    let last = order("last", "new", json!({"affiliateCode": "INCREASE 0.1 2"}));
    shop.import(json!([last])).await;
    assert_eq!(amount(&shop, "last").await, "10.00");
}

async fn r16_earlier_orders_count_by_time_and_id_without_cancelled_ones(app: TestApp) {
    let shop = Shop::open(&app).await;
    set_factor(&shop, "INCREASE", "0.1", 100).await;
    let (on, bert) = (
        |day: i64| json!({"placedAt": time(day)}),
        json!({"affiliateCode": "bert"}),
    );
    for (id, word, more, expected) in [
        ("a", "new", on(0), "10.00"),
        ("same time, later id", "new", on(0), "11.00"),
        ("before all", "new", on(-1), "10.00"),
        ("cancelled itself", "cancelled", on(1), "13.00"),
        ("after a cancelled one", "complete", on(2), "13.00"),
        ("between", "new", on(1), "13.00"),
        ("of another", "new", bert, "10.00"),
        ("of nobody", "new", json!({"affiliateCode": null}), "null"),
        ("last", "new", on(9), "15.00"),
    ] {
        shop.import(json!([order(id, word, more)])).await;
        let expected = if expected == "null" {
            Value::Null
        } else {
            json!(expected)
        };
        assert_eq!(amount(&shop, id).await, expected, "{id}");
    }
    // Reopened it counts, cancelled it does not.
    for (id, word, expected) in [("cancelled itself", "new", "17.00"), ("a", "fake", "17.00")] {
        shop.import(json!([{"externalId": id, "nativeStatus": word}]))
            .await;
        let next = format!("after {id}");
        shop.import(json!([order(&next, "new", on(10))])).await;
        assert_eq!(amount(&shop, &next).await, expected, "{next}");
    }
}

async fn r16_orders_of_one_import_count_by_when_they_were_placed(app: TestApp) {
    let shop = Shop::open(&app).await;
    set_factor(&shop, "INCREASE", "0.1", 100).await;
    shop.import(json!([
        order("third", "new", json!({"placedAt": time(3)})),
        order("first", "new", json!({"placedAt": time(1)})),
        order("cancelled", "fake", json!({"placedAt": time(1)})),
        order("second", "new", json!({"placedAt": time(2)})),
        order("second too", "new", json!({"placedAt": time(2)})),
    ]))
    .await;
    for (id, expected) in [
        ("first", "10.00"),
        ("second", "11.00"),
        ("second too", "12.00"),
        ("third", "13.00"),
    ] {
        assert_eq!(amount(&shop, id).await, expected, "{id}");
    }
}

async fn r16_rate_factor_and_number_are_fixed_when_it_is_recorded(app: TestApp) {
    let shop = Shop::open(&app).await;
    set_factor(&shop, "INCREASE", "0.5", 1).await;
    shop.import(json!([
        order("1", "new", json!({})),
        order("2", "new", json!({"placedAt": time(1)}))
    ]))
    .await;
    shop.set(json!({"commissionRate": "50"})).await;
    shop.update_affiliate("anna", json!({"commissionRate": "70"}))
        .await;
    set_factor(&shop, "DECREASE", "1", 100).await;
    let before = order("0", "new", json!({"placedAt": time(-1)}));
    shop.import(json!([before])).await;
    for (id, expected) in [("1", "10.00"), ("2", "15.00"), ("0", "70.00")] {
        assert_eq!(amount(&shop, id).await, expected, "{id}");
    }
    // What moves the amount takes the terms that were fixed.
    for report in [
        json!({"total": "200.00"}),
        json!({"nativeStatus": "complete", "placedAt": time(5)}),
    ] {
        for id in ["1", "2"] {
            let mut report = report.clone();
            report["externalId"] = json!(id);
            shop.import(json!([report])).await;
        }
        shop.settle().await;
        for (id, expected) in [("1", "20.00"), ("2", "30.00")] {
            assert_eq!(amount(&shop, id).await, expected, "{id}");
        }
    }
}

async fn r16_the_amount_follows_its_order_until_it_is_final_or_pinned(app: TestApp) {
    let shop = Shop::open(&app).await;
    #[rustfmt::skip]
    let cases = [
        (true,  "new",       None,                        "OPEN 10.00",        "OPEN 15.00"),
        (true,  "complete",  None,                        "IN_PROGRESS 10.00", "IN_PROGRESS 15.00"),
        (true,  "cancelled", None,                        "CANCELLED 10.00",   "CANCELLED 10.00"),
        (true,  "complete",  Some(("COMPLETED", false)),  "COMPLETED 10.00",   "COMPLETED 10.00"),
        (true,  "complete",  Some(("IN_PROGRESS", true)), "IN_PROGRESS 10.00", "IN_PROGRESS 10.00"),
        (false, "complete",  None,                        "OPEN 10.00",        "OPEN 15.00"),
        (false, "complete",  Some(("OPEN", true)),        "OPEN 10.00",        "OPEN 10.00"),
        (false, "complete",  Some(("COMPLETED", true)),   "COMPLETED 10.00",   "COMPLETED 10.00"),
    ];
    for (sync_enabled, word, by_hand, before, after) in cases {
        shop.set(json!({"syncEnabled": sync_enabled})).await;
        let id = format!("{sync_enabled} {word} {by_hand:?}");
        shop.import(json!([order(&id, word, json!({}))])).await;
        if let Some((status, pinned)) = by_hand {
            let row = shop.transaction_of(&id).await;
            shop.override_status(&row, status, json!(pinned)).await;
        } else if sync_enabled {
            shop.settle().await;
        }
        assert_eq!(shop.commission(&id).await, before, "{id}");
        shop.import(json!([{"externalId": id, "total": "200.00"}]))
            .await;
        shop.import(json!([{"externalId": id, "refunded": "50.00"}]))
            .await;
        assert_eq!(shop.commission(&id).await, after, "{id}");
    }
}

async fn r16_an_override_that_opens_it_lets_the_amount_follow_again(app: TestApp) {
    let shop = Shop::open(&app).await;
    shop.import(json!([order("1", "new", json!({}))])).await;
    let row = shop.transaction_of("1").await;
    shop.override_status(&row, "COMPLETED", Value::Null).await;
    shop.import(json!([order("1", "new", json!({"total": "300.00"}))]))
        .await;
    assert_eq!(shop.commission("1").await, "COMPLETED 10.00");
    shop.override_status(&row, "OPEN", Value::Null).await;
    assert_eq!(shop.commission("1").await, "OPEN 30.00");
    shop.import(json!([order("1", "new", json!({"total": "400.00"}))]))
        .await;
    assert_eq!(shop.commission("1").await, "OPEN 40.00");
}
