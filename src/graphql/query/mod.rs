//! Everything that can be asked. What may be asked by whom is checked first in each field; what of it may be
//! seen is in the scope that every report takes.

mod affiliates;
mod nodes;
mod order_sources;
mod orders;
mod shops;
mod staff;
mod sync;
mod transactions;

use async_graphql::MergedObject;

use self::affiliates::AffiliateQueries;
use self::nodes::NodeQueries;
use self::order_sources::OrderSourceQueries;
use self::orders::OrderQueries;
use self::shops::ShopQueries;
use self::staff::StaffQueries;
use self::sync::SyncQueries;
use self::transactions::TransactionQueries;

/// Everything that can be asked. All figures of one operation are those of one moment. Fields are nullable, so
/// that one refusal does not empty the answer; what the viewer may not see is null or left out, as if it were
/// not there.
#[derive(Debug, Default, MergedObject)]
#[graphql(serial)]
pub struct Query(
    NodeQueries,
    ShopQueries,
    OrderQueries,
    AffiliateQueries,
    TransactionQueries,
    SyncQueries,
    StaffQueries,
    OrderSourceQueries,
);
