//! How many orders affiliates brought.

use async_graphql::{Context, Object};

use super::Affiliate;
use crate::error;
use crate::graphql::connection::{Listing, Nodes, PageArgs, connection};
use crate::graphql::errors::Result;
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::{DateTime, int};
use crate::reports::{self, DayRange, PromotedCount, PromotedSort};

/// One affiliate's count.
#[derive(Clone, Debug)]
pub struct PromotedOrderCount {
    affiliate: Affiliate,
    row: PromotedCount,
}

impl PromotedOrderCount {
    /// The count of an affiliate.
    pub fn new(affiliate: Affiliate, row: PromotedCount) -> Self {
        Self { affiliate, row }
    }

    fn page(rows: Vec<PromotedCount>) -> Vec<Self> {
        let affiliates = rows.iter().map(|row| row.affiliate.clone()).collect();
        let affiliates = Affiliate::page(affiliates).into_iter();
        affiliates
            .zip(rows)
            .map(|(affiliate, row)| Self { affiliate, row })
            .collect()
    }
}

/// How many orders an affiliate brought: the distinct orders that its transactions are linked to.
#[Object(serial)]
impl PromotedOrderCount {
    /// Whose orders are counted.
    async fn affiliate(&self) -> &Affiliate {
        &self.affiliate
    }

    /// All of them, by the stored counter; where days were given, those placed on these days.
    async fn count(&self) -> i32 {
        int(self.row.count)
    }

    /// Those that are NEW now.
    async fn new_orders(&self) -> i32 {
        int(self.row.new_orders)
    }

    /// Those that are COMPLETE now.
    async fn complete_orders(&self) -> i32 {
        int(self.row.complete_orders)
    }

    /// Those that are CANCELLED now.
    async fn cancelled_orders(&self) -> i32 {
        int(self.row.cancelled_orders)
    }

    /// When the stored counter last moved, or a sync run last recounted it.
    async fn counted_at(&self) -> DateTime {
        self.row.counted_at.into()
    }
}

/// The counts of the affiliates in sight.
#[derive(Debug)]
pub struct PromotedOrderCounts {
    /// On which days the orders were placed.
    pub during: DayRange,
    /// In which order.
    pub sort: PromotedSort,
}

impl PromotedOrderCounts {
    /// One page of them.
    pub async fn page(
        self,
        ctx: &Context<'_>,
        page: &PageArgs,
    ) -> Result<PromotedOrderCountConnection> {
        let request = page.request(&self, self.sort)?;
        let db = reads(ctx)?.db().await?;
        let scope = viewer(ctx)?.scope();
        let page =
            reports::list_promoted_counts(&db, scope, self.during, self.sort, &request).await?;
        let nodes = Nodes::of(&self, self.sort, page, PromotedOrderCount::page);
        Ok(PromotedOrderCountConnection::new(self, nodes))
    }
}

impl Listing for PromotedOrderCounts {
    const NAME: &'static str = "promotedOrderCounts";

    /// Affiliates without promoted orders are listed too.
    async fn count(&self, ctx: &Context<'_>) -> error::Result<u64> {
        let db = reads(ctx)?.db().await?;
        reports::count_affiliates(&db, viewer(ctx)?.scope(), None).await
    }
}

connection! {
    /// One page of promoted order counts, one for each affiliate, those without promoted orders among them.
    PromotedOrderCountConnection of PromotedOrderCount,
    edges PromotedOrderCountEdge
    /// A promoted order count in a list.
    , listing PromotedOrderCounts
}
