//! Affiliates and the orders that they brought.

use async_graphql::{Context, ID, Object};

use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::input::{days, optional_text, text};
use crate::graphql::node_id::NodeKind;
use crate::graphql::object::{
    Affiliate, AffiliateConnection, Affiliates, PromotedOrderCountConnection, PromotedOrderCounts,
};
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::Date;
use crate::graphql::words::PromotedOrderCountOrder;
use crate::reports;

/// Affiliates.
#[derive(Debug, Default)]
pub struct AffiliateQueries;

#[Object(serial)]
impl AffiliateQueries {
    /// One affiliate; null where it is not there or not for the viewer to see.
    async fn affiliate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The affiliate.")] id: ID,
    ) -> Result<Option<Affiliate>> {
        let viewer = viewer(ctx)?;
        let Some(id) = viewer.id_of(NodeKind::Affiliate, &id)? else {
            return Ok(None);
        };
        let db = reads(ctx)?.db().await?;
        let row = reports::find_affiliate(&db, viewer.scope(), id).await?;
        Ok(row.map(Into::into))
    }

    /// One affiliate by its code; null where it is not there or not for the viewer to see.
    async fn affiliate_by_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
        #[graphql(desc = "What the affiliate's orders carry, capitals and all.")] code: String,
    ) -> Result<Option<Affiliate>> {
        let viewer = viewer(ctx)?;
        viewer.shop_of(shop_id.as_ref())?;
        let code = text("code", code)?;
        let db = reads(ctx)?.db().await?;
        let row = reports::find_affiliate_by_code(&db, viewer.scope(), &code).await?;
        Ok(row.map(Into::into))
    }

    /// The affiliates of a shop by code. An affiliate sees itself only.
    async fn affiliates(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
        #[graphql(desc = "What the code begins with, or the name in capitals or not.")]
        search: Option<String>,
        #[graphql(
            desc = "At most so many affiliates from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only affiliates behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many affiliates from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only affiliates ahead of this cursor.")] before: Option<String>,
    ) -> Result<Option<AffiliateConnection>> {
        viewer(ctx)?.shop_of(shop_id.as_ref())?;
        let search = optional_text("search", search)?;
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        Affiliates { search }.page(ctx, &page).await.map(Some)
    }

    /// How many orders each affiliate brought, those who brought none among them. An affiliate sees its own
    /// count only.
    async fn promoted_order_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
        #[graphql(desc = "Count only orders placed on this day or later.")] from: Option<Date>,
        #[graphql(desc = "Count only orders placed on this day or earlier.")] to: Option<Date>,
        #[graphql(desc = "In which order; by default the most orders first.")] order_by: Option<
            PromotedOrderCountOrder,
        >,
        #[graphql(
            desc = "At most so many affiliates from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only affiliates behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many affiliates from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only affiliates ahead of this cursor.")] before: Option<String>,
    ) -> Result<Option<PromotedOrderCountConnection>> {
        viewer(ctx)?.shop_of(shop_id.as_ref())?;
        let during = days(("from", "to"), from, to)?;
        let sort = order_by.map(Into::into).unwrap_or_default();
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        PromotedOrderCounts { during, sort }
            .page(ctx, &page)
            .await
            .map(Some)
    }
}
