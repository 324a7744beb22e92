//! Lists of affiliates.

use async_graphql::Context;

use super::Affiliate;
use crate::error;
use crate::graphql::connection::{Listing, Nodes, PageArgs, connection};
use crate::graphql::errors::Result;
use crate::graphql::reads::{reads, viewer};
use crate::reports::{self, AffiliatesByCode};

/// The affiliates that a search finds.
#[derive(Debug)]
pub struct Affiliates {
    /// What code or name begin with.
    pub search: Option<String>,
}

impl Affiliates {
    /// One page of them.
    pub async fn page(self, ctx: &Context<'_>, page: &PageArgs) -> Result<AffiliateConnection> {
        let request = page.request(&self, AffiliatesByCode)?;
        let db = reads(ctx)?.db().await?;
        let (scope, search) = (viewer(ctx)?.scope(), self.search.as_deref());
        let page = reports::list_affiliates(&db, scope, search, &request).await?;
        let nodes = Nodes::of(&self, AffiliatesByCode, page, Affiliate::page);
        Ok(AffiliateConnection::new(self, nodes))
    }
}

impl Listing for Affiliates {
    const NAME: &'static str = "affiliates";

    async fn count(&self, ctx: &Context<'_>) -> error::Result<u64> {
        let db = reads(ctx)?.db().await?;
        reports::count_affiliates(&db, viewer(ctx)?.scope(), self.search.as_deref()).await
    }
}

connection! {
    /// One page of affiliates.
    AffiliateConnection of Affiliate,
    edges AffiliateEdge
    /// An affiliate in a list.
    , listing Affiliates
}
