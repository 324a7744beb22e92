//! Native statuses that no table knows (R1).

use async_graphql::SimpleObject;

use crate::graphql::scalars::int;
use crate::reports;

/// A platform's word that is in no table, so that its orders count as NEW until somebody puts it into one. For
/// the staff only.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct UnmappedStatus {
    /// Where the orders come from.
    source: String,
    /// The platform's own word.
    native_status: String,
    /// How many orders have it now.
    orders: i32,
}

impl From<reports::UnmappedStatus> for UnmappedStatus {
    fn from(row: reports::UnmappedStatus) -> Self {
        Self {
            source: row.source,
            native_status: row.native_status,
            orders: int(row.orders),
        }
    }
}
