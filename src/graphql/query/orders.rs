//! Orders: one, or the report over all of them.

use async_graphql::{Context, ID, Object};

use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::input::{OrdersReportFilter, OrdersReportOrder, optional_text, text};
use crate::graphql::node_id::NodeKind;
use crate::graphql::object::{Order, OrdersReport, OrdersReportConnection};
use crate::graphql::reads::{reads, viewer};
use crate::graphql::selection::OrderSelection;
use crate::reports;

/// Orders.
#[derive(Debug, Default)]
pub struct OrderQueries;

#[Object(serial)]
impl OrderQueries {
    /// The orders of a shop, each with its status first, and what they add up to. For the staff only.
    async fn orders_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
        #[graphql(desc = "Which orders; by default all.")] filter: Option<OrdersReportFilter>,
        #[graphql(desc = "In which order; by default the newest first.")] order_by: Option<
            OrdersReportOrder,
        >,
        #[graphql(
            desc = "At most so many orders from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only orders behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many orders from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only orders ahead of this cursor.")] before: Option<String>,
    ) -> Result<Option<OrdersReportConnection>> {
        let viewer = viewer(ctx)?;
        viewer.require_staff()?;
        viewer.shop_of(shop_id.as_ref())?;
        let filter = filter.unwrap_or_default().resolve(ctx).await?;
        let sort = order_by.map(Into::into).unwrap_or_default();
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        OrdersReport { filter, sort }
            .page(ctx, &page)
            .await
            .map(Some)
    }

    /// One order; null where it is not there or not for the viewer to see.
    async fn order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order.")] id: ID,
    ) -> Result<Option<Order>> {
        let viewer = viewer(ctx)?;
        let Some(id) = viewer.id_of(NodeKind::Order, &id)? else {
            return Ok(None);
        };
        let selected = OrderSelection::of_one(ctx);
        let db = if selected.is_all {
            reads(ctx)?.statement()
        } else {
            reads(ctx)?.db().await?
        };
        let (row, found) =
            reports::find_order_with(&db, viewer.scope(), id, selected.parts).await?;
        let page = Order::page_with(row.into_iter().collect(), selected.parts, found);
        Ok(page.into_iter().next())
    }

    /// One order by its source's own id; null where it is not there or not for the viewer to see.
    async fn order_by_external_id(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
        #[graphql(
            desc = "Where the order comes from. By default the API, else the only source that has this id."
        )]
        source: Option<String>,
        #[graphql(desc = "The source's own id of the order.")] external_id: String,
    ) -> Result<Option<Order>> {
        let viewer = viewer(ctx)?;
        viewer.shop_of(shop_id.as_ref())?;
        let source = optional_text("source", source)?;
        let external_id = text("externalId", external_id)?;
        let db = reads(ctx)?.db().await?;
        let (scope, source) = (viewer.scope(), source.as_deref());
        let row = reports::find_order_by_external_id(&db, scope, source, &external_id).await?;
        Ok(row.map(Into::into))
    }
}
