//! Who may ask and do what: every root field of the schema, for every role and for nobody.
//!
//! The fields are read from the schema itself, so that a new one without a row in the table fails.

use async_graphql::{Executor, Request};
use cashable::graphql::{NodeKind, encode, encode_shop, schema};
use cashable::http::Execution;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::graphql::{analyst, ask};
use crate::support::world::{World, column};
use crate::support::{TestApp, on_both};

on_both!(each_root_field_is_for_the_roles_of_the_design_and_for_nobody_else);

/// Who is let in. A root field that lets nobody in would be of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Least {
    Affiliate,
    Analyst,
    Admin,
}

use Least::{Admin, Affiliate, Analyst};

/// A root field, what to ask of it, and the least role that may. What an affiliate may ask, it is told about
/// itself alone; other tests see to that.
type Row = (&'static str, &'static str, Least);

#[rustfmt::skip]
const QUERIES: [Row; 20] = [
    ("node",                "(id: $shop) { id }",                             Affiliate),
    ("nodes",               "(ids: [$shop]) { id }",                          Affiliate),
    ("viewer",              "{ name }",                                       Affiliate),
    ("shop",                "{ name }",                                       Affiliate),
    ("shops",               "{ totalCount }",                                 Affiliate),
    ("ordersReport",        "{ totalCount }",                                 Analyst),
    ("kpi",                 "(from: \"2026-01-01\", to: \"2026-01-31\") { from }", Analyst),
    ("promotedOrderCounts", "{ totalCount }",                                 Affiliate),
    ("lastSync",            "{ healthy }",                                    Analyst),
    ("syncRun",             "(id: $run) { id }",                              Analyst),
    ("syncRuns",            "{ totalCount }",                                 Analyst),
    ("affiliate",           "(id: $affiliate) { code }",                      Affiliate),
    ("affiliateByCode",     "(code: \"anna\") { code }",                      Affiliate),
    ("affiliates",          "{ totalCount }",                                 Affiliate),
    ("transaction",         "(id: $transaction) { id }",                      Affiliate),
    ("transactions",        "{ totalCount }",                                 Affiliate),
    ("order",               "(id: $order) { id }",                            Affiliate),
    ("orderByExternalId",   "(externalId: \"1\") { id }",                     Affiliate),
    ("unmappedStatuses",    "{ orders }",                                     Analyst),
    ("accessTokens",        "{ totalCount }",                                 Admin),
];

#[rustfmt::skip]
const MUTATIONS: [Row; 11] = [
    ("overrideTransactionStatus",  "(input: {transactionId: $transaction, status: OPEN, reason: OTHER})",                     Admin),
    ("releaseTransactionOverride", "(input: {transactionId: $transaction})",                                                  Admin),
    ("triggerSync",                "",                                                                                        Admin),
    ("importOrders",               "(input: {orders: []})",                                                                   Admin),
    ("createAffiliate",            "(input: {code: \"new\"})",                                                                Admin),
    ("updateAffiliate",            "(input: {affiliateId: $affiliate, name: \"New\"})",                                       Admin),
    ("createTransaction",          "(input: {affiliateId: $affiliate, kind: MANUAL, amount: \"1\", currency: \"EUR\"})",      Admin),
    ("deleteTransaction",          "(input: {transactionId: $transaction, reason: OTHER})",                                   Admin),
    ("updateShopSettings",         "(input: {waitDays: 3})",                                                                  Admin),
    ("createAccessToken",          "(input: {name: \"New\", role: ANALYST})",                                                 Admin),
    ("revokeAccessToken",          "(input: {accessTokenId: $token})",                                                        Admin),
];

async fn each_root_field_is_for_the_roles_of_the_design_and_for_nobody_else(app: TestApp) {
    let world = World::untouched(app).await;
    world.import_complete(1).await;
    let roles = [
        (Affiliate, world.viewer_of("anna").await),
        (Analyst, analyst(world.shop_id)),
        (Admin, world.admin.clone()),
    ];
    let queries =
        QUERIES.map(|(field, rest, least)| (field, format!("query {{ {field} {rest} }}"), least));
    let mutations = MUTATIONS.map(|(field, rest, least)| {
        let selection = "{ userErrors { code } }";
        (
            field,
            format!("mutation {{ {field} {rest} {selection} }}"),
            least,
        )
    });
    for (field, document, least) in queries.into_iter().chain(mutations) {
        let document = with_ids(&world, &document);
        // The weakest first: what they are not allowed to do is not done when the admin's turn comes.
        let nobody = ask_as_nobody(&world, &document).await;
        assert_eq!(code(&nobody), Some("UNAUTHENTICATED"), "nobody, {field}");
        for (role, viewer) in &roles {
            let before = world.shop().await.revision;
            let answer = ask(&world.app, viewer, &document, json!({})).await;
            let expected = (*role < least).then_some("FORBIDDEN");
            assert_eq!(code(&answer), expected, "{role:?}, {field}: {answer}");
            assert!(
                *role == Admin || world.shop().await.revision == before,
                "{role:?}, {field} wrote"
            );
        }
    }
    assert_complete(&world, "queryType", &QUERIES).await;
    assert_complete(&world, "mutationType", &MUTATIONS).await;
}

/// The code of the only error, if there is one.
fn code(answer: &Value) -> Option<&str> {
    let errors = answer.get("errors")?.as_array()?;
    assert_eq!(errors.len(), 1, "{answer}");
    errors[0]["extensions"]["code"].as_str()
}

fn with_ids(world: &World, document: &str) -> String {
    let unknown = |kind| encode(kind, world.shop_id, Uuid::from_u128(7)).to_string();
    [
        ("$shop", encode_shop(world.shop_id).to_string()),
        ("$run", unknown(NodeKind::SyncRun)),
        ("$affiliate", unknown(NodeKind::Affiliate)),
        ("$transaction", unknown(NodeKind::Transaction)),
        ("$order", unknown(NodeKind::Order)),
        ("$token", unknown(NodeKind::AccessToken)),
    ]
    .into_iter()
    .fold(document.to_owned(), |text, (name, id)| {
        text.replace(name, &format!("\"{id}\""))
    })
}

async fn ask_as_nobody(world: &World, document: &str) -> Value {
    let execution = Execution::new((*world.app).clone(), schema());
    serde_json::to_value(execution.execute(Request::new(document)).await).unwrap()
}

async fn assert_complete(world: &World, root: &str, rows: &[Row]) {
    let document = format!("{{ __schema {{ {root} {{ fields {{ name }} }} }} }}");
    let found = world.ask(&document, json!({})).await;
    for name in column(&found["__schema"][root]["fields"], "/name") {
        let is_there = rows.iter().any(|(field, ..)| *field == name);
        assert!(is_there, "{name} is in no row of the table");
    }
}
