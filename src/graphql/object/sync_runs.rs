//! Lists of sync runs.

use async_graphql::Context;
use entity::sync_run::Model;

use super::SyncRun;
use crate::error;
use crate::graphql::connection::{Listing, Nodes, PageArgs, connection};
use crate::graphql::errors::Result;
use crate::graphql::reads::{reads, viewer};
use crate::reports::{self, NewestRuns};

/// The shop's runs.
#[derive(Debug)]
pub struct SyncRuns;

impl SyncRuns {
    /// One page of them.
    pub async fn page(self, ctx: &Context<'_>, page: &PageArgs) -> Result<SyncRunConnection> {
        let request = page.request(&self, NewestRuns)?;
        let db = reads(ctx)?.db().await?;
        let page = reports::list_runs(&db, viewer(ctx)?.shop_id, &request).await?;
        let runs = |rows: Vec<Model>| rows.into_iter().map(SyncRun::from).collect();
        let nodes = Nodes::of(&self, NewestRuns, page, runs);
        Ok(SyncRunConnection::new(self, nodes))
    }
}

impl Listing for SyncRuns {
    const NAME: &'static str = "syncRuns";

    async fn count(&self, ctx: &Context<'_>) -> error::Result<u64> {
        let db = reads(ctx)?.db().await?;
        reports::count_runs(&db, viewer(ctx)?.shop_id).await
    }
}

connection! {
    /// One page of sync runs, the newest first.
    SyncRunConnection of SyncRun,
    edges SyncRunEdge
    /// A sync run in a list.
    , listing SyncRuns
}
