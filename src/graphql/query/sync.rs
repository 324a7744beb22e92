//! Sync runs. For the staff only.

use async_graphql::{Context, ID, Object};

use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::node_id::NodeKind;
use crate::graphql::object::{LastSync, SyncRun, SyncRunConnection, SyncRuns, UnmappedStatus};
use crate::graphql::reads::{app, reads, shop, viewer};
use crate::reports;

/// Sync.
#[derive(Debug, Default)]
pub struct SyncQueries;

#[Object(serial)]
impl SyncQueries {
    /// When a shop was last synced, and whether that is recent enough. For the staff only.
    async fn last_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
    ) -> Result<Option<LastSync>> {
        let viewer = viewer(ctx)?;
        viewer.require_staff()?;
        let shop_id = viewer.shop_of(shop_id.as_ref())?;
        let db = reads(ctx)?.db().await?;
        Ok(Some(LastSync {
            shop: shop(ctx).await?,
            runs: reports::last_sync(&db, shop_id).await?,
            now: app(ctx)?.clock.now(),
        }))
    }

    /// One sync run; null where it is not there. For the staff only.
    async fn sync_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] id: ID,
    ) -> Result<Option<SyncRun>> {
        let viewer = viewer(ctx)?;
        viewer.require_staff()?;
        let Some(id) = viewer.id_of(NodeKind::SyncRun, &id)? else {
            return Ok(None);
        };
        let db = reads(ctx)?.db().await?;
        let row = reports::find_run(&db, viewer.shop_id, id).await?;
        Ok(row.map(Into::into))
    }

    /// The sync runs of a shop, the newest first, dry runs among them. For the staff only.
    async fn sync_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
        #[graphql(
            desc = "At most so many runs from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only runs behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many runs from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only runs ahead of this cursor.")] before: Option<String>,
    ) -> Result<Option<SyncRunConnection>> {
        let viewer = viewer(ctx)?;
        viewer.require_staff()?;
        viewer.shop_of(shop_id.as_ref())?;
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        SyncRuns.page(ctx, &page).await.map(Some)
    }

    /// Native statuses that no table knows, those of most orders first, so that somebody puts them into one.
    /// For the staff only.
    async fn unmapped_statuses(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
    ) -> Result<Option<Vec<UnmappedStatus>>> {
        let viewer = viewer(ctx)?;
        viewer.require_staff()?;
        let shop_id = viewer.shop_of(shop_id.as_ref())?;
        let db = reads(ctx)?.db().await?;
        let rows = reports::unmapped_statuses(&db, shop_id).await?;
        Ok(Some(rows.into_iter().map(Into::into).collect()))
    }
}
