//! Each field is the same whether it is asked for alone, so that its own columns are read, or with all others.

use entity::order;
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use serde_json::{Value, json};

use super::{Shop, shop};
use crate::support::graphql::{admin, data};
use crate::support::{START, TestApp, on_both};

on_both!(a_field_alone_is_what_it_is_among_all);

/// Fields that are no values, and how they are asked for; whoever asks for them too has everything read.
const EVERYTHING: [(&str, &str); 3] = [
    ("Order", "history { totalCount }"),
    ("Affiliate", "balance { cashable { amount } }"),
    ("Transaction", "blockers"),
];

async fn a_field_alone_is_what_it_is_among_all(app: TestApp) {
    let shop = shop(&app).await;
    make_each_field_say_something(&app, &shop).await;
    let [orders, affiliates, transactions] = ["Order", "Affiliate", "Transaction"];
    let fields = [
        fields_of(&app, &shop, orders).await,
        fields_of(&app, &shop, affiliates).await,
        fields_of(&app, &shop, transactions).await,
    ];
    let all = [0, 1, 2].map(|at| format!("{} {}", fields[at].join(" "), EVERYTHING[at].1));
    let all = page(&app, &shop, &all).await;
    let longest = fields.iter().map(Vec::len).max().unwrap_or_default();
    for number in 0..longest {
        let asked = [0, 1, 2].map(|at| fields[at][number % fields[at].len()].clone());
        let alone = page(&app, &shop, &asked).await;
        assert!(says_something(&alone), "{asked:?}: {alone}");
        assert_is_part(&alone, &all, &asked);
        let id = all["nodes"][0]["id"].clone();
        let alone = one(&app, &shop, &asked, &id).await;
        assert_is_part(&alone, &all["nodes"][0], &asked);
    }
}

/// Nothing is as it would be if it had not been read.
async fn make_each_field_say_something(app: &TestApp, shop: &Shop) {
    let admin = admin(shop.id);
    let rate =
        "mutation($id: ID!) { updateAffiliate(input: {affiliateId: $id, commissionRate: \"7\"}) {
        userErrors { message } } }";
    for id in [shop.anna, shop.bert] {
        data(app, &admin, rate, json!({"id": shop.affiliate_id(id)})).await;
    }
    let list = "{ transactions { nodes { id } } }";
    let list = data(app, &admin, list, json!({})).await;
    let over = "mutation($id: ID!) { overrideTransactionStatus(input: {transactionId: $id, status: COMPLETED,
        reason: OTHER, note: \"paid\"}) { userErrors { message } } }";
    let gone = order::Entity::update_many()
        .col_expr(order::Column::MissedAt, Expr::value(START.0))
        .col_expr(order::Column::GoneAt, Expr::value(START.0))
        .exec(app.behind_its_back());
    gone.await.unwrap();
    for transaction in list["transactions"]["nodes"].as_array().unwrap() {
        data(app, &admin, over, json!({"id": transaction["id"]})).await;
    }
}

/// The fields of a type that are values.
async fn fields_of(app: &TestApp, shop: &Shop, of: &str) -> Vec<String> {
    let document = "query($name: String!) { __type(name: $name) { fields { name type { name kind
        ofType { name kind } } } } }";
    let told = data(app, &admin(shop.id), document, json!({"name": of})).await;
    let fields = told["__type"]["fields"].as_array().unwrap().iter();
    let asked = fields.filter_map(|field| {
        let inner = &field["type"]["ofType"];
        let ty = if inner.is_null() {
            &field["type"]
        } else {
            inner
        };
        let name = field["name"].as_str().unwrap();
        match (ty["kind"].as_str(), ty["name"].as_str()) {
            (Some("SCALAR" | "ENUM"), _) => Some(name.to_owned()),
            (_, Some("Money")) => Some(format!("{name} {{ amount currency }}")),
            _ => None,
        }
    });
    asked.collect()
}

fn selection([of_order, of_affiliate, of_transaction]: &[String; 3]) -> String {
    format!("{of_order} affiliate {{ {of_affiliate} }} transactions {{ {of_transaction} }}")
}

async fn page(app: &TestApp, shop: &Shop, asked: &[String; 3]) -> Value {
    let document = format!("{{ ordersReport {{ nodes {{ {} }} }} }}", selection(asked));
    data(app, &admin(shop.id), &document, json!({})).await["ordersReport"].take()
}

async fn one(app: &TestApp, shop: &Shop, asked: &[String; 3], id: &Value) -> Value {
    let document = format!(
        "query($id: ID!) {{ order(id: $id) {{ {} }} }}",
        selection(asked)
    );
    data(app, &admin(shop.id), &document, json!({"id": id})).await["order"].take()
}

/// Whether at least one of the orders, of their affiliates and of their transactions has a value of its own.
fn says_something(page: &Value) -> bool {
    let nodes = page["nodes"].as_array().unwrap();
    let has = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_i64() != Some(0),
        Value::Object(money) => money["amount"] != "0.00",
        _ => true,
    };
    let of = |object: &Value| {
        let own = object.as_object().into_iter().flatten();
        let mut own =
            own.filter(|(name, _)| !["affiliate", "transactions"].contains(&name.as_str()));
        own.any(|(_, value)| has(value))
    };
    let any_order = nodes.iter().any(of);
    let any_affiliate = nodes.iter().any(|node| of(&node["affiliate"]));
    let any_transaction = nodes.iter().any(|node| of(&node["transactions"][0]));
    any_order && any_affiliate && any_transaction
}

/// Whatever was asked for alone is the same among all.
fn assert_is_part(alone: &Value, all: &Value, asked: &[String; 3]) {
    match (alone, all) {
        (Value::Object(some), Value::Object(_)) => {
            for (name, value) in some {
                assert_is_part(value, &all[name], asked);
            }
        }
        (Value::Array(some), Value::Array(every)) => {
            assert_eq!(some.len(), every.len(), "{asked:?}");
            for (value, of_all) in some.iter().zip(every) {
                assert_is_part(value, of_all, asked);
            }
        }
        _ => assert_eq!(alone, all, "{asked:?}"),
    }
}
