//! Sync runs and their leases: one run at a time for a shop, over all replicas (R18).

use entity::words::{SyncState, SyncTrigger};
use entity::{Instant, order, shop, sync_lease, sync_run, unsettled_transaction as unsettled};
use sea_orm::sea_query::{Cond, Expr};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::dead_runs::{dry_run_under_way, mark_dead};
use super::finished_runs::note_finished;
use super::queue::enqueue;
use super::{Change, ShopWrite, bulk};
use crate::domain::settling::UNSETTLED;
use crate::error::{Error, RefusalCode, Result};

/// How long a lease holds without being renewed, in milliseconds. Whoever looks next takes over, so that it
/// happens within a minute.
pub const LEASE_MILLIS: i64 = 45_000;
/// How often a run looks at every unsettled row, in milliseconds: once a day.
const SWEEP_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Asks for a run. A dry one takes no lease; it reads as much as a run does, so that a shop has one at a time of
/// these too.
#[derive(Debug, Serialize)]
pub struct QueueRun {
    /// What asks.
    pub trigger: SyncTrigger,
    /// Whether it only shows what would change.
    pub dry_run: bool,
}

/// The run that was asked for, or the one under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QueuedRun {
    /// The run.
    pub run: sync_run::Model,
    /// Whether it was under way before.
    pub already_running: bool,
}

/// A queued run begins.
#[derive(Debug, Serialize)]
pub struct StartRun {
    /// Which run.
    pub run_id: Uuid,
    /// Whether to look at every unsettled row, due or not; once a day a run does so by itself.
    pub all: bool,
}

/// A run ends, well or not.
#[derive(Debug, Serialize)]
pub struct FinishRun {
    /// The run with its figures.
    pub run: sync_run::Model,
}

/// A run that waits is alive.
#[derive(Debug, Serialize)]
pub struct KeepLease {
    /// Which run.
    pub run_id: Uuid,
}

impl Change for KeepLease {
    const NAME: &'static str = "keepLease";
    type Output = ();

    async fn apply(&self, shop: &mut ShopWrite) -> Result<()> {
        hold_on(shop, self.run_id).await
    }
}

impl Change for QueueRun {
    const NAME: &'static str = "triggerSync";
    type Output = QueuedRun;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<QueuedRun> {
        if !shop.shop.sync_enabled {
            return Err(Error::refused(
                RefusalCode::SyncDisabled,
                format!(
                    "the sync of {} is off; an admin turns it on in the settings",
                    shop.shop.name
                ),
            ));
        }
        let under_way = if self.dry_run {
            dry_run_under_way(shop).await?
        } else {
            run_under_way(shop).await?
        };
        if let Some(run) = under_way {
            return Ok(QueuedRun {
                run,
                already_running: true,
            });
        }
        let run = new_run(shop, self);
        bulk::insert::<sync_run::Entity>(shop.db(), vec![run.clone()]).await?;
        if !self.dry_run {
            let lease = sync_lease::Model {
                shop_id: shop.shop.shop_id,
                run_id: run.id,
                expires_at: Instant(shop.now.0 + LEASE_MILLIS),
            };
            bulk::upsert::<sync_lease::Entity>(shop.db(), vec![lease]).await?;
        }
        Ok(QueuedRun {
            run,
            already_running: false,
        })
    }
}

impl Change for StartRun {
    const NAME: &'static str = "startRun";
    type Output = sync_run::Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<sync_run::Model> {
        let mut run = find_run(shop, self.run_id).await?;
        // A repeated answer to triggerSync names a run that is at work already, or over.
        if run.state != SyncState::Queued {
            return Err(Error::LeaseLost);
        }
        if !run.dry_run {
            renew_lease(shop, run.id).await?;
            let swept_lately = shop
                .shop
                .swept_at
                .is_some_and(|at| shop.now.0 - at.0 < SWEEP_MILLIS);
            if self.all || !swept_lately {
                sweep(shop).await?;
            }
        }
        run.state = SyncState::Running;
        run.started_at = Some(shop.now);
        run.transactions_due = count_due(shop).await?;
        run.orders_unmapped = count_unmapped(shop).await?;
        bulk::upsert::<sync_run::Entity>(shop.db(), vec![run.clone()]).await?;
        Ok(run)
    }
}

impl Change for FinishRun {
    const NAME: &'static str = "finishRun";
    type Output = sync_run::Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<sync_run::Model> {
        let run = sync_run::Model {
            finished_at: Some(shop.now),
            ..self.run.clone()
        };
        if !run.dry_run {
            renew_lease(shop, run.id).await?;
            sync_lease::Entity::delete_by_id(run.shop_id)
                .exec(shop.db())
                .await?;
            note_finished(shop, [&run]).await?;
        }
        bulk::upsert::<sync_run::Entity>(shop.db(), vec![run.clone()]).await?;
        Ok(run)
    }
}

/// Makes every unsettled row due, those too that something behind our back has kept out of the queue.
async fn sweep(shop: &ShopWrite) -> Result<()> {
    enqueue(shop, UNSETTLED, Cond::all()).await?;
    shop::Entity::update_many()
        .col_expr(shop::Column::SweptAt, Expr::value(shop.now.0))
        .filter(shop::Column::ShopId.eq(shop.shop.shop_id))
        .exec(shop.db())
        .await?;
    Ok(())
}

/// R1: unknown words are kept and counted.
pub(super) async fn count_unmapped(shop: &ShopWrite) -> Result<i64> {
    let unmapped = order::Entity::find()
        .filter(order::Column::ShopId.eq(shop.shop.shop_id))
        .filter(order::Column::Mapped.eq(false))
        .count(shop.db())
        .await?;
    Ok(i64::try_from(unmapped).unwrap_or(i64::MAX))
}

pub(super) async fn count_due(shop: &ShopWrite) -> Result<i64> {
    let due = unsettled::Entity::find()
        .filter(unsettled::Column::ShopId.eq(shop.shop.shop_id))
        .filter(unsettled::Column::DueAt.lte(shop.now))
        .count(shop.db())
        .await?;
    Ok(i64::try_from(due).unwrap_or(i64::MAX))
}

/// The run that holds a living lease. One whose process went away is marked failed, so that its shop can
/// be synced again.
async fn run_under_way(shop: &ShopWrite) -> Result<Option<sync_run::Model>> {
    let Some(lease) = sync_lease::Entity::find_by_id(shop.shop.shop_id)
        .one(shop.db())
        .await?
    else {
        return Ok(None);
    };
    let mut run = find_run(shop, lease.run_id).await?;
    if lease.expires_at > shop.now {
        return Ok(Some(run));
    }
    // Whoever looks for dead runs may have been here before.
    if matches!(run.state, SyncState::Queued | SyncState::Running) {
        mark_dead(shop, &mut run);
        note_finished(shop, [&run]).await?;
        bulk::upsert::<sync_run::Entity>(shop.db(), vec![run]).await?;
    }
    Ok(None)
}

/// Before every step of a run that changes the shop: it stops where an admin has turned sync off (R20).
pub(super) async fn hold_on(shop: &ShopWrite, run_id: Uuid) -> Result<()> {
    if !shop.shop.sync_enabled {
        return Err(Error::refused(
            RefusalCode::SyncDisabled,
            "the sync was turned off meanwhile",
        ));
    }
    renew_lease(shop, run_id).await
}

/// Holds the lease for longer; a run that has lost it must not write any more.
async fn renew_lease(shop: &ShopWrite, run_id: Uuid) -> Result<()> {
    let renewed = sync_lease::Entity::update_many()
        .col_expr(
            sync_lease::Column::ExpiresAt,
            Expr::value(shop.now.0 + LEASE_MILLIS),
        )
        .filter(sync_lease::Column::ShopId.eq(shop.shop.shop_id))
        .filter(sync_lease::Column::RunId.eq(run_id))
        .exec(shop.db())
        .await?;
    if renewed.rows_affected == 0 {
        return Err(Error::LeaseLost);
    }
    Ok(())
}

async fn find_run(shop: &ShopWrite, id: Uuid) -> Result<sync_run::Model> {
    sync_run::Entity::find_by_id((shop.shop.shop_id, id))
        .one(shop.db())
        .await?
        .ok_or_else(|| Error::not_found("sync run"))
}

fn new_run(shop: &ShopWrite, asked: &QueueRun) -> sync_run::Model {
    sync_run::Model {
        shop_id: shop.shop.shop_id,
        id: shop.new_id(),
        trigger: asked.trigger,
        state: SyncState::Queued,
        dry_run: asked.dry_run,
        queued_at: shop.now,
        started_at: None,
        finished_at: None,
        orders_read: 0,
        orders_changed: 0,
        orders_unmapped: 0,
        orders_stale: 0,
        orders_failed: 0,
        transactions_due: 0,
        transactions_checked: 0,
        transactions_changed: 0,
        transitions: serde_json::Value::Array(Vec::new()),
        promoted_counts_repaired: 0,
        error: None,
    }
}
