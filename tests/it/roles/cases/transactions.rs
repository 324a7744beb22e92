//! Transactions: one of anna's and one of bert's were cancelled by hand, for reasons that are the staff's own.

use super::{BAD, Case, NO, case};

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    case("{ transaction(id: <anna's>) { status note affiliate { name } amount { amount } } }",
        "transaction/status transaction/note transaction/affiliate/name transaction/amount/amount",
        [NO, "CANCELLED For Anna. Anna 9.00", "null null null null", "CANCELLED For Anna. Anna 9.00", "CANCELLED For Anna. Anna 9.00", "null null null null"]),
    case("{ transaction(id: <bert's>) { status note affiliate { name } amount { amount } } }",
        "transaction/status transaction/note transaction/affiliate/name transaction/amount/amount",
        [NO, "null null null null", "CANCELLED For Bert. Bert 20.00", "CANCELLED For Bert. Bert 20.00", "CANCELLED For Bert. Bert 20.00", "null null null null"]),
    case("{ transaction(id: <anna's>) { order { number } } }", "transaction/order/number",
        [NO, "T1", "null", "T1", "T1", "null"]),

    case("{ transactions { nodes { affiliate { name } } totalCount } }", "transactions/nodes/affiliate/name transactions/totalCount",
        [NO, "Anna Anna 2", "Bert Bert Bert 3", "Bert Bert Anna Bert Anna 5", "Bert Bert Anna Bert Anna 5", "Cora 1"]),
    case("{ transactions(first: 1) { edges { node { order { number } } } pageInfo { hasNextPage } } }",
        "transactions/edges/node/order/number transactions/pageInfo/hasNextPage",
        [NO, "T3 true", "T3 true", "T3 true", "T3 true", "C1 false"]),
    // Of an order in which both have a part, each is told of the affiliate alone that it is.
    case("{ transactions(filter: {orderId: <order 3>}) { nodes { order { promoted affiliate { name } transactions { affiliate { name } } } } } }",
        "transactions/nodes/order/promoted transactions/nodes/order/affiliate/name transactions/nodes/order/transactions/affiliate/name",
        [NO, "true Anna Anna", "false null Bert", "true true Anna Anna Anna Bert Anna Bert", "true true Anna Anna Anna Bert Anna Bert", BAD]),
    case("{ transactions(filter: {orderId: <order 2>}) { totalCount } }", "transactions/totalCount",
        [NO, BAD, "1", "1", "1", BAD]),
    case("{ transactions(filter: {affiliateId: <anna>}) { totalCount } }", "transactions/totalCount",
        [NO, "2", BAD, "2", "2", BAD]),

    case("{ transaction(id: <anna's>) { history { nodes { to actor note } } } }",
        "transaction/history/nodes/to transaction/history/nodes/actor transaction/history/nodes/note",
        [NO, "COMPLETED CANCELLED SYNC ADMIN null For Anna.", "null null null",
            "COMPLETED CANCELLED SYNC ADMIN null For Anna.", "COMPLETED CANCELLED SYNC ADMIN null For Anna.", "null null null"]),
    case("{ transaction(id: <bert's>) { history { totalCount edges { node { to } } pageInfo { hasNextPage } } } }",
        "transaction/history/totalCount transaction/history/edges/node/to transaction/history/pageInfo/hasNextPage",
        [NO, "null null null", "2 COMPLETED CANCELLED false", "2 COMPLETED CANCELLED false", "2 COMPLETED CANCELLED false", "null null null"]),
    // Who among the staff did what, for which reason and by which run is the staff's own.
    case("{ transaction(id: <anna's>) { history { nodes { actorName reason syncRun { state } } } } }",
        "transaction/history/nodes/actorName transaction/history/nodes/reason transaction/history/nodes/syncRun/state",
        [NO, "null null null null null null", "null null null",
            "null Admin null SELF_REFERRAL SUCCEEDED null", "null Admin null SELF_REFERRAL SUCCEEDED null", "null null null"]),
    case("{ transaction(id: <bert's>) { history { nodes { actorName reason syncRun { state } } } } }",
        "transaction/history/nodes/actorName transaction/history/nodes/reason transaction/history/nodes/syncRun/state",
        [NO, "null null null", "null null null null null null",
            "null Admin null FRAUD SUCCEEDED null", "null Admin null FRAUD SUCCEEDED null", "null null null"]),
    // What was said of it before it became bert's is not told to bert either.
    case("{ transaction(id: <moved>) { note history { totalCount nodes { to note } } } }",
        "transaction/note transaction/history/totalCount transaction/history/nodes/to transaction/history/nodes/note",
        [NO, "null null null null", "null 1 OPEN null",
            "null 2 IN_PROGRESS OPEN For Anna. null", "null 2 IN_PROGRESS OPEN For Anna. null", "null null null null"]),
];
