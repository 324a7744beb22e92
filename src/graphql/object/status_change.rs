//! The history of orders and transactions. Who among the staff did what, and why, is for the staff.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::status_change::Model;

use super::SyncRun;
use crate::error;
use crate::graphql::connection::{Listing, Nodes, PageArgs, connection};
use crate::graphql::errors::Result;
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::{DateTime, int};
use crate::graphql::siblings::Siblings;
use crate::graphql::viewer::Viewer;
use crate::graphql::words::{OverrideReason, StatusActor};
use crate::reports::{self, BySequence, ChangesOf};

/// A change of one page.
#[derive(Clone, Debug)]
pub struct StatusChange {
    row: Model,
    runs: Arc<Siblings<SyncRun>>,
}

impl StatusChange {
    fn page(rows: Vec<Model>) -> Vec<Self> {
        let runs = Arc::new(Siblings::new(rows.iter().filter_map(|row| row.sync_run_id)));
        let change = |row| Self {
            row,
            runs: Arc::clone(&runs),
        };
        rows.into_iter().map(change).collect()
    }
}

/// One change of an order or a transaction. Changes are never altered or deleted, and numbered without gaps
/// within a shop.
#[Object(serial)]
impl StatusChange {
    /// Its number within the shop, from 1.
    async fn sequence(&self) -> i32 {
        int(self.row.sequence)
    }

    /// When it was made.
    async fn at(&self) -> DateTime {
        self.row.at.into()
    }

    /// The status before: an OrderStatus or a TransactionStatus.
    async fn from(&self) -> Option<&str> {
        Some(&self.row.from_status)
    }

    /// The status after; the same as before where only the pin changed, DELETED for a deletion.
    async fn to(&self) -> &str {
        &self.row.to_status
    }

    /// Whether the transaction was pinned after the change; null for orders.
    async fn pinned(&self) -> Option<bool> {
        self.row.pinned
    }

    /// Who made it.
    async fn actor(&self) -> StatusActor {
        self.row.actor.into()
    }

    /// What the staff told about it; the affiliate sees this.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }

    /// The name of the token or command that made it; null where sync did. Null for affiliates.
    async fn actor_name(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let name = self.row.actor_name.as_deref();
        Ok(name.filter(|_| is_staff(ctx)))
    }

    /// The sync run that made it; null where none did. Null for affiliates.
    async fn sync_run(&self, ctx: &Context<'_>) -> Result<Option<&SyncRun>> {
        match self.row.sync_run_id {
            Some(id) if is_staff(ctx) => {
                self.runs
                    .find(id, SyncRun::read(ctx, self.runs.ids()))
                    .await
            }
            _ => Ok(None),
        }
    }

    /// Why the staff overrode or deleted; null where they did neither. Null for affiliates.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<OverrideReason>> {
        let reason = self.row.reason.map(Into::into);
        Ok(reason.filter(|_| is_staff(ctx)))
    }
}

fn is_staff(ctx: &Context<'_>) -> bool {
    viewer(ctx).is_ok_and(Viewer::is_staff)
}

/// The changes of one order or transaction.
#[derive(Debug)]
pub struct StatusChanges(pub ChangesOf);

impl StatusChanges {
    /// One page of them.
    pub async fn page(self, ctx: &Context<'_>, page: &PageArgs) -> Result<StatusChangeConnection> {
        let request = page.request(&self, BySequence)?;
        let db = reads(ctx)?.db().await?;
        let page = reports::list_changes(&db, viewer(ctx)?.scope(), self.0, &request).await?;
        let nodes = Nodes::of(&self, BySequence, page, StatusChange::page);
        Ok(StatusChangeConnection::new(self, nodes))
    }
}

impl Listing for StatusChanges {
    const NAME: &'static str = "history";

    async fn count(&self, ctx: &Context<'_>) -> error::Result<u64> {
        let db = reads(ctx)?.db().await?;
        reports::count_changes(&db, viewer(ctx)?.scope(), self.0).await
    }
}

connection! {
    /// One page of a history, the oldest change first.
    StatusChangeConnection of StatusChange,
    edges StatusChangeEdge
    /// A change in a history.
    , listing StatusChanges
}
