//! How much there is of all that a write can make: what a write did is the difference.

use entity::words::SyncState;
use entity::{affiliate, affiliate_transaction as transaction, order, status_change, sync_run};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::support::world::World;

/// Counts of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    pub orders: u64,
    pub affiliates: u64,
    pub transactions: u64,
    pub deleted: u64,
    pub pinned: u64,
    pub changes: u64,
    pub succeeded_runs: u64,
    pub failed_runs: u64,
}

impl Footprint {
    /// What was never done.
    pub const NOTHING: Self = Self {
        orders: 0,
        affiliates: 0,
        transactions: 0,
        deleted: 0,
        pinned: 0,
        changes: 0,
        succeeded_runs: 0,
        failed_runs: 0,
    };

    pub async fn of(world: &World) -> Self {
        let db = world.app.behind_its_back();
        let transactions = transaction::Entity::find();
        let deleted = transaction::Column::DeletedAt.is_not_null();
        let pinned = transaction::Column::Pinned.eq(true);
        let runs =
            |state: SyncState| sync_run::Entity::find().filter(sync_run::Column::State.eq(state));
        Self {
            orders: order::Entity::find().count(db).await.unwrap(),
            affiliates: affiliate::Entity::find().count(db).await.unwrap(),
            transactions: transactions.clone().count(db).await.unwrap(),
            deleted: transactions
                .clone()
                .filter(deleted)
                .count(db)
                .await
                .unwrap(),
            pinned: transactions.filter(pinned).count(db).await.unwrap(),
            changes: status_change::Entity::find().count(db).await.unwrap(),
            succeeded_runs: runs(SyncState::Succeeded).count(db).await.unwrap(),
            failed_runs: runs(SyncState::Failed).count(db).await.unwrap(),
        }
    }

    /// What has come since; nothing that a footprint counts goes away, but for pins.
    pub fn since(self, before: Self) -> Self {
        Self {
            orders: self.orders - before.orders,
            affiliates: self.affiliates - before.affiliates,
            transactions: self.transactions - before.transactions,
            deleted: self.deleted - before.deleted,
            pinned: self.pinned.abs_diff(before.pinned),
            changes: self.changes - before.changes,
            succeeded_runs: self.succeeded_runs - before.succeeded_runs,
            failed_runs: self.failed_runs - before.failed_runs,
        }
    }
}
