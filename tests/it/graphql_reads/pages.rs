//! Pages, cursors and what orders and filters make of a list.

use serde_json::{Value, json};

use super::{column, shop};
use crate::support::graphql::{admin, analyst, data, refusal};
use crate::support::world::World;
use crate::support::{TestApp, on_both};

on_both!(
    a_list_is_read_in_pages_both_ways,
    a_page_of_no_rows_tells_what_is_beside_it,
    pages_and_cursors_that_do_not_fit_are_refused,
    filters_and_orders_choose_and_sort,
    affiliates_are_found_by_name_in_any_case,
    texts_that_no_database_takes_are_refused,
    texts_longer_than_any_that_is_stored_are_refused,
);

const PAGE: &str = "query($first: Int, $after: String, $last: Int, $before: String) {
    ordersReport(first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { number } edges { cursor node { number } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

async fn a_list_is_read_in_pages_both_ways(app: TestApp) {
    let admin = admin(shop(&app).await.id);
    let newest_first = ["8", "7", "5", "4", "6", "3", "2", "1"];
    let mut walked = Vec::new();
    let mut after = Value::Null;
    loop {
        let variables = json!({"first": 3, "after": after});
        let page = data(&app, &admin, PAGE, variables).await["ordersReport"].take();
        assert_eq!(page["totalCount"], 8);
        assert_eq!(
            column(&page["nodes"], "/number"),
            column(&page["edges"], "/node/number")
        );
        assert_eq!(page["pageInfo"]["hasPreviousPage"], !walked.is_empty());
        walked.extend(column(&page["nodes"], "/number"));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(walked, newest_first);
    let variables = json!({"last": 3});
    let end = data(&app, &admin, PAGE, variables).await["ordersReport"].take();
    assert_eq!(column(&end["nodes"], "/number"), ["3", "2", "1"]);
    let before = end["pageInfo"]["startCursor"].clone();
    assert_eq!(before, end["edges"][0]["cursor"]);
    let variables = json!({"last": 2, "before": before});
    let middle = data(&app, &admin, PAGE, variables).await["ordersReport"].take();
    assert_eq!(column(&middle["nodes"], "/number"), ["4", "6"]);
    assert_eq!(middle["pageInfo"]["hasNextPage"], true);
    assert_eq!(middle["pageInfo"]["hasPreviousPage"], true);
}

async fn a_page_of_no_rows_tells_what_is_beside_it(app: TestApp) {
    let admin = admin(shop(&app).await.id);
    let one = data(&app, &admin, PAGE, json!({"last": 1})).await;
    let last = one["ordersReport"]["edges"][0]["cursor"].clone();
    let one = data(&app, &admin, PAGE, json!({"first": 1})).await;
    let first = one["ordersReport"]["edges"][0]["cursor"].clone();
    for (variables, has_next, has_previous) in [
        (json!({"first": 0}), true, false),
        (json!({"first": 0, "after": first}), true, true),
        (json!({"first": 0, "after": last}), false, true),
        (json!({"last": 0}), false, true),
        (json!({"last": 0, "before": last}), true, true),
        (json!({"last": 0, "before": first}), true, false),
    ] {
        let page = data(&app, &admin, PAGE, variables.clone()).await["ordersReport"].take();
        assert_eq!(
            (&page["totalCount"], &page["nodes"]),
            (&json!(8), &json!([]))
        );
        let info = json!({"hasNextPage": has_next, "hasPreviousPage": has_previous,
            "startCursor": null, "endCursor": null});
        assert_eq!(page["pageInfo"], info, "{variables}");
    }
}

async fn pages_and_cursors_that_do_not_fit_are_refused(app: TestApp) {
    let admin = admin(shop(&app).await.id);
    let first = data(&app, &admin, PAGE, json!({"first": 1})).await;
    let cursor = first["ordersReport"]["edges"][0]["cursor"].clone();
    for (variables, message) in [
        (
            json!({"first": -1}),
            "first must lie between 0 and 250, not -1",
        ),
        (
            json!({"first": 251}),
            "first must lie between 0 and 250, not 251",
        ),
        (
            json!({"last": -1}),
            "last must lie between 0 and 250, not -1",
        ),
        (
            json!({"first": 1, "last": 1}),
            "first and last exclude each other: give one of them",
        ),
        (
            json!({"after": "garbage"}),
            "this cursor belongs to another field or order",
        ),
    ] {
        let refused = refusal(&app, &admin, PAGE, variables).await;
        assert_eq!(refused, ("BAD_USER_INPUT".to_owned(), message.to_owned()));
    }
    for other in [
        "query($after: String) {
            ordersReport(orderBy: {field: TOTAL, direction: ASC}, after: $after) { totalCount } }",
        "query($after: String) { transactions(after: $after) { totalCount } }",
    ] {
        let (code, message) = refusal(&app, &admin, other, json!({"after": cursor})).await;
        assert_eq!(code, "BAD_USER_INPUT");
        assert_eq!(message, "this cursor belongs to another field or order");
    }
}

#[rustfmt::skip]
async fn filters_and_orders_choose_and_sort(app: TestApp) {
    let shop = shop(&app).await;
    let anna = format!("affiliateId: \"{}\"", shop.affiliate_id(shop.anna));
    for (arguments, numbers) in [
        ("filter: {status: [COMPLETE]}".to_owned(),                          vec!["8", "5", "4", "1"]),
        ("filter: {cancelReason: FAKE}".to_owned(),                          vec!["3"]),
        ("filter: {promoted: false}".to_owned(),                             vec!["8", "7", "5"]),
        (format!("filter: {{{anna}}}"),                                      vec!["3", "2", "1"]),
        ("filter: {placedTo: \"2026-10-13\"}".to_owned(),                    vec!["2", "1"]),
        ("filter: {placedFrom: \"2026-11-19\", currency: \"EUR\"}".to_owned(),   vec!["8", "7"]),
        ("filter: {source: \"file\"}".to_owned(),                            vec![]),
        ("filter: {search: \"5\", status: []}".to_owned(),                   vec!["5"]),
        ("orderBy: {field: TOTAL, direction: DESC}, first: 3".to_owned(),    vec!["5", "4", "1"]),
        ("orderBy: {field: PLACED_AT, direction: ASC}, first: 2".to_owned(), vec!["1", "2"]),
    ] {
        let document = format!("{{ ordersReport({arguments}) {{ nodes {{ number }} }} }}");
        let found = data(&app, &analyst(shop.id), &document, json!({})).await;
        assert_eq!(column(&found["ordersReport"]["nodes"], "/number"), numbers, "{arguments}");
    }
    let counts = "{
        promotedOrderCounts(from: \"2026-11-01\", orderBy: COUNT_DESC) {
            nodes { count newOrders completeOrders affiliate { code promotedOrders { count } } } }
        transactions(filter: {kind: [COMMISSION], createdTo: \"2026-10-13\"}) { totalCount }
        affiliates(search: \"AN\") { nodes { code transactions(filter: {status: [OPEN]}) { totalCount } } }
    }";
    let found = data(&app, &analyst(shop.id), counts, json!({})).await;
    let nodes = &found["promotedOrderCounts"]["nodes"];
    assert_eq!(column(nodes, "/affiliate/code"), ["bert", "anna"]);
    assert_eq!((&nodes[0]["count"], &nodes[1]["count"]), (&json!(2), &json!(0)));
    assert_eq!(nodes[1]["affiliate"]["promotedOrders"]["count"], 3);
    assert_eq!(found["transactions"]["totalCount"], 2);
    assert_eq!(found["affiliates"]["nodes"], json!([{"code": "anna", "transactions": {"totalCount": 1}}]));
}

async fn texts_that_no_database_takes_are_refused(app: TestApp) {
    let admin = admin(shop(&app).await.id);
    for field in [
        "ordersReport(filter: {search: $text}) { totalCount }",
        "ordersReport(filter: {source: $text}) { totalCount }",
        "orderByExternalId(externalId: $text) { id }",
        "orderByExternalId(externalId: \"1\", source: $text) { id }",
        "affiliateByCode(code: $text) { id }",
        "affiliates(search: $text) { totalCount }",
        "node(id: $text) { id }",
        "affiliates(after: $text) { totalCount }",
    ] {
        let is_id = field.starts_with("node");
        let declared = if is_id { "ID!" } else { "String!" };
        let document = format!("query($text: {declared}) {{ {field} }}");
        let (code, _) = refusal(&app, &admin, &document, json!({"text": "a\u{0}b"})).await;
        assert_eq!(code, "BAD_USER_INPUT", "{field}");
    }
}

async fn affiliates_are_found_by_name_in_any_case(app: TestApp) {
    let world = World::open(app).await;
    for (code, name) in [
        ("1", "Élodie"),
        ("2", "ÉLAN"),
        ("3", "Ωmega"),
        ("4", "Elan"),
    ] {
        let input = json!({"code": code, "name": name});
        world.done("createAffiliate", input, "__typename").await;
    }
    for (search, codes) in [
        ("él", vec!["1", "2"]),
        ("ÉL", vec!["1", "2"]),
        ("éL", vec!["1", "2"]),
        ("ωM", vec!["3"]),
        ("el", vec!["4"]),
    ] {
        let document = "query($search: String) {
            affiliates(search: $search) { totalCount nodes { code } } }";
        let found = world.ask(document, json!({ "search": search })).await;
        assert_eq!(
            column(&found["affiliates"]["nodes"], "/code"),
            codes,
            "{search}"
        );
        assert_eq!(found["affiliates"]["totalCount"], codes.len());
    }
}

async fn texts_longer_than_any_that_is_stored_are_refused(app: TestApp) {
    let admin = admin(shop(&app).await.id);
    for (field, name) in [
        ("affiliateByCode(code: $text) { code }", "code"),
        ("affiliates(search: $text) { totalCount }", "search"),
        ("orderByExternalId(externalId: $text) { id }", "externalId"),
        (
            "orderByExternalId(externalId: \"1\", source: $text) { id }",
            "source",
        ),
        (
            "ordersReport(filter: {search: $text}) { totalCount }",
            "search",
        ),
        (
            "ordersReport(filter: {source: $text}) { totalCount }",
            "source",
        ),
    ] {
        let kind = if name == "code" || name == "externalId" {
            "String!"
        } else {
            "String"
        };
        let document = format!("query($text: {kind}) {{ {field} }}");
        data(&app, &admin, &document, json!({"text": "ä".repeat(200)})).await;
        let refused = refusal(&app, &admin, &document, json!({"text": "ä".repeat(201)})).await;
        let message = format!("{name} must have at most 200 characters");
        assert_eq!(refused, ("BAD_USER_INPUT".to_owned(), message), "{field}");
    }
}
