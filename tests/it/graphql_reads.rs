//! What is asked over GraphQL: pages, ids, figures, and who may see what.

use std::collections::BTreeMap;

use cashable::database::ReadView;
use cashable::domain::order::OrderReport;
use cashable::graphql::{NodeKind, encode, encode_shop, schema};
use cashable::ledger::{self, Author, ImportOrders, NewShop, OverrideStatus, UpdateSettings};
use cashable::{reports, sync};
use entity::Instant;
use entity::words::{OverrideReason, StatusActor, SyncTrigger, TransactionStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::graphql::{admin, affiliate, analyst, ask, data, refusal};
use crate::support::{TestApp, on_both};

on_both!(
    a_list_is_read_in_pages_both_ways,
    pages_and_cursors_that_do_not_fit_are_refused,
    ids_of_another_type_or_shop_are_as_if_not_there,
    nodes_come_in_their_places,
    each_root_field_is_for_the_roles_of_the_design,
    an_affiliate_sees_its_own_and_nothing_of_the_others,
    what_the_staff_did_is_not_told_to_affiliates,
    r25_kpi_summary_and_rows_agree,
    r25_a_query_reads_one_moment,
    a_transaction_says_what_stands_in_its_way,
    r21_the_last_sync_and_its_run,
    filters_and_orders_choose_and_sort,
    texts_that_no_database_takes_are_refused,
);

const DAY: i64 = 86_400_000;

/// A shop with two affiliates and eight orders, settled once.
struct Shop {
    id: i64,
    anna: Uuid,
    bert: Uuid,
}

impl Shop {
    fn affiliate_id(&self, id: Uuid) -> String {
        encode(NodeKind::Affiliate, self.id, id).to_string()
    }
}

/// Order, status, days ago, total, refunded, currency, affiliate.
type Line<'a> = (&'a str, &'a str, i64, &'a str, &'a str, &'a str, &'a str);

#[rustfmt::skip]
const ORDERS: [Line; 8] = [
    ("1", "complete",    40, "100.00", "0.00",  "EUR", "anna"),
    ("2", "new",         39, "50.00",  "0.00",  "EUR", "anna"),
    ("3", "fake",        38, "30.00",  "0.00",  "EUR", "anna"),
    ("4", "complete",    3,  "200.00", "20.00", "EUR", "bert"),
    ("5", "complete",    2,  "10.00",  "0.00",  "USD", ""),
    ("6", "in_progress", 20, "40.00",  "0.00",  "EUR", "bert"),
    ("7", "weird",       1,  "5.00",   "0.00",  "EUR", ""),
    ("8", "complete",    0,  "80.00",  "0.00",  "EUR", ""),
];

async fn shop(app: &TestApp) -> Shop {
    let id = settled_shop(app, "Tea").await;
    let db = app.database.reader();
    let scope = reports::Scope::shop(id);
    let find = async |code: &str| {
        let found = reports::find_affiliate_by_code(db, scope, code).await;
        found.unwrap().unwrap().id
    };
    Shop {
        id,
        anna: find("anna").await,
        bert: find("bert").await,
    }
}

async fn settled_shop(app: &TestApp, name: &str) -> i64 {
    let new = NewShop {
        name: name.to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    let id = ledger::create_shop(app, &new).await.unwrap().shop_id;
    let settings = UpdateSettings {
        sync_enabled: Some(true),
        commission_rate: Some("10".to_owned()),
        ..UpdateSettings::default()
    };
    ledger::write(app, id, &author(), &settings).await.unwrap();
    let import = ImportOrders {
        source: "api".to_owned(),
        meanings: BTreeMap::from([("fake".to_owned(), "CANCELLED:FAKE".to_owned())]),
        reports: ORDERS.iter().map(|line| report(app, line)).collect(),
    };
    let counts = ledger::write(app, id, &author(), &import).await.unwrap();
    assert_eq!(counts.created, 8, "{counts:?}");
    sync(app, id).await;
    id
}

async fn sync(app: &TestApp, shop_id: i64) {
    let author = author();
    let queued = sync::request(app, shop_id, &author, SyncTrigger::Manual, false).await;
    sync::run(app, queued.unwrap().run, false, &|_| {})
        .await
        .unwrap();
}

fn author() -> Author {
    Author::new(StatusActor::Admin, "Olga")
}

fn report(app: &TestApp, line: &Line) -> OrderReport {
    let (number, status, days_ago, total, refunded, currency, affiliate) = *line;
    OrderReport {
        external_id: number.to_owned(),
        native_status: Some(status.to_owned()),
        placed_at: Some(Instant(app.clock.now().0 - days_ago * DAY)),
        total: Some(total.to_owned()),
        refunded: Some(refunded.to_owned()),
        currency: Some(currency.to_owned()),
        affiliate_code: (!affiliate.is_empty()).then(|| affiliate.to_owned()),
        ..OrderReport::default()
    }
}

/// The strings at this place of each element.
fn column(list: &Value, pointer: &str) -> Vec<String> {
    let texts = list.as_array().unwrap().iter();
    let text = |it: &Value| {
        it.pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    texts
        .map(|it| text(it).unwrap_or_else(|| "null".to_owned()))
        .collect()
}

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

async fn pages_and_cursors_that_do_not_fit_are_refused(app: TestApp) {
    let admin = admin(shop(&app).await.id);
    let first = data(&app, &admin, PAGE, json!({"first": 1})).await;
    let cursor = first["ordersReport"]["edges"][0]["cursor"].clone();
    for (variables, message) in [
        (
            json!({"first": 0}),
            "first must lie between 1 and 250, not 0",
        ),
        (
            json!({"first": 251}),
            "first must lie between 1 and 250, not 251",
        ),
        (
            json!({"last": -1}),
            "last must lie between 1 and 250, not -1",
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

async fn ids_of_another_type_or_shop_are_as_if_not_there(app: TestApp) {
    let shop = shop(&app).await;
    let other = settled_shop(&app, "Coffee").await;
    let (here, there) = (admin(shop.id), admin(other));
    let anna = json!({"id": shop.affiliate_id(shop.anna)});
    let find = "query($id: ID!) { affiliate(id: $id) { code } node(id: $id) { id } }";
    assert_eq!(
        data(&app, &here, find, anna.clone()).await["affiliate"]["code"],
        "anna"
    );
    let unseen = json!({"affiliate": null, "node": null});
    assert_eq!(data(&app, &there, find, anna.clone()).await, unseen);
    let missing = json!({"id": shop.affiliate_id(Uuid::from_u128(7))});
    assert_eq!(data(&app, &here, find, missing.clone()).await, unseen);

    let filter = "query($id: ID!) { transactions(filter: {affiliateId: $id}) { totalCount } }";
    assert_eq!(
        data(&app, &here, filter, anna.clone()).await["transactions"]["totalCount"],
        3
    );
    let kpi = "query($id: ID!) {
        kpi(affiliateId: $id, from: \"2026-01-01\", to: \"2026-12-31\") { from } }";
    for (viewer, id) in [(&there, &anna), (&here, &missing)] {
        for document in [filter, kpi] {
            let (code, message) = refusal(&app, viewer, document, id.clone()).await;
            assert_eq!(
                (&*code, &*message),
                ("BAD_USER_INPUT", "there is no such affiliate")
            );
        }
    }
    let order = "query($id: ID!) { order(id: $id) { number } }";
    let (code, message) = refusal(&app, &here, order, anna).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.ends_with("is not the id of an order"), "{message}");
    let report =
        "query($id: ID!) { ordersReport(shopId: $id) { totalCount } shop(id: $id) { name } }";
    let id = json!({"id": encode_shop(other).to_string()});
    let (code, message) = refusal(&app, &here, report, id).await;
    assert_eq!(
        (&*code, &*message),
        ("BAD_USER_INPUT", "there is no such shop")
    );
}

async fn nodes_come_in_their_places(app: TestApp) {
    let shop = shop(&app).await;
    let everything = "{
        shop { id } accessTokens { nodes { id } } syncRuns { nodes { id } } affiliates { nodes { id } }
        ordersReport(first: 2) { nodes { id } } transactions(first: 2) { nodes { id } }
    }";
    let found = data(&app, &admin(shop.id), everything, json!({})).await;
    let mut ids = vec![found["shop"]["id"].clone()];
    for list in ["syncRuns", "affiliates", "ordersReport", "transactions"] {
        ids.extend(
            found[list]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["id"].clone()),
        );
    }
    let missing = encode(NodeKind::Order, shop.id, Uuid::from_u128(7)).to_string();
    ids.insert(3, json!(missing));
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }";
    let variables = json!({ "ids": ids });
    let found = data(&app, &admin(shop.id), nodes, variables.clone()).await;
    for (place, (node, id)) in found["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .zip(&ids)
        .enumerate()
    {
        let expected = if place == 3 { &Value::Null } else { id };
        assert_eq!(&node["id"], expected);
    }
    let of_affiliate = data(&app, &affiliate(shop.id, shop.anna), nodes, variables).await;
    let types = column(&of_affiliate["nodes"], "/__typename");
    assert!(!types.contains(&"SyncRun".to_owned()), "{types:?}");
    let too_many = json!({"ids": vec![missing; 251]});
    let (code, _) = refusal(&app, &admin(shop.id), nodes, too_many).await;
    assert_eq!(code, "BAD_USER_INPUT");
}

/// What each role may ask: field, analyst, affiliate. An admin may ask everything.
#[rustfmt::skip]
const ROOT_FIELDS: [(&str, bool, bool); 21] = [
    ("node(id: $shop) { id }",                                               true,  true),
    ("nodes(ids: [$shop]) { id }",                                           true,  true),
    ("viewer { name }",                                                      true,  true),
    ("shop { name }",                                                        true,  true),
    ("shop { settings { waitDays } }",                                       true,  false),
    ("shops { totalCount nodes { name } }",                                  true,  true),
    ("ordersReport { totalCount }",                                          true,  false),
    ("kpi(from: \"2026-01-01\", to: \"2026-12-31\") { timeZone }",           true,  false),
    ("promotedOrderCounts { totalCount }",                                   true,  true),
    ("lastSync { healthy }",                                                 true,  false),
    ("syncRun(id: $run) { id }",                                             true,  false),
    ("syncRuns { totalCount }",                                              true,  false),
    ("affiliate(id: $affiliate) { code }",                                   true,  true),
    ("affiliateByCode(code: \"anna\") { code }",                             true,  true),
    ("affiliates { totalCount }",                                            true,  true),
    ("transaction(id: $transaction) { id }",                                 true,  true),
    ("transactions { totalCount }",                                          true,  true),
    ("order(id: $order) { id }",                                             true,  true),
    ("orderByExternalId(externalId: \"1\") { id }",                          true,  true),
    ("unmappedStatuses { orders }",                                          true,  false),
    ("accessTokens { totalCount }",                                          false, false),
];

async fn each_root_field_is_for_the_roles_of_the_design(app: TestApp) {
    let shop = shop(&app).await;
    let viewers = [
        admin(shop.id),
        analyst(shop.id),
        affiliate(shop.id, shop.anna),
    ];
    let id = |kind| encode(kind, shop.id, Uuid::from_u128(7)).to_string();
    for (field, for_analysts, for_affiliates) in ROOT_FIELDS {
        for (viewer, is_allowed) in viewers.iter().zip([true, for_analysts, for_affiliates]) {
            let document = field
                .replace("$shop", &format!("\"{}\"", &*encode_shop(shop.id)))
                .replace("$run", &format!("\"{}\"", id(NodeKind::SyncRun)))
                .replace("$affiliate", &format!("\"{}\"", id(NodeKind::Affiliate)))
                .replace(
                    "$transaction",
                    &format!("\"{}\"", id(NodeKind::Transaction)),
                )
                .replace("$order", &format!("\"{}\"", id(NodeKind::Order)));
            let answer = ask(&app, viewer, &format!("{{ {document} }}"), json!({})).await;
            let code = answer.pointer("/errors/0/extensions/code");
            let expected = (!is_allowed).then(|| json!("FORBIDDEN"));
            assert_eq!(
                code,
                expected.as_ref(),
                "{:?} {document}: {answer}",
                viewer.role
            );
        }
        let anonymous = schema()
            .execute(format!("{{ {} }}", "viewer { name }"))
            .await;
        let anonymous = serde_json::to_value(anonymous).unwrap();
        assert_eq!(
            anonymous["errors"][0]["extensions"]["code"],
            "UNAUTHENTICATED"
        );
    }
    let listed = "{ __schema { queryType { fields { name } } } }";
    let listed = data(&app, &viewers[0], listed, json!({})).await;
    for name in column(&listed["__schema"]["queryType"]["fields"], "/name") {
        let is_tested = |(field, ..): &(&str, bool, bool)| {
            field.split([' ', '(']).next() == Some(name.as_str())
        };
        assert!(
            ROOT_FIELDS.iter().any(is_tested),
            "{name} is in no row of the table"
        );
    }
}

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

async fn what_the_staff_did_is_not_told_to_affiliates(app: TestApp) {
    let shop = shop(&app).await;
    let admin = admin(shop.id);
    let order = "{ orderByExternalId(externalId: \"1\") { transactions { id } } }";
    let order = data(&app, &admin, order, json!({})).await;
    let id = order["orderByExternalId"]["transactions"][0]["id"].clone();
    let (_, transaction_id) =
        cashable::graphql::decode(NodeKind::Transaction, &id.as_str().unwrap().into()).unwrap();
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

async fn r25_kpi_summary_and_rows_agree(app: TestApp) {
    let shop = shop(&app).await;
    let document = "{
        kpi(from: \"2026-10-01\", to: \"2026-11-30\") {
            interval timeZone currency otherCurrencies asOf
            totals { orders newOrders completeOrders cancelledOrders fakeOrders completionRate promotedOrders
                revenue { amount } pendingRevenue { amount } lostRevenue { amount } averageOrderValue { amount }
                commissionPending { amount } commissionCashable { amount } commissionCancelled { amount } }
            previous { orders completionRate averageOrderValue { amount } }
            points { from to kpi { orders } }
        }
        ordersReport(filter: {currency: \"EUR\"}) { totalCount summary { status orders net { amount } total { amount } } }
        all: ordersReport { totalCount summary { orders total { currency } } nodes { status total { amount } } }
        affiliates { nodes { code balance { pending { amount } cashable { amount } cancelled { amount } } } }
    }";
    let found = data(&app, &analyst(shop.id), document, json!({})).await;
    let (kpi, report) = (&found["kpi"], &found["ordersReport"]);
    assert_eq!(kpi["interval"], "MONTH");
    assert_eq!(kpi["otherCurrencies"], json!(["USD"]));
    assert_eq!(kpi["asOf"], "2026-11-21T12:00:00.000Z");
    assert_eq!(kpi["totals"]["orders"], report["totalCount"]);
    let summary = json!([
        {"status": "NEW", "orders": 3, "net": {"amount": "95.00"}, "total": {"amount": "95.00"}},
        {"status": "COMPLETE", "orders": 3, "net": {"amount": "360.00"}, "total": {"amount": "380.00"}},
        {"status": "CANCELLED", "orders": 1, "net": {"amount": "30.00"}, "total": {"amount": "30.00"}},
    ]);
    assert_eq!(report["summary"], summary);
    let money = |amount: &str| json!({ "amount": amount });
    assert_eq!(
        kpi["totals"],
        json!({
            "orders": 7, "newOrders": 3, "completeOrders": 3, "cancelledOrders": 1, "fakeOrders": 1,
            "completionRate": 3.0 / 7.0, "promotedOrders": 5,
            "revenue": money("360.00"), "pendingRevenue": money("95.00"), "lostRevenue": money("30.00"),
            "averageOrderValue": money("120.00"), "commissionPending": money("27.00"),
            "commissionCashable": money("10.00"), "commissionCancelled": money("3.00"),
        })
    );
    let nothing = json!({"orders": 0, "completionRate": null, "averageOrderValue": null});
    assert_eq!(kpi["previous"], nothing);
    assert_eq!(
        column(&kpi["points"], "/from"),
        ["2026-10-01", "2026-11-01"]
    );
    assert_eq!(found["all"]["totalCount"], 8);
    assert_eq!(found["all"]["nodes"].as_array().unwrap().len(), 8);
    let balances = json!([
        {"code": "anna", "balance": [{"pending": money("5.00"), "cashable": money("10.00"), "cancelled": money("3.00")}]},
        {"code": "bert", "balance": [{"pending": money("22.00"), "cashable": money("0.00"), "cancelled": money("0.00")}]},
    ]);
    assert_eq!(found["affiliates"]["nodes"], balances);
    let backwards = "{ kpi(from: \"2026-11-30\", to: \"2026-10-01\") { from } }";
    let (code, _) = refusal(&app, &analyst(shop.id), backwards, json!({})).await;
    assert_eq!(code, "BAD_USER_INPUT");
}

async fn r25_a_query_reads_one_moment(app: TestApp) {
    let shop = shop(&app).await;
    let (snapshot, latest) = (
        ReadView::snapshot(&app.database),
        ReadView::latest(&app.database),
    );
    let name = async |view: &ReadView| {
        let db = view.connection().await.unwrap();
        let found = reports::find_shop(&db, shop.id).await;
        found.unwrap().unwrap().sync_interval_minutes
    };
    assert_eq!((name(&snapshot).await, name(&latest).await), (30, 30));
    let settings = UpdateSettings {
        sync_interval_minutes: Some(45),
        ..UpdateSettings::default()
    };
    ledger::write(&app, shop.id, &author(), &settings)
        .await
        .unwrap();
    assert_eq!((name(&snapshot).await, name(&latest).await), (30, 45));
}

async fn a_transaction_says_what_stands_in_its_way(app: TestApp) {
    let shop = shop(&app).await;
    let document = "{ transactions(orderBy: {field: CREATED_AT, direction: ASC}) { nodes {
        order { number } status blockers cashable kind pinned diverged statusSetBy version } } }";
    let found = data(&app, &analyst(shop.id), document, json!({})).await;
    let nodes = found["transactions"]["nodes"].as_array().unwrap().clone();
    let told: Vec<_> = nodes
        .iter()
        .map(|it| {
            (
                it["order"]["number"].clone(),
                it["status"].clone(),
                it["blockers"].clone(),
            )
        })
        .collect();
    let expected = [
        ("1", "COMPLETED", json!([])),
        ("2", "OPEN", json!(["ORDER_NOT_COMPLETE"])),
        ("3", "CANCELLED", json!(["FINAL"])),
        ("6", "IN_PROGRESS", json!(["ORDER_NOT_COMPLETE"])),
        ("4", "IN_PROGRESS", json!(["WAITING_DAYS"])),
    ];
    let expected = expected.map(|(number, status, why)| (json!(number), json!(status), why));
    assert_eq!(told, expected);
    assert_eq!(
        (&nodes[0]["cashable"], &nodes[1]["cashable"]),
        (&json!(true), &json!(false))
    );
    app.clock.set(Instant(app.clock.now().0 + 20 * DAY));
    let off = UpdateSettings {
        sync_enabled: Some(false),
        ..UpdateSettings::default()
    };
    ledger::write(&app, shop.id, &author(), &off).await.unwrap();
    let found = data(&app, &analyst(shop.id), document, json!({})).await;
    let last = &found["transactions"]["nodes"][4]["blockers"];
    assert_eq!(last, &json!(["SYNC_DISABLED"]));
}

async fn r21_the_last_sync_and_its_run(app: TestApp) {
    let shop = shop(&app).await;
    let document = "{
        lastSync { finishedAt attemptedAt nextRunAt healthy run { id state trigger progress transactionsChanged
            transitions { from to transactions } failures { totalCount nodes { code } } } }
        syncRuns { totalCount nodes { id dryRun error } }
        unmappedStatuses { source nativeStatus orders }
    }";
    let found = data(&app, &analyst(shop.id), document, json!({})).await;
    let last = &found["lastSync"];
    assert_eq!(last["finishedAt"], "2026-11-21T12:00:00.000Z");
    assert_eq!(last["nextRunAt"], "2026-11-21T12:30:00.000Z");
    assert_eq!(
        (&last["healthy"], &last["run"]["progress"]),
        (&json!(true), &json!(1.0))
    );
    assert_eq!(last["run"]["state"], "SUCCEEDED");
    assert_eq!(
        last["run"]["failures"],
        json!({"totalCount": 0, "nodes": []})
    );
    let moved: i64 = last["run"]["transitions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["transactions"].as_i64())
        .sum();
    assert_eq!(last["run"]["transactionsChanged"], moved);
    assert_eq!(found["syncRuns"]["nodes"][0]["id"], last["run"]["id"]);
    let unmapped = json!([{"source": "api", "nativeStatus": "weird", "orders": 1}]);
    assert_eq!(found["unmappedStatuses"], unmapped);
    app.clock.set(Instant(app.clock.now().0 + 61 * 60_000));
    let later = data(
        &app,
        &analyst(shop.id),
        "{ lastSync { healthy } }",
        json!({}),
    )
    .await;
    assert_eq!(later["lastSync"]["healthy"], false);
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

#[tokio::test]
async fn everything_in_the_schema_says_what_it_means() {
    let document = "{ __schema { types { name description
        fields { name description args { name description } }
        inputFields { name description } enumValues { name description } } } }";
    let found = serde_json::to_value(schema().execute(document).await).unwrap();
    let types = found["data"]["__schema"]["types"].as_array().unwrap();
    let mut silent = Vec::new();
    for ty in types.iter().filter(|it| is_ours(it)) {
        says(ty, &ty["name"], &mut silent);
        for list in ["fields", "inputFields", "enumValues"] {
            for member in ty[list].as_array().into_iter().flatten() {
                let name = format!("{}.{}", ty["name"], member["name"]);
                says(member, &json!(name), &mut silent);
                for argument in member["args"].as_array().into_iter().flatten() {
                    says(
                        argument,
                        &json!(format!("{name}({})", argument["name"])),
                        &mut silent,
                    );
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// GraphQL's own types need no explaining.
fn is_ours(ty: &Value) -> bool {
    let name = ty["name"].as_str().unwrap_or_default();
    !name.starts_with("__") && name != "ID"
}

fn says(what: &Value, name: &Value, silent: &mut Vec<String>) {
    if what["description"].as_str().is_none_or(str::is_empty) {
        silent.push(name.to_string());
    }
}
