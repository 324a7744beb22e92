//! Runs whose process went away: nobody else would ever end them.

use std::collections::BTreeSet;

use entity::words::SyncState;
use entity::{Instant, sync_lease, sync_run};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

use super::finished_runs::note_finished;
use super::{Author, Change, ShopWrite, bulk, write};
use crate::app::App;
use crate::error::Result;

/// How long a dry run, which holds no lease, may take, in milliseconds. For as long, one that was cut off is
/// taken to be under way.
const DRY_RUN_MILLIS: i64 = 10 * 60_000;

/// Marks the dead runs of a shop as failed; answers how many there were.
#[derive(Debug, Serialize)]
struct FailDeadRuns;

impl Change for FailDeadRuns {
    const NAME: &'static str = "failDeadRuns";
    type Output = usize;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<usize> {
        let lease = sync_lease::Entity::find_by_id(shop.shop.shop_id)
            .one(shop.db())
            .await?;
        let (unfinished, now) = (unfinished_runs(shop).await?, shop.now);
        let mut dead: Vec<_> = unfinished
            .into_iter()
            .filter(|run| is_dead(run, lease.as_ref(), now))
            .collect();
        for run in &mut dead {
            mark_dead(shop, run);
        }
        note_finished(shop, dead.iter().filter(|run| !run.dry_run)).await?;
        let count = dead.len();
        bulk::upsert::<sync_run::Entity>(shop.db(), dead).await?;
        Ok(count)
    }
}

/// Gives a run up that its process has left behind.
pub(super) fn mark_dead(shop: &ShopWrite, run: &mut sync_run::Model) {
    run.state = SyncState::Failed;
    run.finished_at = Some(shop.now);
    run.error = Some("the process that ran it went away".to_owned());
}

/// The dry run that is not over, unless it has taken too long for somebody to be still at it.
pub(super) async fn dry_run_under_way(shop: &ShopWrite) -> Result<Option<sync_run::Model>> {
    let unfinished = unfinished_runs(shop).await?;
    let mut living = unfinished
        .into_iter()
        .filter(|run| run.dry_run && !is_dead(run, None, shop.now));
    Ok(living.next())
}

/// Whether nobody is at an unfinished run any more: its shop's lease is not its own or has run out, or it is a dry
/// run, which has none, and has taken too long.
fn is_dead(run: &sync_run::Model, lease: Option<&sync_lease::Model>, now: Instant) -> bool {
    if run.dry_run {
        return run.queued_at.0 + DRY_RUN_MILLIS < now.0;
    }
    lease.is_none_or(|lease| lease.run_id != run.id || lease.expires_at <= now)
}

async fn unfinished_runs(shop: &ShopWrite) -> Result<Vec<sync_run::Model>> {
    Ok(sync_run::Entity::find()
        .filter(sync_run::Column::ShopId.eq(shop.shop.shop_id))
        .filter(sync_run::Column::State.is_in([SyncState::Queued, SyncState::Running]))
        .all(shop.db())
        .await?)
}

/// Looks for dead runs in all shops, and marks them as failed. Shops whose runs are alive are not written to, and
/// what goes wrong with one is logged.
pub async fn fail_dead_runs(app: &App) -> Result<()> {
    let (db, now) = (app.database.reader(), app.clock.now());
    let unfinished = sync_run::Entity::find()
        .filter(sync_run::Column::State.is_in([SyncState::Queued, SyncState::Running]))
        .all(db)
        .await?;
    let mut shops = BTreeSet::new();
    for run in unfinished {
        let lease = sync_lease::Entity::find_by_id(run.shop_id).one(db).await?;
        if is_dead(&run, lease.as_ref(), now) {
            shops.insert(run.shop_id);
        }
    }
    for shop_id in shops {
        let failed = write(app, shop_id, &Author::run(Uuid::nil()), &FailDeadRuns).await;
        if let Err(error) = failed {
            tracing::error!(shop_id, cause = %error.in_full(), "dead runs were not marked");
        }
    }
    Ok(())
}
