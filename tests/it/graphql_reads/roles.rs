//! What affiliates see of what they may ask. Which fields are for whom is told in `roles`.

use cashable::graphql::{NodeKind, decode, encode_shop};
use cashable::ledger::{self, CreateTransaction, OverrideStatus};
use cashable::reports;
use entity::words::{OverrideReason, TransactionKind, TransactionStatus};
use serde_json::{Value, json};

use super::{author, column, shop};
use crate::support::graphql::{admin, affiliate, ask, data, refusal};
use crate::support::{TestApp, on_both};

on_both!(
    an_affiliate_sees_its_own_and_nothing_of_the_others,
    of_an_order_that_two_have_a_part_in_each_sees_its_own,
    what_the_staff_did_is_not_told_to_affiliates,
    what_was_refused_is_null_in_its_place,
);

async fn an_affiliate_sees_its_own_and_nothing_of_the_others(app: TestApp) {
    let shop = shop(&app).await;
    let (anna, bert) = (affiliate(shop.id, shop.anna), affiliate(shop.id, shop.bert));
    let lists = "{
        viewer { role affiliate { code commissionRate balance { cashable { amount } } } }
        affiliates { totalCount nodes { code promotedOrders { count affiliate { code } } } }
        promotedOrderCounts { totalCount nodes { count affiliate { code } } }
        transactions { totalCount nodes { affiliate { code } order { number affiliate { code } promoted } } }
    }";
    for (viewer, code, orders) in [
        (&anna, "anna", vec!["2", "3", "1"]),
        (&bert, "bert", vec!["4", "6"]),
    ] {
        let seen = data(&app, viewer, lists, json!({})).await;
        assert_eq!(seen["viewer"]["role"], "AFFILIATE");
        assert_eq!(seen["viewer"]["affiliate"]["code"], code);
        assert_eq!(column(&seen["affiliates"]["nodes"], "/code"), [code]);
        assert_eq!(
            seen["affiliates"]["nodes"][0]["promotedOrders"]["count"],
            orders.len()
        );
        assert_eq!(seen["promotedOrderCounts"]["totalCount"], 1);
        let transactions = &seen["transactions"];
        assert_eq!(transactions["totalCount"], orders.len());
        let mut numbers = column(&transactions["nodes"], "/order/number");
        numbers.sort();
        let mut expected = orders.clone();
        expected.sort_unstable();
        assert_eq!(numbers, expected);
        assert!(
            column(&transactions["nodes"], "/affiliate/code")
                .iter()
                .all(|it| it == code)
        );
        assert!(
            column(&transactions["nodes"], "/order/affiliate/code")
                .iter()
                .all(|it| it == code)
        );
    }
    let others = "query($id: ID!) {
        affiliate(id: $id) { code } node(id: $id) { id } affiliateByCode(code: \"bert\") { code }
        orderByExternalId(externalId: \"4\") { number } unpromoted: orderByExternalId(externalId: \"8\") { number }
        own: orderByExternalId(externalId: \"1\") { number transactions { amount { amount currency } } }
    }";
    let id = json!({"id": shop.affiliate_id(shop.bert)});
    let seen = data(&app, &anna, others, id.clone()).await;
    for field in [
        "affiliate",
        "node",
        "affiliateByCode",
        "orderByExternalId",
        "unpromoted",
    ] {
        assert_eq!(seen[field], Value::Null, "{field}");
    }
    let earned = json!([{"amount": {"amount": "10.00", "currency": "EUR"}}]);
    assert_eq!(seen["own"]["transactions"], earned);
    let filter = "query($id: ID!) { transactions(filter: {affiliateId: $id}) { totalCount } }";
    let (_, message) = refusal(&app, &anna, filter, id).await;
    assert_eq!(message, "there is no such affiliate");
}

async fn of_an_order_that_two_have_a_part_in_each_sees_its_own(app: TestApp) {
    let shop = shop(&app).await;
    let scope = reports::Scope::shop(shop.id);
    let db = app.database.reader();
    let order = reports::find_order_by_external_id(db, scope, None, "1").await;
    let bonus = CreateTransaction {
        affiliate_id: shop.bert,
        order_id: order.unwrap().map(|it| it.id),
        kind: TransactionKind::Manual,
        amount: "7.00".to_owned(),
        currency: "EUR".to_owned(),
        note: None,
    };
    ledger::write(&app, shop.id, &author(), &bonus)
        .await
        .unwrap();
    let document = "{ orderByExternalId(externalId: \"1\") {
        promoted affiliate { code } transactions { affiliate { code } } } }";
    for (viewer, promoted, affiliate, earners) in [
        (admin(shop.id), true, json!("anna"), vec!["anna", "bert"]),
        (
            affiliate(shop.id, shop.anna),
            true,
            json!("anna"),
            vec!["anna"],
        ),
        (
            affiliate(shop.id, shop.bert),
            false,
            json!(null),
            vec!["bert"],
        ),
    ] {
        let seen = data(&app, &viewer, document, json!({})).await;
        let order = &seen["orderByExternalId"];
        assert_eq!(order["promoted"], promoted);
        assert_eq!(order["affiliate"]["code"], affiliate);
        assert_eq!(column(&order["transactions"], "/affiliate/code"), earners);
    }
}

async fn what_the_staff_did_is_not_told_to_affiliates(app: TestApp) {
    let shop = shop(&app).await;
    let admin = admin(shop.id);
    let order = "{ orderByExternalId(externalId: \"1\") { transactions { id } } }";
    let order = data(&app, &admin, order, json!({})).await;
    let id = order["orderByExternalId"]["transactions"][0]["id"].clone();
    let (_, transaction_id) = decode(NodeKind::Transaction, &id.as_str().unwrap().into()).unwrap();
    let change = OverrideStatus {
        transaction_id,
        status: TransactionStatus::Cancelled,
        reason: OverrideReason::SelfReferral,
        note: Some("We found your own address.".to_owned()),
        pinned: None,
        expected_version: None,
    };
    ledger::write(&app, shop.id, &author(), &change)
        .await
        .unwrap();
    let history = "query($id: ID!) { transaction(id: $id) { note history { totalCount nodes {
        sequence at from to actor pinned note actorName reason syncRun { state } } } } }";
    let variables = json!({ "id": id });
    let told = data(&app, &admin, history, variables.clone()).await;
    let changes = &told["transaction"]["history"]["nodes"];
    assert_eq!(column(changes, "/to"), ["COMPLETED", "CANCELLED"]);
    assert_eq!(column(changes, "/actorName"), ["null", "Olga"]);
    assert_eq!(column(changes, "/reason"), ["null", "SELF_REFERRAL"]);
    assert_eq!(changes[0]["syncRun"]["state"], "SUCCEEDED");
    assert_eq!(
        (&changes[0]["pinned"], &changes[1]["pinned"]),
        (&json!(false), &json!(true))
    );
    let told = data(&app, &affiliate(shop.id, shop.anna), history, variables).await;
    let changes = &told["transaction"]["history"]["nodes"];
    assert_eq!(told["transaction"]["history"]["totalCount"], 2);
    assert_eq!(changes[1]["note"], "We found your own address.");
    for change in changes.as_array().unwrap() {
        for field in ["actorName", "reason", "syncRun"] {
            assert_eq!(change[field], Value::Null, "{field}");
        }
    }
}

/// What an affiliate asks, and the whole answer to it.
async fn what_was_refused_is_null_in_its_place(app: TestApp) {
    let shop = shop(&app).await;
    let anna = affiliate(shop.id, shop.anna);
    let tea = json!({"name": "Tea"});
    for (document, expected) in [
        (
            "{ ordersReport { totalCount } a: shop { name } lastSync { healthy } b: shop { name } }",
            json!({"ordersReport": null, "a": tea, "lastSync": null, "b": tea}),
        ),
        (
            "{ ordersReport { totalCount } }",
            json!({"ordersReport": null}),
        ),
        ("{ shop { settings { waitDays } } }", json!({"shop": null})),
        (
            "{ a: shop { name } shop { name ...S } } fragment S on Shop { settings { waitDays } }",
            json!({"a": tea, "shop": null}),
        ),
        (
            "{ viewer { name shops { name settings { waitDays } } } }",
            json!(null),
        ),
        (
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } shop { name } }",
            json!(null),
        ),
    ] {
        let too_many = json!({"ids": vec![encode_shop(shop.id).to_string(); 251]});
        let answer = ask(&app, &anna, document, too_many).await;
        assert_eq!(answer.get("data"), Some(&expected), "{document}");
        assert!(answer["errors"][0]["path"].is_array(), "{answer}");
    }
}
