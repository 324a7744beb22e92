//! What can be followed. Both subscriptions look at what is stored each second, so that they work over any
//! number of replicas.

use std::collections::VecDeque;
use std::time::Duration;

use async_graphql::{Context, ID, Subscription};
use entity::sync_run;
use entity::words::SyncState;
use futures_util::stream::{Stream, unfold};
use uuid::Uuid;

use super::errors::{ApiError, Result};
use super::node_id::NodeKind;
use super::object::{SyncRun, Transaction};
use super::reads::{app, shop, viewer};
use crate::app::App;
use crate::reports::{self, BySequence, ChangesOf, PageRequest, Scope};

/// How often to look.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many changes are read at a time.
const CHANGES: u64 = 200;

/// What can be followed.
#[derive(Debug, Default)]
pub struct SubscriptionRoot;

/// What can be followed over a WebSocket: each answer comes when something has changed.
#[Subscription(name = "Subscription")]
impl SubscriptionRoot {
    /// A sync run as it advances; ends with it. Requires ADMIN or ANALYST.
    async fn sync_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run, as triggerSync answered it.")] run_id: ID,
    ) -> Result<impl Stream<Item = Result<SyncRun>> + use<>> {
        let viewer = viewer(ctx)?;
        viewer.require_staff()?;
        let id = viewer.id_of(NodeKind::SyncRun, &run_id)?;
        let id = id.ok_or_else(|| NodeKind::SyncRun.not_there())?;
        let run = Run {
            app: app(ctx)?.clone(),
            shop_id: viewer.shop_id,
            id,
            seen: None,
        };
        run.look().await?;
        Ok(unfold(run, Run::next))
    }

    /// Each transaction whose status or pin changes from now on, as far as the viewer may see it: affiliates
    /// get their own.
    async fn transaction_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The shop; may be left out where the viewer sees exactly one.")]
        shop_id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<Transaction>> + use<>> {
        let viewer = viewer(ctx)?;
        viewer.shop_of(shop_id.as_ref())?;
        let changes = Changes {
            app: app(ctx)?.clone(),
            scope: viewer.scope(),
            sequence: shop(ctx).await?.last_sequence,
            ready: VecDeque::new(),
        };
        Ok(unfold(changes, Changes::next))
    }
}

/// A run that is followed.
struct Run {
    app: App,
    shop_id: i64,
    id: Uuid,
    seen: Option<sync_run::Model>,
}

impl Run {
    async fn look(&self) -> Result<sync_run::Model> {
        let db = self.app.database.reader();
        let run = reports::find_run(db, self.shop_id, self.id).await?;
        Ok(run.ok_or_else(|| NodeKind::SyncRun.not_there())?)
    }

    /// Waits until the run differs from what was last seen; ends after its end was seen.
    async fn next(mut self) -> Option<(Result<SyncRun>, Self)> {
        if self.seen.as_ref().is_some_and(is_over) {
            return None;
        }
        loop {
            let run = match self.look().await {
                Ok(run) => run,
                Err(error) => return Some((Err(error), self)),
            };
            if self.seen.as_ref() != Some(&run) {
                self.seen = Some(run.clone());
                return Some((Ok(run.into()), self));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn is_over(run: &sync_run::Model) -> bool {
    matches!(run.state, SyncState::Succeeded | SyncState::Failed)
}

/// The history of transactions as it grows.
struct Changes {
    app: App,
    scope: Scope,
    sequence: i64,
    ready: VecDeque<Uuid>,
}

impl Changes {
    async fn next(mut self) -> Option<(Result<Transaction>, Self)> {
        loop {
            match self.take_ready().await {
                Ok(Some(transaction)) => return Some((Ok(transaction), self)),
                Ok(None) => {}
                Err(error) => return Some((Err(error), self)),
            }
            match self.read_on().await {
                Ok(0) => tokio::time::sleep(LOOK_EVERY).await,
                Ok(_) => {}
                Err(error) => {
                    tokio::time::sleep(LOOK_EVERY).await;
                    return Some((Err(error), self));
                }
            }
        }
    }

    /// The next transaction that has changed and is still there.
    async fn take_ready(&mut self) -> Result<Option<Transaction>> {
        while let Some(id) = self.ready.pop_front() {
            let db = self.app.database.reader();
            if let Some(row) = reports::find_transaction(db, self.scope, id).await? {
                return Ok(Some(row.into()));
            }
        }
        Ok(None)
    }

    /// Reads the changes that came since, and answers how many.
    async fn read_on(&mut self) -> Result<usize, ApiError> {
        let page = PageRequest {
            first: Some(CHANGES),
            after: Some(BySequence::position_of(self.sequence)),
            ..PageRequest::default()
        };
        let db = self.app.database.reader();
        let changes = reports::list_changes(db, self.scope, ChangesOf::Transactions, &page)
            .await?
            .rows;
        for change in &changes {
            self.sequence = change.sequence;
            self.ready.extend(change.transaction_id);
        }
        Ok(changes.len())
    }
}
