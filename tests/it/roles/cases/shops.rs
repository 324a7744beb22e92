//! The viewer, its shop, whatever has an id, the shop's tokens, and who is told what happens in it.

use super::{BAD, Case, NO, STAFF, case};

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    case("{ viewer { name role shops { name } } }", "viewer/name viewer/role viewer/shops/name",
        [NO, "anna AFFILIATE Tea", "bert AFFILIATE Tea", "analyst ANALYST Tea", "Admin ADMIN Tea", "stranger ADMIN Coffee"]),
    case("{ viewer { affiliate { name } } }", "viewer/affiliate/name",
        [NO, "Anna", "Bert", "null", "null", "null"]),
    case("{ shop { name } }", "shop/name",
        [NO, "Tea", "Tea", "Tea", "Tea", "Coffee"]),
    case("{ shop(id: <tea>) { name } }", "shop/name",
        [NO, "Tea", "Tea", "Tea", "Tea", "null"]),
    case("{ shop { settings { waitDays orderCountFactor { limit } } } }", "shop/settings/waitDays shop/settings/orderCountFactor/limit",
        [NO, STAFF, STAFF, "14 3", "14 3", "7 null"]),
    case("{ shops { nodes { name } edges { node { name } } pageInfo { hasNextPage } totalCount } }",
        "shops/nodes/name shops/edges/node/name shops/pageInfo/hasNextPage shops/totalCount",
        [NO, "Tea Tea false 1", "Tea Tea false 1", "Tea Tea false 1", "Tea Tea false 1", "Coffee Coffee false 1"]),

    case("{ node(id: <tea>) { __typename } }", "node/__typename",
        [NO, "Shop", "Shop", "Shop", "Shop", "null"]),
    case("{ node(id: <order 1>) { __typename } }", "node/__typename",
        [NO, "Order", "null", "Order", "Order", "null"]),
    case("{ node(id: <bert>) { __typename } }", "node/__typename",
        [NO, "null", "Affiliate", "Affiliate", "Affiliate", "null"]),
    case("{ node(id: <anna's>) { __typename } }", "node/__typename",
        [NO, "Transaction", "null", "Transaction", "Transaction", "null"]),
    case("{ node(id: <run>) { __typename } }", "node/__typename",
        [NO, "null", "null", "SyncRun", "SyncRun", "null"]),
    case("{ node(id: <bert's token>) { __typename } }", "node/__typename",
        [NO, "null", "null", "null", "AccessToken", "null"]),
    case("{ node(id: <webhook>) { __typename } }", "node/__typename",
        [NO, "null", "null", "null", "WebhookEndpoint", "null"]),
    case("{ nodes(ids: [<tea>, <order 2>, <anna>, <bert's>, <run>, <bert's token>]) { __typename } }", "nodes/__typename",
        [NO, "Shop null Affiliate null null null", "Shop Order null Transaction null null",
            "Shop Order Affiliate Transaction SyncRun null", "Shop Order Affiliate Transaction SyncRun AccessToken",
            "null null null null null null"]),

    case("{ accessTokens { nodes { name affiliate { name } } totalCount } }",
        "accessTokens/nodes/name accessTokens/nodes/affiliate/name accessTokens/totalCount",
        [NO, STAFF, STAFF, STAFF, "analyst bert anna Admin null Bert Anna null 4", "stranger null 1"]),
    case("{ accessTokens(first: 1) { edges { node { name } } pageInfo { hasNextPage } } }",
        "accessTokens/edges/node/name accessTokens/pageInfo/hasNextPage",
        [NO, STAFF, STAFF, STAFF, "analyst true", "stranger false"]),

    case("{ webhookEndpoints { url events } }", "webhookEndpoints/url webhookEndpoints/events",
        [NO, STAFF, STAFF, STAFF, "https://crm.example/ SYNC_FINISHED", "nothing nothing"]),
    case("{ webhookEndpoints(shopId: <tea>) { url } }", "webhookEndpoints/url",
        [NO, STAFF, STAFF, STAFF, "https://crm.example/", BAD]),
];
