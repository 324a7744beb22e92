//! Sync runs. For the staff only.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};
use entity::sync_run::Model;
use entity::words;
use uuid::Uuid;

use super::{SyncFailureConnection, SyncFailures, TransitionCount};
use crate::error::{self, Error};
use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::node_id::{NodeKind, encode};
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::{DateTime, int};
use crate::graphql::words::{SyncState, SyncTrigger};
use crate::ledger::Transition;
use crate::reports;

/// A run.
#[derive(Clone, Debug)]
pub struct SyncRun(Model);

impl SyncRun {
    /// The runs with these ids; none for affiliates.
    pub async fn read(ctx: &Context<'_>, ids: &[Uuid]) -> error::Result<HashMap<Uuid, Self>> {
        let viewer = viewer(ctx)?;
        if !viewer.is_staff() {
            return Ok(HashMap::new());
        }
        let db = reads(ctx)?.db().await?;
        let rows = reports::runs_by_ids(&db, viewer.shop_id, ids).await?;
        Ok(rows.into_iter().map(|(id, row)| (id, Self(row))).collect())
    }
}

impl From<Model> for SyncRun {
    fn from(row: Model) -> Self {
        Self(row)
    }
}

/// One pass over a shop: take in its orders, settle its transactions, recount its promoted orders. For the
/// staff only.
#[Object(serial)]
impl SyncRun {
    /// Opaque, and the same for good.
    pub(super) async fn id(&self) -> ID {
        encode(NodeKind::SyncRun, self.0.shop_id, self.0.id)
    }

    /// What started it.
    async fn trigger(&self) -> SyncTrigger {
        self.0.trigger.into()
    }

    /// How far it is.
    async fn state(&self) -> SyncState {
        self.0.state.into()
    }

    /// Whether it only counted what it would have changed.
    async fn dry_run(&self) -> bool {
        self.0.dry_run
    }

    /// When it was asked for.
    async fn queued_at(&self) -> DateTime {
        self.0.queued_at.into()
    }

    /// When it began; null until it does.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(Into::into)
    }

    /// When it ended, well or not; null until it does.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(Into::into)
    }

    /// Orders that the source gave.
    async fn orders_read(&self) -> i32 {
        int(self.0.orders_read)
    }

    /// Orders that differed from what was stored.
    async fn orders_changed(&self) -> i32 {
        int(self.0.orders_changed)
    }

    /// Orders whose native status is in no table; see `unmappedStatuses`.
    async fn orders_unmapped(&self) -> i32 {
        int(self.0.orders_unmapped)
    }

    /// Reports of orders that were older than what was stored, and changed nothing.
    async fn orders_stale(&self) -> i32 {
        int(self.0.orders_stale)
    }

    /// Orders that were set aside; see `failures`.
    async fn orders_failed(&self) -> i32 {
        int(self.0.orders_failed)
    }

    /// Transactions that it looked at.
    async fn transactions_checked(&self) -> i32 {
        int(self.0.transactions_checked)
    }

    /// Transactions whose status it changed; a dry run, would have changed.
    async fn transactions_changed(&self) -> i32 {
        int(self.0.transactions_changed)
    }

    /// The same by status before and after.
    async fn transitions(&self) -> Result<Vec<TransitionCount>> {
        let stored: Vec<Transition> = serde_json::from_value(self.0.transitions.clone())
            .map_err(|error| Error::Unexpected(format!("transitions of a run: {error}")))?;
        Ok(stored.into_iter().map(Into::into).collect())
    }

    /// Promoted order counters that were wrong and were put right.
    async fn promoted_counts_repaired(&self) -> i32 {
        int(self.0.promoted_counts_repaired)
    }

    /// How much of its work is done, from 0 to 1; 1 only once it succeeded, or when nothing is left to check.
    async fn progress(&self) -> f64 {
        progress(&self.0)
    }

    /// Why it failed; null unless FAILED.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// The orders that it set aside, each with the reason; none of them failed the run.
    async fn failures(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many orders from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only orders behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many orders from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only orders ahead of this cursor.")] before: Option<String>,
    ) -> Result<SyncFailureConnection> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        SyncFailures { run_id: self.0.id }.page(ctx, &page).await
    }
}

fn progress(run: &Model) -> f64 {
    if run.state == words::SyncState::Succeeded {
        return 1.0;
    }
    if run.transactions_due <= 0 {
        return 0.0;
    }
    (f64::from(int(run.transactions_checked)) / f64::from(int(run.transactions_due))).min(1.0)
}
