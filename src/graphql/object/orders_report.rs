//! The orders report: a page of orders, and what all orders of its filter add up to.

use async_graphql::{Context, SimpleObject};

use super::Order;
use crate::error;
use crate::graphql::connection::{Listing, Nodes, PageArgs, connection};
use crate::graphql::errors::Result;
use crate::graphql::money::Money;
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::int;
use crate::graphql::selection::OrderSelection;
use crate::graphql::words::OrderStatus;
use crate::reports::{self, OrdersFilter, OrdersSort, OrdersSummary};

/// The orders of one status in one currency, over the whole filter of a report.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct OrdersReportSummary {
    /// What these orders are to the shop.
    status: OrderStatus,
    /// How many there are.
    orders: i32,
    /// Their totals before refunds.
    total: Money,
    /// What was refunded of them.
    refunded: Money,
    /// Their totals less refunds.
    net: Money,
}

impl OrdersReportSummary {
    fn stored(row: &OrdersSummary) -> error::Result<Self> {
        let money = |minor| Money::stored(minor, &row.currency);
        Ok(Self {
            status: row.status.into(),
            orders: int(row.orders),
            total: money(row.total_minor)?,
            refunded: money(row.refunded_minor)?,
            net: money(row.net_minor())?,
        })
    }
}

/// The orders that a filter leaves.
#[derive(Debug)]
pub struct OrdersReport {
    /// Which ones.
    pub filter: OrdersFilter,
    /// In which order.
    pub sort: OrdersSort,
}

impl OrdersReport {
    /// One page of them.
    pub async fn page(self, ctx: &Context<'_>, page: &PageArgs) -> Result<OrdersReportConnection> {
        let request = page.request(&self, self.sort)?;
        let selected = OrderSelection::of_page(ctx);
        // The affiliate of a filter has been looked for before, in a snapshot.
        let db = if selected.is_all && self.filter.affiliate_id.is_none() {
            reads(ctx)?.statement()
        } else {
            reads(ctx)?.db().await?
        };
        let (scope, parts) = (viewer(ctx)?.scope(), selected.parts);
        let (page, found) =
            reports::list_orders_with(&db, scope, &self.filter, self.sort, &request, parts).await?;
        let orders = |rows| Order::page_with(rows, parts, found);
        let nodes = Nodes::of(&self, self.sort, page, orders);
        Ok(OrdersReportConnection::new(self, nodes))
    }

    async fn summarize(&self, ctx: &Context<'_>) -> error::Result<Vec<OrdersReportSummary>> {
        let db = reads(ctx)?.db().await?;
        let rows = reports::summarize_orders(&db, viewer(ctx)?.scope(), &self.filter).await?;
        rows.iter().map(OrdersReportSummary::stored).collect()
    }
}

impl Listing for OrdersReport {
    const NAME: &'static str = "ordersReport";

    async fn count(&self, ctx: &Context<'_>) -> error::Result<u64> {
        let db = reads(ctx)?.db().await?;
        reports::count_orders(&db, viewer(ctx)?.scope(), &self.filter).await
    }
}

connection! {
    /// One page of the orders report, and what the whole of its filter adds up to.
    OrdersReportConnection of Order,
    edges OrdersReportEdge
    /// An order in the orders report.
    , listing OrdersReport,
    fields {
        /// What all orders of the filter add up to, not only those of this page: one row for each status and
        /// currency that has any. Summed up only when asked for.
        async fn summary(&self, ctx: &Context<'_>) -> Result<Vec<OrdersReportSummary>> {
            Ok(self.of.summarize(ctx).await?)
        }
    }
}
