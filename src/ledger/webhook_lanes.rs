//! How far each webhook endpoint was told, kept by whoever holds its lease: one deliverer at a time over all
//! replicas, so that messages arrive in order. Written without the shop's lock, since no figure hangs on it; each
//! statement is fenced by the holder, so that one who has lost the lease writes no more.

use entity::Instant;
use entity::webhook_endpoint::{Column, Entity, Model};
use sea_orm::sea_query::{Cond, Expr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, UpdateMany};
use uuid::Uuid;

use crate::app::App;
use crate::error::Result;

/// How long a lease holds without being renewed, in milliseconds: several times what one message may take.
const LEASE_MILLIS: i64 = 60_000;

/// A place in what happened in a shop: all up to there was told, or was not to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Of the history.
    pub sequence: i64,
    /// Of the runs that ended.
    pub run_number: i64,
    /// Of the shop: whatever was written up to there is told.
    pub revision: i64,
}

/// The right to tell an endpoint.
#[derive(Clone, Debug)]
pub struct WebhookLane {
    app: App,
    shop_id: i64,
    id: Uuid,
    holder: Uuid,
}

/// That a message was not taken.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How often in a row.
    pub failures: i32,
    /// Since when.
    pub since: Instant,
    /// Why.
    pub error: String,
    /// When to send it again; unset to give up.
    pub retry_at: Option<Instant>,
}

impl Reached {
    /// How far an endpoint was told.
    #[must_use]
    pub fn by(endpoint: &Model) -> Self {
        Self {
            sequence: endpoint.sequence,
            run_number: endpoint.run_number,
            revision: endpoint.revision,
        }
    }

    fn set(self, update: UpdateMany<Entity>) -> UpdateMany<Entity> {
        update
            .col_expr(Column::Sequence, Expr::value(self.sequence))
            .col_expr(Column::RunNumber, Expr::value(self.run_number))
            .col_expr(Column::Revision, Expr::value(self.revision))
    }
}

impl WebhookLane {
    /// Takes the lease of an endpoint that is enabled; answers the endpoint as it is now, and nothing where somebody
    /// else holds it, or has just put its next message off.
    pub async fn take(app: &App, endpoint: &Model) -> Result<Option<(Self, Model)>> {
        let now = app.clock.now();
        let holder = app.new_id(now);
        let is_free = Cond::any()
            .add(Column::LeasedUntil.is_null())
            .add(Column::LeasedUntil.lte(now));
        let is_due = Cond::any()
            .add(Column::RetryAt.is_null())
            .add(Column::RetryAt.lte(now));
        let taken = Entity::update_many()
            .col_expr(Column::Holder, Expr::value(holder))
            .col_expr(Column::LeasedUntil, Expr::value(now.0 + LEASE_MILLIS))
            .filter(Column::ShopId.eq(endpoint.shop_id))
            .filter(Column::Id.eq(endpoint.id))
            .filter(Column::Enabled.eq(true))
            .filter(is_free)
            .filter(is_due)
            .exec_with_returning(app.database.writer())
            .await?;
        let lane = Self {
            app: app.clone(),
            shop_id: endpoint.shop_id,
            id: endpoint.id,
            holder,
        };
        Ok(taken.into_iter().next().map(|row| (lane, row)))
    }

    /// Keeps that a message was taken, and holds the lease for longer; answers whether it is still held.
    pub async fn delivered(&self, reached: Reached) -> Result<bool> {
        let now = self.app.clock.now();
        let update = reached
            .set(self.held())
            .col_expr(Column::LeasedUntil, Expr::value(now.0 + LEASE_MILLIS))
            .col_expr(Column::Failures, Expr::value(0))
            .col_expr(Column::FailingSince, Expr::value(None::<i64>))
            .col_expr(Column::RetryAt, Expr::value(None::<i64>))
            .col_expr(Column::Error, Expr::value(None::<String>))
            .col_expr(Column::DeliveredAt, Expr::value(now.0));
        let done = update.exec(self.app.database.writer()).await?;
        Ok(done.rows_affected > 0)
    }

    /// Keeps that the next message was not taken; without a time to try it again the endpoint is disabled.
    pub async fn failed(&self, reached: Reached, failure: Failure) -> Result<()> {
        let now = self.app.clock.now();
        let disabled_at = failure.retry_at.is_none().then_some(now.0);
        let retry_at = failure.retry_at.map(|at| at.0);
        let update = reached
            .set(self.free())
            .col_expr(Column::Failures, Expr::value(failure.failures))
            .col_expr(Column::FailingSince, Expr::value(failure.since.0))
            .col_expr(Column::Error, Expr::value(failure.error))
            .col_expr(Column::RetryAt, Expr::value(retry_at))
            .col_expr(Column::Enabled, Expr::value(retry_at.is_some()))
            .col_expr(Column::DisabledAt, Expr::value(disabled_at));
        update.exec(self.app.database.writer()).await?;
        Ok(())
    }

    /// Lets go of the lease.
    pub async fn leave(&self, reached: Reached) -> Result<()> {
        let update = reached.set(self.free());
        update.exec(self.app.database.writer()).await?;
        Ok(())
    }

    fn held(&self) -> UpdateMany<Entity> {
        Entity::update_many()
            .filter(Column::ShopId.eq(self.shop_id))
            .filter(Column::Id.eq(self.id))
            .filter(Column::Holder.eq(self.holder))
    }

    fn free(&self) -> UpdateMany<Entity> {
        self.held()
            .col_expr(Column::Holder, Expr::value(None::<Uuid>))
            .col_expr(Column::LeasedUntil, Expr::value(None::<i64>))
    }
}
