//! The shop's figures, which no affiliate sees, not even its own part of them.

use super::{BAD, Case, NO, STAFF, case};

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    case("{ kpi(from: \"2026-10-01\", to: \"2026-10-31\") { totals { orders revenue { amount } pendingRevenue { amount }
            lostRevenue { amount } averageOrderValue { amount } } } }",
        "kpi/totals/orders kpi/totals/revenue/amount kpi/totals/pendingRevenue/amount kpi/totals/lostRevenue/amount kpi/totals/averageOrderValue/amount",
        [NO, STAFF, STAFF, "7 990.00 120.00 60.00 247.50", "7 990.00 120.00 60.00 247.50", "1 100.00 0.00 0.00 100.00"]),
    case("{ kpi(from: \"2026-10-01\", to: \"2026-10-31\") { totals { promotedRevenue { amount } commissionPending { amount }
            commissionCashable { amount } commissionCancelled { amount } } } }",
        "kpi/totals/promotedRevenue/amount kpi/totals/commissionPending/amount kpi/totals/commissionCashable/amount kpi/totals/commissionCancelled/amount",
        [NO, STAFF, STAFF, "590.00 14.00 30.00 29.00", "590.00 14.00 30.00 29.00", "100.00 0.00 10.00 0.00"]),
    case("{ kpi(from: \"2026-10-01\", to: \"2026-10-31\") { previous { orders } points { kpi { orders } } } }",
        "kpi/previous/orders kpi/points/kpi/orders",
        [NO, STAFF, STAFF, "0 7", "0 7", "0 1"]),
    case("{ kpi(from: \"2026-10-01\", to: \"2026-10-31\", affiliateId: <anna>) { totals { orders } } }", "kpi/totals/orders",
        [NO, STAFF, STAFF, "2", "2", BAD]),
    case("{ kpi(shopId: <tea>, from: \"2026-10-01\", to: \"2026-10-31\") { totals { orders } } }", "kpi/totals/orders",
        [NO, STAFF, STAFF, "7", "7", BAD]),
];
