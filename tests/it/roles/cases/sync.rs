//! Sync runs: the staff's own, whatever leads to them.

use super::{BAD, Case, NO, STAFF, case};

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    case("{ lastSync { healthy run { transactionsChanged } } }", "lastSync/healthy lastSync/run/transactionsChanged",
        [NO, STAFF, STAFF, "true 5", "true 5", "true 1"]),
    case("{ lastSync(shopId: <tea>) { healthy } }", "lastSync/healthy",
        [NO, STAFF, STAFF, "true", "true", BAD]),
    case("{ syncRun(id: <run>) { state transitions { to } } }", "syncRun/state syncRun/transitions/to",
        [NO, STAFF, STAFF, "SUCCEEDED IN_PROGRESS COMPLETED OPEN", "SUCCEEDED IN_PROGRESS COMPLETED OPEN", "null null"]),
    case("{ syncRun(id: <run>) { failures { nodes { externalId message } totalCount } } }",
        "syncRun/failures/nodes/externalId syncRun/failures/nodes/message syncRun/failures/totalCount",
        [NO, STAFF, STAFF, "5 no total 1", "5 no total 1", "null null null"]),
    case("{ syncRun(id: <run>) { failures { edges { node { code } } pageInfo { hasNextPage } } } }",
        "syncRun/failures/edges/node/code syncRun/failures/pageInfo/hasNextPage",
        [NO, STAFF, STAFF, "INVALID false", "INVALID false", "null null"]),
    case("{ syncRuns { nodes { transactionsChanged } edges { node { transactionsChanged } } pageInfo { hasNextPage } totalCount } }",
        "syncRuns/nodes/transactionsChanged syncRuns/edges/node/transactionsChanged syncRuns/pageInfo/hasNextPage syncRuns/totalCount",
        [NO, STAFF, STAFF, "5 5 false 1", "5 5 false 1", "1 1 false 1"]),
];
