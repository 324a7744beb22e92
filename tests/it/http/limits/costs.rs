//! What operations cost, as each answer tells it: one point for each byte of text and each value that the answer
//! may have, a hundred for each page, count or root field, and more for what is large.

use cashable::http::Settings;
use serde_json::{Value, json};

use super::{PLAIN, Server};

/// A query, its variables, and what it costs beside its text.
#[rustfmt::skip]
fn prices() -> Vec<(&'static str, Value, u64)> {
    let none = json!({});
    vec![
        ("{ __typename }", none.clone(), 1),
        (PLAIN, none.clone(), 100 + 2),
        ("{ viewer { name role affiliate { code } } }", none.clone(), 100 + 5),
        ("{ viewer { ...F } } fragment F on Viewer { name role }", none.clone(), 100 + 3),
        ("{ viewer { ... { name } ... on Viewer { role } } }", none.clone(), 100 + 3),
        ("{ viewer { name role @skip(if: true) } }", none.clone(), 100 + 3),
        // Pages are taken to be full, and to have fifty rows where nothing is said.
        ("{ ordersReport { nodes { number } } }", none.clone(), 101 + 50 * 2),
        ("{ ordersReport(first: 10) { nodes { number } } }", none.clone(), 101 + 10 * 2),
        ("{ ordersReport(last: 20) { nodes { number } } }", none.clone(), 101 + 20 * 2),
        ("{ ordersReport(first: null) { nodes { number } } }", none.clone(), 101 + 50 * 2),
        ("{ ordersReport(first: 0) { nodes { number } } }", none.clone(), 101),
        ("query($n: Int) { ordersReport(first: $n) { nodes { number } } }", json!({ "n": 30 }), 101 + 30 * 2),
        ("query($n: Int) { ordersReport(first: $n) { nodes { number } } }", none.clone(), 101 + 50 * 2),
        ("query($n: Int = 7) { ordersReport(first: $n) { nodes { number } } }", none.clone(), 101 + 7 * 2),
        ("query($n: Int = 7) { ordersReport(first: $n) { nodes { number } } }", json!({ "n": 8 }), 101 + 8 * 2),
        ("{ ordersReport(first: 9) { ...F } } fragment F on OrdersReportConnection { nodes { number } }", none.clone(), 101 + 9 * 2),
        ("{ ordersReport(first: 9) { edges { cursor node { number } } pageInfo { endCursor } } }", none.clone(), 101 + 9 * 4 + 2),
        ("{ ordersReport(first: 9) { totalCount summary { orders net { amount } } } }", none.clone(), 101 + 101 + 100 + 9 * 4),
        // What is read for each row is paid for each row.
        ("{ affiliates(first: 10) { nodes { transactions(first: 5) { nodes { status } } } } }", none.clone(),
            101 + 10 * (1 + 101 + 5 * 2)),
        ("{ ordersReport(first: 10) { nodes { affiliate { code } transactions { status } } } }", none.clone(),
            101 + 10 * (1 + 2 + 4 * 2)),
        // A year of months, a month of days, and as many points as there can be.
        ("{ kpi(from: \"2026-01-01\", to: \"2026-12-31\") { points { from } } }", none.clone(), 101 + 15 * 2),
        ("{ kpi(from: \"2026-01-01\", to: \"2026-01-31\", interval: DAY) { points { from } } }", none.clone(), 101 + 31 * 2),
        ("query($i: KpiInterval) { kpi(from: \"2026-01-01\", to: \"2026-01-28\", interval: $i) { points { from } } }",
            json!({ "i": "WEEK" }), 101 + 6 * 2),
        ("{ nodes(ids: [\"a\", \"b\", \"c\"]) { id } }", none.clone(), 100 + 3 * 2),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ["a", "b"] }), 100 + 2 * 2),
        // Of two operations, the one that is named; none is here, and the dearer could be.
        ("query A { __typename } query B { viewer { name } }", none, 102),
    ]
}

#[tokio::test]
async fn an_answer_tells_what_it_cost() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    for (query, variables, price) in prices() {
        let answer = server.ask_with(query, variables.clone()).await;
        assert_eq!(
            answer.cost(),
            query.len() as u64 + price,
            "{query} {variables}"
        );
    }
}

#[tokio::test]
async fn imports_and_large_arguments_cost_what_they_are() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let query = "mutation($orders: [OrderInput!]!) { importOrders(input: { orders: $orders }) { failed { index } } }";
    let cost = async |orders: Value| {
        let answer = server.ask_with(query, json!({ "orders": orders })).await;
        answer.cost() - query.len() as u64
    };
    assert_eq!(cost(json!([])).await, 101);
    let order = json!({ "externalId": "" });
    assert_eq!(
        cost(json!([order, order, order])).await,
        101 + 3 * 10 + 3 * 2
    );
    assert_eq!(
        cost(json!([{ "externalId": "x".repeat(51_200) }])).await,
        101 + 100 + 10 + 2
    );
    let long = "x".repeat(6_400);
    let query = format!("{{ viewer {{ {long}: name }} }}");
    assert_eq!(
        server.ask(&query).await.cost(),
        query.len() as u64 + 102 + 200
    );
}

/// A variable that is used often is copied as often.
#[tokio::test]
async fn a_large_variable_used_often_is_refused() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let query = format!(
        "query($a: ID!) {{ nodes(ids: [{}]) {{ id }} }}",
        "$a ".repeat(5_000)
    );
    let answer = server
        .ask_with(&query, json!({ "a": "x".repeat(100_000) }))
        .await;
    assert_eq!(
        (answer.code(), answer.told()["limit"].clone()),
        ("QUERY_TOO_COMPLEX".into(), "points of cost".into())
    );
    assert!(
        answer.told()["found"].as_u64() > Some(900_000),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn an_answer_tells_what_is_left() {
    let (app, server) = Server::on_sqlite(&Settings::default()).await;
    let first = server.ask(PLAIN).await;
    let price = first.cost();
    assert_eq!(
        first.json()["extensions"]["cost"],
        json!({ "requested": price, "limit": 100_000, "left": 1_000_000 - price, "capacity": 1_000_000, "refillPerSecond": 100_000 })
    );
    let left = async || server.ask(PLAIN).await.json()["extensions"]["cost"]["left"].clone();
    assert_eq!(left().await, json!(1_000_000 - 2 * price));
    app.clock.set(entity::Instant(app.clock.now().0 + 1));
    assert_eq!(left().await, json!(1_000_000 - 3 * price + 100));
    // Also where a field was refused.
    let answer = server.ask("{ order(id: \"x\") { id } }").await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
    assert!(answer.cost() > 100);
}
