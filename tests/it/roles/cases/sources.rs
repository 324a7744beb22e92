//! The platforms that a shop is connected to: an admin's own.

use super::{BAD, Case, NO, STAFF, case};

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    case("{ orderSources { kind statuses { nativeStatus } unmappedStatuses { nativeStatus } } }",
        "orderSources/kind orderSources/statuses/nativeStatus orderSources/unmappedStatuses/nativeStatus",
        [NO, STAFF, STAFF, STAFF, "rees46 0 1 2 weird", "nothing nothing nothing"]),
    case("{ orderSources(shopId: <tea>) { name } }", "orderSources/name",
        [NO, STAFF, STAFF, STAFF, "api", BAD]),
    case("{ node(id: <source>) { __typename } }", "node/__typename",
        [NO, "null", "null", "null", "OrderSource", "null"]),
    case("{ nodes(ids: [<source>, <tea>]) { __typename } }", "nodes/__typename",
        [NO, "null Shop", "null Shop", "null Shop", "OrderSource Shop", "null null"]),
];
