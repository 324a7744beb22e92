//! When a shop was last synced (R21). Dry runs do not count.

use entity::sync_run::{Column, Model};
use entity::words::SyncState;
use entity::{Instant, shop};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};

use super::sync_runs::runs_of;
use crate::error::Result;

const MINUTE: i64 = 60_000;

/// The runs that a dashboard's last line is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastSync {
    /// The last run that succeeded.
    pub last_success: Option<Model>,
    /// The last run, however it went or goes.
    pub last_attempt: Option<Model>,
}

impl LastSync {
    /// The last sync time: when the last run that succeeded ended.
    #[must_use]
    pub fn finished_at(&self) -> Option<Instant> {
        self.last_success.as_ref()?.finished_at
    }

    /// When the last run began or, before that, was asked for.
    #[must_use]
    pub fn attempted_at(&self) -> Option<Instant> {
        let run = self.last_attempt.as_ref()?;
        Some(run.started_at.unwrap_or(run.queued_at))
    }

    /// When the shop is synced by itself next (R17): never where its sync is off, now where it is overdue.
    #[must_use]
    pub fn next_run_at(&self, shop: &shop::Model, now: Instant) -> Option<Instant> {
        let last = self.last_attempt.as_ref().map(|run| run.queued_at);
        let next = last.map_or(now, |last| Instant(last.0 + interval_of(shop)));
        shop.sync_enabled.then_some(next.max(now))
    }

    /// Whether a run succeeded within two intervals; true where sync is off.
    #[must_use]
    pub fn is_healthy(&self, shop: &shop::Model, now: Instant) -> bool {
        let is_recent = |it: Instant| now.0 - it.0 <= 2 * interval_of(shop);
        !shop.sync_enabled || self.finished_at().is_some_and(is_recent)
    }
}

/// The last success and the last attempt.
pub async fn last_sync(db: &impl ConnectionTrait, shop_id: i64) -> Result<LastSync> {
    let newest = runs_of(shop_id)
        .filter(Column::DryRun.eq(false))
        .order_by_desc(Column::QueuedAt)
        .order_by_desc(Column::Id);
    let succeeded = newest
        .clone()
        .filter(Column::State.eq(SyncState::Succeeded));
    Ok(LastSync {
        last_success: succeeded.one(db).await?,
        last_attempt: newest.one(db).await?,
    })
}

fn interval_of(shop: &shop::Model) -> i64 {
    i64::from(shop.sync_interval_minutes) * MINUTE
}
