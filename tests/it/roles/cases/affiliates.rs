//! Affiliates, how many orders they brought, and what they earn by them.

use super::{BAD, Case, NO, case};

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    case("{ affiliate(id: <anna>) { name } }", "affiliate/name",
        [NO, "Anna", "null", "Anna", "Anna", "null"]),
    case("{ affiliate(id: <bert>) { name } }", "affiliate/name",
        [NO, "null", "Bert", "Bert", "Bert", "null"]),
    case("{ affiliateByCode(code: \"anna\") { name } }", "affiliateByCode/name",
        [NO, "Anna", "null", "Anna", "Anna", "Cora"]),
    case("{ affiliateByCode(code: \"bert\") { name } }", "affiliateByCode/name",
        [NO, "null", "Bert", "Bert", "Bert", "null"]),
    case("{ affiliateByCode(shopId: <tea>, code: \"anna\") { name } }", "affiliateByCode/name",
        [NO, "Anna", "null", "Anna", "Anna", BAD]),
    case("{ affiliates { nodes { name } edges { node { name } } pageInfo { hasNextPage } totalCount } }",
        "affiliates/nodes/name affiliates/edges/node/name affiliates/pageInfo/hasNextPage affiliates/totalCount",
        [NO, "Anna Anna false 1", "Bert Bert false 1", "Anna Bert Anna Bert false 2", "Anna Bert Anna Bert false 2", "Cora Cora false 1"]),
    case("{ affiliates(search: \"b\") { nodes { name } totalCount } }", "affiliates/nodes/name affiliates/totalCount",
        [NO, "nothing 0", "Bert 1", "Bert 1", "Bert 1", "nothing 0"]),

    case("{ affiliates { nodes { promotedOrders { count affiliate { name } } } } }",
        "affiliates/nodes/promotedOrders/count affiliates/nodes/promotedOrders/affiliate/name",
        [NO, "2 Anna", "3 Bert", "2 3 Anna Bert", "2 3 Anna Bert", "1 Cora"]),
    case("{ promotedOrderCounts(orderBy: AFFILIATE_CODE) { nodes { count affiliate { name } } totalCount } }",
        "promotedOrderCounts/nodes/count promotedOrderCounts/nodes/affiliate/name promotedOrderCounts/totalCount",
        [NO, "2 Anna 1", "3 Bert 1", "2 3 Anna Bert 2", "2 3 Anna Bert 2", "1 Cora 1"]),
    case("{ promotedOrderCounts(orderBy: AFFILIATE_CODE, first: 1) { edges { node { affiliate { name } } } pageInfo { hasNextPage } } }",
        "promotedOrderCounts/edges/node/affiliate/name promotedOrderCounts/pageInfo/hasNextPage",
        [NO, "Anna false", "Bert false", "Anna true", "Anna true", "Cora false"]),

    case("{ affiliates { nodes { balance { pending { amount } cashable { amount } cancelled { amount } } } } }",
        "affiliates/nodes/balance/pending/amount affiliates/nodes/balance/cashable/amount affiliates/nodes/balance/cancelled/amount",
        [NO, "0.00 30.00 9.00", "14.00 0.00 20.00", "0.00 14.00 30.00 0.00 9.00 20.00", "0.00 14.00 30.00 0.00 9.00 20.00", "0.00 10.00 0.00"]),
    case("{ affiliate(id: <bert>) { transactions { nodes { amount { amount } } totalCount } } }",
        "affiliate/transactions/nodes/amount/amount affiliate/transactions/totalCount",
        [NO, "null null", "7.00 7.00 20.00 3", "7.00 7.00 20.00 3", "7.00 7.00 20.00 3", "null null"]),
    case("{ affiliates { nodes { transactions(filter: {affiliateId: <bert>}) { totalCount } } } }", "affiliates/nodes/transactions/totalCount",
        [NO, BAD, "3", BAD, BAD, BAD]),
];
