//! What the rows of the history are about, as that is now, read for a page of them at a time.

use std::collections::HashMap;

use entity::words::{StatusActor, SyncState};
use entity::{
    affiliate, affiliate_transaction as transaction, finished_run, order, status_change, sync_run,
};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::id_lists::read_by_ids;
use super::sync_runs::runs_of;
use super::webhook_events::{Changed, Row, ToTell};
use crate::error::Result;

/// What the rows of one page are about.
pub(super) struct Subjects {
    orders: HashMap<Uuid, order::Model>,
    transactions: HashMap<Uuid, transaction::Model>,
    affiliates: HashMap<Uuid, affiliate::Model>,
    runs: HashMap<Uuid, sync_run::Model>,
}

impl Subjects {
    pub(super) async fn read<'a>(
        db: &impl ConnectionTrait,
        shop_id: i64,
        rows: impl Iterator<Item = &'a Row>,
    ) -> Result<Self> {
        let (mut orders, mut transactions, mut runs) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            match row {
                Row::Change(change) => {
                    orders.extend(change.order_id);
                    transactions.extend(change.transaction_id);
                }
                Row::Run(run) => runs.push(run.run_id),
            }
        }
        // Deleted ones too: that is what may have happened to them.
        let of_shop = transaction::Entity::find().filter(transaction::Column::ShopId.eq(shop_id));
        let transactions = read_by_ids(
            db,
            of_shop,
            transaction::Column::Id,
            &distinct(transactions),
        )
        .await?;
        orders.extend(transactions.iter().filter_map(|row| row.order_id));
        let of_shop = order::Entity::find().filter(order::Column::ShopId.eq(shop_id));
        let orders = read_by_ids(db, of_shop, order::Column::Id, &distinct(orders)).await?;
        let affiliates = transactions.iter().map(|row| row.affiliate_id).collect();
        let of_shop = affiliate::Entity::find().filter(affiliate::Column::ShopId.eq(shop_id));
        let affiliates =
            read_by_ids(db, of_shop, affiliate::Column::Id, &distinct(affiliates)).await?;
        let runs = read_by_ids(db, runs_of(shop_id), sync_run::Column::Id, &runs).await?;
        Ok(Self {
            orders: orders.into_iter().map(|row| (row.id, row)).collect(),
            transactions: transactions.into_iter().map(|row| (row.id, row)).collect(),
            affiliates: affiliates.into_iter().map(|row| (row.id, row)).collect(),
            runs: runs.into_iter().map(|row| (row.id, row)).collect(),
        })
    }

    pub(super) async fn changed(
        &self,
        db: &impl ConnectionTrait,
        change: status_change::Model,
    ) -> Result<ToTell> {
        let transaction = change
            .transaction_id
            .and_then(|id| self.transactions.get(&id));
        let order_id = change.order_id.or(transaction.and_then(|row| row.order_id));
        let owned = |row: &transaction::Model| {
            let affiliate = self.affiliates.get(&row.affiliate_id);
            (row.clone(), affiliate.cloned())
        };
        Ok(ToTell::Changed(Box::new(Changed {
            was_pinned: was_pinned(db, &change).await?,
            order: order_id.and_then(|id| self.orders.get(&id)).cloned(),
            transaction: transaction.map(owned),
            change,
        })))
    }

    pub(super) fn finished(&mut self, run: &finished_run::Model) -> Option<ToTell> {
        let found = self.runs.remove(&run.run_id)?;
        debug_assert!(matches!(
            found.state,
            SyncState::Succeeded | SyncState::Failed
        ));
        Some(ToTell::Finished {
            run: Box::new(found),
            after_sequence: run.after_sequence,
        })
    }
}

/// The pin before a change. Sync leaves alone what is pinned (R11); for others, the change before tells.
async fn was_pinned(
    db: &impl ConnectionTrait,
    change: &status_change::Model,
) -> Result<Option<bool>> {
    use status_change::Column;
    let Some(transaction_id) = change.transaction_id else {
        return Ok(None);
    };
    if change.actor == StatusActor::Sync {
        return Ok(Some(false));
    }
    let before = status_change::Entity::find()
        .filter(Column::ShopId.eq(change.shop_id))
        .filter(Column::TransactionId.eq(transaction_id))
        .filter(Column::Sequence.lt(change.sequence))
        .order_by_desc(Column::Sequence)
        .one(db)
        .await?;
    Ok(Some(before.and_then(|row| row.pinned).unwrap_or(false)))
}

fn distinct(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
