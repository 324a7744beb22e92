//! What honest callers ask is let in: tools that look at the schema, the page at `/`, the demo, the README and
//! dashboards that show all that one page can hold.

use std::fs;

use cashable::demo;
use cashable::http::Settings;
use serde_json::{Value, json};

use super::Server;
use crate::support::{START, repository};

/// As clients of GraphQL send it to learn of a schema.
const INTROSPECTION: &str = "
    query IntrospectionQuery {
      __schema {
        description
        queryType { name kind } mutationType { name kind } subscriptionType { name kind }
        types { ...FullType }
        directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
      }
    }
    fragment FullType on __Type {
      kind name description specifiedByURL isOneOf
      fields(includeDeprecated: true) {
        name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
      }
      inputFields(includeDeprecated: true) { ...InputValue }
      interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
    fragment TypeRef on __Type {
      kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
        ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
    }";

const DASHBOARD: &str = r"
    query Dashboard($from: Date!, $to: Date!) {
      days: kpi(from: $from, to: $to, interval: DAY) { totals { ...Figures } previous { ...Figures } points { from to kpi { ...Figures } } }
      months: kpi(from: $from, to: $to) { asOf otherCurrencies points { from kpi { ...Figures } } }
      ordersReport(first: 250) {
        totalCount
        summary { status orders total { ...Amount } refunded { ...Amount } net { ...Amount } }
        edges {
          cursor
          node {
            id status inProgress nativeStatus cancelReason source externalId number placedAt statusChangedAt completedAt
            total { ...Amount } refunded { ...Amount } promoted
            affiliate { id code name active }
            transactions { id kind status statusChangedAt statusSetBy cashable pinned diverged waitsUntil blockers amount { ...Amount } }
          }
        }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
      promotedOrderCounts(first: 100) { nodes { affiliate { id code name } count newOrders completeOrders cancelledOrders countedAt } }
      lastSync { finishedAt attemptedAt nextRunAt healthy run { id state } }
    }
    fragment Amount on Money { amount currency }
    fragment Figures on Kpi {
      orders newOrders completeOrders cancelledOrders fakeOrders completionRate cancellationRate
      revenue { ...Amount } pendingRevenue { ...Amount } lostRevenue { ...Amount } averageOrderValue { ...Amount }
      promotedOrders promotedOrderShare promotedRevenue { ...Amount }
      commissionPending { ...Amount } commissionCashable { ...Amount } commissionCancelled { ...Amount }
    }";

/// How many values a JSON text holds, objects and lists among them.
fn values(json: &Value) -> u64 {
    match json {
        Value::Array(elements) => 1 + elements.iter().map(values).sum::<u64>(),
        Value::Object(fields) => 1 + fields.values().map(values).sum::<u64>(),
        _ => 1,
    }
}

/// Its cost is said beforehand as little too low as too high.
#[tokio::test]
async fn tools_may_look_at_the_schema() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let answer = server.ask(INTROSPECTION).await;
    answer.assert_data();
    let values = values(&answer.json()["data"]);
    let cost = answer.cost();
    assert!(
        (values / 2..values * 5).contains(&cost),
        "{values} values for {cost} points"
    );
}

/// Introspections can go round in the schema, each time over more of it.
#[tokio::test]
async fn nobody_looks_at_the_schema_in_circles() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let around = |times| {
        format!(
            "{{ __schema {{ types {}name{} }} }}",
            "{ fields { type { ofType ".repeat(times) + "{ ",
            " }".repeat(times * 3 + 1)
        )
    };
    for times in 1..=4 {
        let query = around(times);
        let answer = server.ask(&query).await;
        if answer.json()["data"].is_object() {
            assert!(
                values(&answer.json()["data"]) <= answer.cost(),
                "{times}: {}",
                answer.cost()
            );
        } else {
            assert_eq!(
                (answer.code(), times > 3),
                ("QUERY_TOO_COMPLEX".into(), true)
            );
        }
    }
}

#[tokio::test]
async fn a_large_dashboard_is_one_query() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let days = json!({ "from": "2026-01-01", "to": "2026-12-31" });
    server.ask_with(DASHBOARD, days).await.assert_data();
    let most = json!({ "from": "2024-01-01", "to": "2026-12-31" });
    let query = "query($from: Date!, $to: Date!) { kpi(from: $from, to: $to, interval: DAY) { points { from kpi {
        orders completeOrders cancelledOrders completionRate revenue { amount currency } commissionCashable { amount }
    } } } }";
    server.ask_with(query, most).await.assert_data();
}

#[tokio::test]
async fn what_the_program_itself_proposes_is_let_in() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    for query in demo::queries(START) {
        server.ask(&query.text).await.assert_data();
    }
    let read = |path| fs::read_to_string(repository(path)).unwrap();
    // Whatever the page sends stands between backticks, and what curl sends between quotes.
    let page = read("src/http/explorer.js");
    let constant = page.split_once("const TYPE = \"").unwrap().1;
    let page = page.replace("${TYPE}", constant.split_once('"').unwrap().0);
    let of_page = page.split('`').skip(1).step_by(2);
    let of_page = of_page.filter(|text| text.contains('{') && !text.contains("${"));
    let readme = read("README.md");
    let of_readme = readme
        .split(r#"{"query":""#)
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let days = json!({ "from": "2026-01-01", "to": "2026-12-31", "filter": {} });
    let mut asked = 0;
    for query in of_page.chain(of_readme) {
        let answer = server.ask_with(query, days.clone()).await;
        assert!(
            answer.json()["data"].is_object(),
            "{query}: {}",
            answer.text
        );
        asked += 1;
    }
    assert!(asked >= 7, "only {asked} were found");
}

/// 5,000 orders with all that can be said of one.
#[tokio::test]
async fn a_large_import_is_let_in() {
    let (_app, server) = Server::on_sqlite(&Settings::default()).await;
    let order = |id: usize| {
        json!({
            "externalId": format!("{:>200}x", id), "nativeStatus": "", "number": "x".repeat(100), "placedAt": "2026-01-01T10:00:00Z",
            "changedAt": "2026-01-01T10:00:00Z", "completedAt": "2026-01-01T10:00:00Z", "total": "1.00", "refunded": "0.00",
            "currency": "EUR", "cancelReason": "OTHER", "affiliateCode": "anna", "commission": "0.10",
        })
    };
    let orders: Vec<_> = (0..5_000).map(order).collect();
    let query = "mutation($orders: [OrderInput!]!) { importOrders(input: { orders: $orders }) {
        created failed { index externalId code message } userErrors { message }
    } }";
    let answer = server.ask_with(query, json!({ "orders": orders })).await;
    assert_eq!(answer.json().get("errors"), None, "{}", &answer.text[..200]);
    assert!(answer.cost() > 50_000);
}
