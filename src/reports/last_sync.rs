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

#[cfg(test)]
mod tests {
    use super::super::fixtures::{Fixture, NEIGHBOUR, SHOP, run, shop};
    use super::*;

    #[tokio::test]
    async fn r21_the_last_success_and_the_last_attempt_leave_dry_runs_out() {
        let fixture = Fixture::open().await;
        let none = last_sync(fixture.db(), SHOP).await;
        assert_eq!(none.ok(), Some(LastSync::default()));
        let runs = [
            run(1, SyncState::Succeeded, false),
            run(4, SyncState::Succeeded, false),
            run(7, SyncState::Succeeded, true),
            run(10, SyncState::Failed, false),
            run(13, SyncState::Running, true),
        ];
        fixture.put(runs.to_vec()).await;
        let neighbours = Model {
            shop_id: NEIGHBOUR,
            ..run(20, SyncState::Succeeded, false)
        };
        fixture.put(vec![neighbours]).await;
        let last = last_sync(fixture.db(), SHOP).await.expect("runs");
        assert_eq!(last.last_success.as_ref(), Some(&runs[1]));
        assert_eq!(last.last_attempt.as_ref(), Some(&runs[3]));
    }

    #[test]
    #[rustfmt::skip]
    fn r21_healthy_means_a_success_within_two_intervals() {
        let at = |minutes: i64| Instant(minutes * MINUTE);
        let finished = |at| Model { finished_at: Some(at), ..run(1, SyncState::Succeeded, false) };
        //   sync   last success   healthy
        for (sync,  success,       expected) in [
            (true,  Some(at(40)),  true),
            (true,  Some(at(39)),  false),
            (true,  None,          false),
            (false, None,          true),
        ] {
            let shop = shop::Model { sync_enabled: sync, sync_interval_minutes: 30, ..shop(SHOP) };
            let last = LastSync { last_success: success.map(finished), last_attempt: None };
            assert_eq!(last.is_healthy(&shop, at(100)), expected, "{sync} {success:?}");
        }
    }

    #[test]
    #[rustfmt::skip]
    fn r17_the_next_run_is_an_interval_after_the_last_was_asked_for() {
        let at = |minutes: i64| Instant(minutes * MINUTE);
        let asked = |at| Model { queued_at: at, ..run(1, SyncState::Failed, false) };
        //   sync   last asked     next
        for (sync,  attempt,       expected) in [
            (true,  Some(at(90)),  Some(at(120))),
            (true,  Some(at(10)),  Some(at(100))),
            (true,  None,          Some(at(100))),
            (false, Some(at(90)),  None),
        ] {
            let shop = shop::Model { sync_enabled: sync, sync_interval_minutes: 30, ..shop(SHOP) };
            let last = LastSync { last_success: None, last_attempt: attempt.map(asked) };
            assert_eq!(last.next_run_at(&shop, at(100)), expected, "{sync} {attempt:?}");
        }
    }
}
