//! Questions and reports that cannot be: over the wire each is told what is wrong with what, and nothing of
//! it is half written.

use axum::http::StatusCode;
use cashable::ledger::{CreateToken, NewShop, create_shop, shop_id_of, write};
use entity::words::Role;
use entity::{affiliate, affiliate_transaction as transaction, order};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::{Answer, admin, author, post, send};
use crate::support::{TestApp, on_both};

on_both!(
    a_bad_question_is_told_what_is_wrong_with_it,
    a_cursor_of_another_field_or_order_is_refused,
    an_id_of_another_shop_is_as_if_not_there,
    a_bad_order_is_told_what_is_wrong_and_leaves_nothing,
    an_amount_that_is_no_number_refuses_the_call,
    a_bad_order_does_not_keep_the_others_out,
);

const BEYOND: &str = "1000000000000000000";

async fn ask(app: &TestApp, bearer: &str, query: &str, variables: Value) -> Answer {
    let body = json!({ "query": query, "variables": variables });
    send(app, post(bearer, body.to_string())).await
}

/// The data of an answer without errors.
async fn data(app: &TestApp, bearer: &str, query: &str, variables: Value) -> Value {
    let answer = ask(app, bearer, query, variables).await.json();
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"].clone()
}

/// What importing these orders comes to.
async fn import(app: &TestApp, bearer: &str, orders: Value) -> Value {
    let query = "mutation($orders: [OrderInput!]!) { importOrders(input: { orders: $orders }) {
        created changed unchanged stale failed { index externalId code message } userErrors { message }
    } }";
    data(app, bearer, query, json!({ "orders": orders })).await["importOrders"].clone()
}

fn order_of(id: &str, total: &str) -> Value {
    json!({
        "externalId": id,
        "nativeStatus": "new",
        "placedAt": "2026-01-01T10:00:00Z",
        "total": total,
        "affiliateCode": "anna",
    })
}

async fn rows(app: &TestApp) -> [u64; 3] {
    let db = app.behind_its_back();
    [
        order::Entity::find().count(db).await.unwrap(),
        transaction::Entity::find().count(db).await.unwrap(),
        affiliate::Entity::find().count(db).await.unwrap(),
    ]
}

/// A root field, and what is said of it.
#[rustfmt::skip]
const QUESTIONS: [(&str, &str); 15] = [
    ("ordersReport(first: 100000) { totalCount }", "first must lie between 0 and 250, not 100000"),
    ("transactions(last: 251) { totalCount }", "last must lie between 0 and 250, not 251"),
    ("affiliates(first: -1) { totalCount }", "first must lie between 0 and 250, not -1"),
    ("syncRuns(first: 1, last: 1) { totalCount }", "first and last exclude each other"),
    ("ordersReport(after: \"nonsense\") { totalCount }", "this cursor belongs to another field or order"),
    ("kpi(from: \"2026-02-01\", to: \"2026-01-31\") { from }", "from (2026-02-01) must not be after to (2026-01-31)"),
    ("promotedOrderCounts(from: \"2026-02-01\", to: \"2026-01-31\") { totalCount }", "from must not be after to"),
    ("ordersReport(filter: { placedFrom: \"2026-02-01\", placedTo: \"2026-01-31\" }) { totalCount }", "placedFrom must not be after placedTo"),
    ("transactions(filter: { createdFrom: \"2026-02-01\", createdTo: \"2026-01-31\" }) { totalCount }", "createdFrom must not be after createdTo"),
    ("kpi(from: \"0000-01-01\", to: \"2026-01-31\") { from }", "0000-01-01"),
    ("kpi(from: \"2026-02-30\", to: \"2026-03-31\") { from }", "2026-02-30"),
    ("kpi(from: \"1990-01-01\", to: \"2026-01-31\", interval: DAY) { from }", "1100"),
    ("kpi(from: \"2026-01-01\", to: \"2026-01-31\", currency: \"ZZZ\") { from }", "\"ZZZ\" is not a currency of ISO 4217"),
    ("order(id: \"nonsense\") { number }", "\"nonsense\" is not the id of an order"),
    ("shop(id: \"nonsense\") { name }", "\"nonsense\" is not the id of a shop"),
];

async fn a_bad_question_is_told_what_is_wrong_with_it(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    for (field, part) in QUESTIONS {
        let answer = ask(&app, &bearer, &format!("{{ {field} }}"), json!({})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{field}: {}", answer.text);
        assert!(
            answer.message().contains(part),
            "{field}: {}",
            answer.message()
        );
    }
    let answer = ask(&app, "Bearer cashable_x", "{ viewer { name } }", json!({})).await;
    assert_eq!(
        (answer.status, answer.code()),
        (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED".into())
    );
    assert!(answer.message().contains("token"), "{}", answer.message());
}

async fn a_cursor_of_another_field_or_order_is_refused(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    import(
        &app,
        &bearer,
        json!([order_of("1", "5"), order_of("2", "6")]),
    )
    .await;
    let query = "{ ordersReport(first: 1) { pageInfo { endCursor } } affiliates { pageInfo { endCursor } } }";
    let cursors = data(&app, &bearer, query, json!({})).await;
    let orders = &cursors["ordersReport"]["pageInfo"]["endCursor"];
    let affiliates = &cursors["affiliates"]["pageInfo"]["endCursor"];
    for (field, cursor) in [
        ("ordersReport(after: $cursor)", affiliates),
        ("ordersReport(before: $cursor)", affiliates),
        ("transactions(after: $cursor)", orders),
        ("promotedOrderCounts(after: $cursor)", affiliates),
        (
            "ordersReport(after: $cursor, orderBy: { field: TOTAL, direction: DESC })",
            orders,
        ),
        (
            "ordersReport(after: $cursor, orderBy: { field: PLACED_AT, direction: ASC })",
            orders,
        ),
    ] {
        let query = format!("query($cursor: String) {{ {field} {{ totalCount }} }}");
        let answer = ask(&app, &bearer, &query, json!({ "cursor": cursor })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{field}: {}", answer.text);
        assert_eq!(
            answer.message(),
            "this cursor belongs to another field or order"
        );
    }
    let query = "query($cursor: String) { ordersReport(after: $cursor) { nodes { externalId } } }";
    let rest = data(&app, &bearer, query, json!({ "cursor": orders })).await;
    assert_eq!(
        rest["ordersReport"]["nodes"],
        json!([{ "externalId": "1" }])
    );
}

/// An admin's bearer in a second shop.
async fn neighbour(app: &TestApp) -> String {
    let shop = NewShop {
        name: "Next".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    create_shop(app, &shop).await.unwrap();
    let create = CreateToken {
        name: "Bob".to_owned(),
        role: Role::Admin,
        affiliate_id: None,
        expires_at: None,
    };
    let created = write(app, shop_id_of("Next"), &author(), &create).await;
    format!("Bearer {}", created.unwrap().secret)
}

async fn an_id_of_another_shop_is_as_if_not_there(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let next = neighbour(&app).await;
    import(&app, &bearer, json!([order_of("1", "5")])).await;
    let query = "{ viewer { shops { id } } ordersReport { nodes { id transactions { id affiliate { id } } } } }";
    let ours = data(&app, &bearer, query, json!({})).await;
    let order = &ours["ordersReport"]["nodes"][0];
    let transaction = &order["transactions"][0];
    let ids = [
        &order["id"],
        &transaction["id"],
        &transaction["affiliate"]["id"],
    ];
    let query = "query($o: ID!, $t: ID!, $a: ID!) {
        order(id: $o) { id } transaction(id: $t) { id } affiliate(id: $a) { id } node(id: $o) { id } nodes(ids: [$t]) { id }
    }";
    let asked = json!({ "o": ids[0], "t": ids[1], "a": ids[2] });
    let theirs = data(&app, &next, query, asked).await;
    assert_eq!(
        theirs,
        json!({ "order": null, "transaction": null, "affiliate": null, "node": null, "nodes": [null] })
    );
    let set = "mutation($t: ID!) { overrideTransactionStatus(input: { transactionId: $t, status: COMPLETED, reason: OTHER }) {
        transaction { id } userErrors { code message }
    } }";
    let refused = data(&app, &next, set, json!({ "t": ids[1] })).await;
    assert_eq!(
        refused["overrideTransactionStatus"],
        json!({ "transaction": null, "userErrors": [{ "code": "NOT_FOUND", "message": "there is no such transaction" }] })
    );
    let shop = &ours["viewer"]["shops"][0]["id"];
    let query = "query($shop: ID) { ordersReport(shopId: $shop) { totalCount } }";
    let answer = ask(&app, &next, query, json!({ "shop": shop })).await;
    assert_eq!(
        (answer.code(), answer.message().as_str()),
        ("BAD_USER_INPUT".into(), "there is no such shop")
    );
}

async fn a_bad_order_is_told_what_is_wrong_and_leaves_nothing(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    for (field, value, message) in [
        (
            "total",
            "-0.01",
            "total must not be negative, it is -0.01".to_owned(),
        ),
        (
            "total",
            BEYOND,
            format!("total is too large: \"{BEYOND}\" (currency EUR)"),
        ),
        (
            "total",
            "100000000000.01",
            "total must be at most 100000000000.00 EUR, it is 100000000000.01".to_owned(),
        ),
        (
            "total",
            "5.123",
            "total may have at most 2 digits after the point, \"5.123\" has more (currency EUR)"
                .to_owned(),
        ),
        (
            "currency",
            "ZZZ",
            "\"ZZZ\" is not a currency of ISO 4217".to_owned(),
        ),
        (
            "refunded",
            "5.01",
            "refunded (5.01) must not be more than the total (5.00); totals are before refunds"
                .to_owned(),
        ),
        (
            "commission",
            BEYOND,
            format!("commission is too large: \"{BEYOND}\" (currency EUR)"),
        ),
        (
            "placedAt",
            "0000-01-01T00:00:00Z",
            "placedAt must lie in the years 1970 to 2199, \"0000-01-01T00:00:00+00:00\" does not"
                .to_owned(),
        ),
        ("externalId", " ", "externalId must not be empty".to_owned()),
    ] {
        let mut order = order_of("1", "5");
        order[field] = json!(value);
        let answer = import(&app, &bearer, json!([order])).await;
        let failed = &answer["failed"][0];
        assert_eq!(
            (&answer["created"], &failed["code"]),
            (&json!(0), &json!("INVALID"))
        );
        assert_eq!(failed["message"], message.as_str());
        assert_eq!(rows(&app).await, [0, 0, 0], "{field} {value}");
    }
}

/// What is no number or time at all is no document of this schema, so nothing of it is read.
async fn an_amount_that_is_no_number_refuses_the_call(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let query = "mutation($orders: [OrderInput!]!) { importOrders(input: { orders: $orders }) { created } }";
    for (field, value) in [
        ("total", "1,5"),
        ("total", "1e3"),
        ("placedAt", "2026-01-01"),
    ] {
        let mut order = order_of("2", "5");
        order[field] = json!(value);
        let asked = json!({ "orders": [order_of("1", "5"), order] });
        let answer = ask(&app, &bearer, query, asked).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT");
        assert!(
            answer.message().contains(&format!("\"{value}\" is not")),
            "{}",
            answer.text
        );
        assert_eq!(rows(&app).await, [0, 0, 0], "{field} {value}");
    }
}

async fn a_bad_order_does_not_keep_the_others_out(app: TestApp) {
    let (_, bearer) = admin(&app, None).await;
    let orders = json!([
        order_of("1", "5"),
        order_of("2", BEYOND),
        order_of("1", "6"),
        order_of("3", "7")
    ]);
    let answer = import(&app, &bearer, orders.clone()).await;
    assert_eq!(answer["created"], 2);
    let failed = answer["failed"].as_array().unwrap();
    let told: Vec<_> = failed
        .iter()
        .map(|it| (&it["index"], &it["code"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!(1), &json!("INVALID")),
            (&json!(2), &json!("DUPLICATE"))
        ]
    );
    assert_eq!(rows(&app).await, [2, 2, 1]);
    assert_eq!(import(&app, &bearer, orders).await["unchanged"], 2);
    let many: Vec<Value> = (0..5_001)
        .map(|number| order_of(&number.to_string(), "5"))
        .collect();
    let answer = import(&app, &bearer, json!(many)).await;
    assert_eq!(
        answer["userErrors"][0]["message"],
        "one call may carry 5000 orders, this one has 5001"
    );
    assert_eq!(rows(&app).await, [2, 2, 1]);
}
