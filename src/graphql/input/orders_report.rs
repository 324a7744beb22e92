//! Which orders the report shows, and in which order.

use async_graphql::{Context, ID, InputObject};

use super::{days, optional_text, require_affiliate};
use crate::error::Result;
use crate::graphql::scalars::{CurrencyCode, Date};
use crate::graphql::words::{CancelReason, OrderDirection, OrderStatus, OrdersReportOrderField};
use crate::reports::{OrdersFilter, OrdersSort};

/// Which orders the report shows. What is left out, null or an empty list leaves none out; all that is given
/// must hold.
#[derive(Debug, Default, InputObject)]
pub struct OrdersReportFilter {
    /// One of these statuses.
    status: Option<Vec<OrderStatus>>,
    /// Cancelled for one of these reasons.
    cancel_reason: Option<Vec<CancelReason>>,
    /// From this source: `api`, `file` or a platform.
    source: Option<String>,
    /// Placed on this day or later.
    placed_from: Option<Date>,
    /// Placed on this day or earlier.
    placed_to: Option<Date>,
    /// Brought by this affiliate.
    affiliate_id: Option<ID>,
    /// Whether an affiliate brought it.
    promoted: Option<bool>,
    /// In this currency.
    currency: Option<CurrencyCode>,
    /// What the order's number or external id begins with, capitals and all.
    search: Option<String>,
}

/// In which order the report shows its orders.
#[derive(Debug, InputObject)]
pub struct OrdersReportOrder {
    /// By what.
    field: OrdersReportOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl OrdersReportFilter {
    /// As the report takes it.
    pub async fn resolve(self, ctx: &Context<'_>) -> Result<OrdersFilter> {
        let affiliate_id = match &self.affiliate_id {
            Some(id) => Some(require_affiliate(ctx, id).await?),
            None => None,
        };
        Ok(OrdersFilter {
            statuses: words(self.status),
            cancel_reasons: words(self.cancel_reason),
            source: optional_text("source", self.source)?,
            placed: days(("placedFrom", "placedTo"), self.placed_from, self.placed_to)?,
            affiliate_id,
            promoted: self.promoted,
            currency: self
                .currency
                .map(|it| it.known())
                .transpose()?
                .map(|it| it.code().to_owned()),
            search: optional_text("search", self.search)?,
        })
    }
}

impl From<OrdersReportOrder> for OrdersSort {
    fn from(order: OrdersReportOrder) -> Self {
        Self {
            by: order.field.into(),
            direction: order.direction.into(),
        }
    }
}

/// Enum values as stored words.
pub(super) fn words<T, W: From<T>>(values: Option<Vec<T>>) -> Vec<W> {
    values.into_iter().flatten().map(W::from).collect()
}
