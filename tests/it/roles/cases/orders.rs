//! Orders. 1 is anna's, 2 is bert's; 3 is anna's, and bert earns something by it; the others are nobody's.

use super::{BAD, Case, NO, STAFF, case};

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    case("{ order(id: <order 1>) { number } }", "order/number",
        [NO, "T1", "null", "T1", "T1", "null"]),
    case("{ order(id: <order 2>) { number } }", "order/number",
        [NO, "null", "T2", "T2", "T2", "null"]),
    case("{ order(id: <order 3>) { number } }", "order/number",
        [NO, "T3", "T3", "T3", "T3", "null"]),
    case("{ order(id: <order 4>) { number } }", "order/number",
        [NO, "null", "null", "T4", "T4", "null"]),
    case("{ orderByExternalId(externalId: \"1\") { number } }", "orderByExternalId/number",
        [NO, "T1", "null", "T1", "T1", "C1"]),
    case("{ orderByExternalId(externalId: \"2\") { number } }", "orderByExternalId/number",
        [NO, "null", "T2", "T2", "T2", "null"]),
    case("{ orderByExternalId(externalId: \"4\") { number } }", "orderByExternalId/number",
        [NO, "null", "null", "T4", "T4", "null"]),

    case("{ order(id: <order 3>) { promoted affiliate { name } } }", "order/promoted order/affiliate/name",
        [NO, "true Anna", "false null", "true Anna", "true Anna", "null null"]),
    case("{ order(id: <order 3>) { transactions { affiliate { name } } } }", "order/transactions/affiliate/name",
        [NO, "Anna", "Bert", "Anna Bert", "Anna Bert", "null"]),
    case("{ order(id: <order 1>) { total { amount } refunded { amount } } }", "order/total/amount order/refunded/amount",
        [NO, "100.00 10.00", "null null", "100.00 10.00", "100.00 10.00", "null null"]),
    case("{ order(id: <order 1>) { history { nodes { to } edges { node { to } } pageInfo { hasNextPage } } } }",
        "order/history/nodes/to order/history/edges/node/to order/history/pageInfo/hasNextPage",
        [NO, "COMPLETE COMPLETE false", "null null null", "COMPLETE COMPLETE false", "COMPLETE COMPLETE false", "null null null"]),
    case("{ order(id: <order 1>) { history { nodes { actor actorName reason note syncRun { state } } } } }",
        "order/history/nodes/actor order/history/nodes/actorName order/history/nodes/reason order/history/nodes/syncRun/state",
        [NO, "IMPORT null null null", "null null null null", "IMPORT Admin null null", "IMPORT Admin null null", "null null null null"]),

    case("{ ordersReport { nodes { number } totalCount } }", "ordersReport/nodes/number ordersReport/totalCount",
        [NO, STAFF, STAFF, "T7 T6 T5 T4 T3 T2 T1 7", "T7 T6 T5 T4 T3 T2 T1 7", "C1 1"]),
    case("{ ordersReport(first: 1) { edges { node { number } } pageInfo { hasNextPage } } }",
        "ordersReport/edges/node/number ordersReport/pageInfo/hasNextPage",
        [NO, STAFF, STAFF, "T7 true", "T7 true", "C1 false"]),
    case("{ ordersReport(filter: {status: [COMPLETE]}) { summary { orders total { amount } refunded { amount } net { amount } } } }",
        "ordersReport/summary/orders ordersReport/summary/total/amount ordersReport/summary/refunded/amount ordersReport/summary/net/amount",
        [NO, STAFF, STAFF, "4 1000.00 10.00 990.00", "4 1000.00 10.00 990.00", "1 100.00 0.00 100.00"]),
    case("{ ordersReport(filter: {affiliateId: <anna>}) { nodes { number } } }", "ordersReport/nodes/number",
        [NO, STAFF, STAFF, "T3 T1", "T3 T1", BAD]),
    case("{ ordersReport(shopId: <tea>) { totalCount } }", "ordersReport/totalCount",
        [NO, STAFF, STAFF, "7", "7", BAD]),
    case("{ unmappedStatuses { nativeStatus orders } }", "unmappedStatuses/nativeStatus unmappedStatuses/orders",
        [NO, STAFF, STAFF, "weird 1", "weird 1", "nothing nothing"]),
];
