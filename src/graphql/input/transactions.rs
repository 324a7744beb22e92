//! Which transactions are listed, and in which order.

use async_graphql::{Context, ID, InputObject};

use super::checks::require_order;
use super::orders_report::words;
use super::{days, require_affiliate};
use crate::domain::zone::parse_zone;
use crate::error::Result;
use crate::graphql::reads::shop;
use crate::graphql::scalars::Date;
use crate::graphql::words::{
    OrderDirection, TransactionKind, TransactionOrderField, TransactionStatus,
};
use crate::reports::{DayRange, TransactionsFilter, TransactionsSort};

/// Which transactions. What is left out, null or an empty list leaves none out; all that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct TransactionFilter {
    /// One of these statuses.
    status: Option<Vec<TransactionStatus>>,
    /// Earned by this affiliate.
    affiliate_id: Option<ID>,
    /// Linked to this order.
    order_id: Option<ID>,
    /// Made for one of these.
    kind: Option<Vec<TransactionKind>>,
    /// Whether an override holds it.
    pinned: Option<bool>,
    /// Whether it is final although its order now says otherwise.
    diverged: Option<bool>,
    /// Made on this day or later; a commission counts as made when its order was placed.
    created_from: Option<Date>,
    /// Made on this day or earlier.
    created_to: Option<Date>,
}

/// In which order transactions are listed.
#[derive(Debug, InputObject)]
pub struct TransactionOrder {
    /// By what.
    field: TransactionOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl TransactionFilter {
    /// As the listing takes it.
    pub async fn resolve(self, ctx: &Context<'_>) -> Result<TransactionsFilter> {
        let affiliate_id = match &self.affiliate_id {
            Some(id) => Some(require_affiliate(ctx, id).await?),
            None => None,
        };
        let order_id = match &self.order_id {
            Some(id) => Some(require_order(ctx, id).await?),
            None => None,
        };
        let created = days(
            ("createdFrom", "createdTo"),
            self.created_from,
            self.created_to,
        )?;
        let filter = TransactionsFilter {
            statuses: words(self.status),
            affiliate_id,
            order_id,
            kinds: words(self.kind),
            pinned: self.pinned,
            diverged: self.diverged,
            ..TransactionsFilter::default()
        };
        created_on(ctx, filter, created).await
    }
}

/// Days are those of the shop's time zone, which is only looked up where it matters.
async fn created_on(
    ctx: &Context<'_>,
    filter: TransactionsFilter,
    created: DayRange,
) -> Result<TransactionsFilter> {
    if created.is_unbounded() {
        return Ok(filter);
    }
    let zone = parse_zone(&shop(ctx).await?.time_zone)?;
    Ok(filter.created_on(created, zone))
}

impl From<TransactionOrder> for TransactionsSort {
    fn from(order: TransactionOrder) -> Self {
        Self {
            by: order.field.into(),
            direction: order.direction.into(),
        }
    }
}
