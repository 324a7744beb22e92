//! What can be followed. Both subscriptions look at what is stored each second, so that they work over any
//! number of replicas.

use std::collections::VecDeque;

use async_graphql::{Context, ID, Subscription};
use entity::sync_run;
use entity::words::SyncState;
use futures_util::stream::{Stream, unfold};
use tokio::time::sleep;
use uuid::Uuid;

use super::errors::{ApiError, Result};
use super::heads::{Heads, LOOK_EVERY};
use super::node_id::NodeKind;
use super::object::{SyncRun, Transaction};
use super::pace::{Pace, pace};
use super::reads::{Reads, app, reads, shop, viewer};
use crate::app::App;
use crate::reports::{self, BySequence, ChangesOf, PageRequest, Scope};

/// How many changes are read at a time.
const CHANGES: u64 = 200;

/// What can be followed.
#[derive(Debug, Default)]
pub struct SubscriptionRoot {
    heads: Heads,
}

/// What can be followed, over a WebSocket or as server-sent events: each answer comes when something has changed.
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
            reads: reads(ctx)?.clone(),
            pace: pace(ctx),
            shop_id: viewer.shop_id,
            id,
            seen: None,
        };
        run.find().await?;
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
        let sequence = shop(ctx).await?.last_sequence;
        let reads = reads(ctx)?.clone();
        reads.renew();
        let changes = Changes {
            app: app(ctx)?.clone(),
            heads: self.heads.clone(),
            reads,
            pace: pace(ctx),
            shop_id: viewer.shop_id,
            scope: viewer.scope(),
            sequence,
            head: sequence,
            ready: VecDeque::new(),
        };
        Ok(unfold(changes, Changes::next))
    }
}

/// A run that is followed.
struct Run {
    reads: Reads,
    pace: Pace,
    shop_id: i64,
    id: Uuid,
    seen: Option<sync_run::Model>,
}

impl Run {
    /// Waits until the run differs from what was last seen; ends after its end was seen.
    async fn next(mut self) -> Option<(Result<SyncRun>, Self)> {
        if self.seen.as_ref().is_some_and(is_over) {
            return None;
        }
        loop {
            match self.find_changed().await {
                Ok(Some(run)) => return Some((Ok(run), self)),
                Ok(None) => sleep(LOOK_EVERY).await,
                Err(error) => {
                    self.reads.renew();
                    self.pace.give_up();
                    sleep(LOOK_EVERY).await;
                    return Some((Err(error), self));
                }
            }
        }
    }

    /// The run where it differs. An event has a snapshot of its own (R25), of the moment when its turn has come.
    async fn find_changed(&mut self) -> Result<Option<SyncRun>> {
        let run = self.find().await?;
        self.reads.renew();
        if self.seen.as_ref() == Some(&run) {
            return Ok(None);
        }
        self.pace.begin().await;
        let run = self.find().await?;
        self.seen = Some(run.clone());
        Ok(Some(run.into()))
    }

    async fn find(&self) -> Result<sync_run::Model> {
        self.reads.renew();
        let db = self.reads.db().await?;
        let run = reports::find_run(&db, self.shop_id, self.id).await?;
        Ok(run.ok_or_else(|| NodeKind::SyncRun.not_there())?)
    }
}

fn is_over(run: &sync_run::Model) -> bool {
    matches!(run.state, SyncState::Succeeded | SyncState::Failed)
}

/// The history of transactions as it grows.
struct Changes {
    app: App,
    heads: Heads,
    reads: Reads,
    pace: Pace,
    shop_id: i64,
    scope: Scope,
    /// All up to this one were read.
    sequence: i64,
    /// The last that there was when somebody looked.
    head: i64,
    ready: VecDeque<Uuid>,
}

impl Changes {
    async fn next(mut self) -> Option<(Result<Transaction>, Self)> {
        let found = self.find_next().await;
        if found.is_err() {
            self.reads.renew();
            self.pace.give_up();
            sleep(LOOK_EVERY).await;
        }
        Some((found, self))
    }

    /// Waits for the next transaction that changes.
    async fn find_next(&mut self) -> Result<Transaction> {
        loop {
            if let Some(transaction) = self.take_ready().await? {
                return Ok(transaction);
            }
            if self.sequence >= self.head {
                self.head = self.grown().await?;
            }
            // What others of the shop may see, and this viewer may not, is passed over.
            if self.read_on().await? == 0 {
                self.sequence = self.head;
            }
        }
    }

    /// Waits until the shop's history goes on.
    async fn grown(&self) -> Result<i64, ApiError> {
        let read = async || {
            let shop = reports::find_shop(self.app.database.reader(), self.shop_id).await?;
            Ok(shop.map_or(0, |shop| shop.last_sequence))
        };
        Ok(self.heads.beyond(self.shop_id, self.sequence, read).await?)
    }

    /// The next of those read that is still there, in a snapshot of its own (R25). It is done with once it was
    /// read, not before: after an error it is read again.
    async fn take_ready(&mut self) -> Result<Option<Transaction>> {
        while let Some(id) = self.ready.front() {
            self.reads.renew();
            self.pace.begin().await;
            let db = self.reads.db().await?;
            let found = reports::find_transaction(&db, self.scope, *id).await?;
            self.ready.pop_front();
            if let Some(row) = found {
                return Ok(Some(row.into()));
            }
        }
        self.reads.renew();
        self.pace.give_up();
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
