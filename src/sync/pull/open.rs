//! What is not final here is asked for by its ids, whatever the platform says of changes.

use std::collections::HashSet;

use entity::Instant;
use uuid::Uuid;

use super::asking::Asking;
use super::puller::{Puller, Stopped};
use crate::ledger::open_orders;
use crate::sources::Reported;

/// How many orders are stored at a time.
const STORED_AT_ONCE: usize = 1_000;
/// How often orders that are gone are asked for, in milliseconds: once a day.
const GONE_MILLIS: i64 = 24 * 60 * 60 * 1_000;

impl Puller<'_> {
    /// Asks for each order that is not final here, but for those that were told in this run. It goes on behind
    /// the order that the last run came to, so that those that were asked longest ago come first.
    pub(super) async fn ask_for_open_orders(&mut self, asking: &mut Asking) -> Result<(), Stopped> {
        let now = self.now();
        let asked_lately = |at: Instant| now.0 - at.0 < GONE_MILLIS;
        let with_gone = !self.source.gone_asked_at.is_some_and(asked_lately);
        let queue = self.queue(with_gone).await?;
        for batch in queue.chunks(self.ids_at_once) {
            let ids = batch.iter().map(|(_, id)| id.clone()).collect();
            self.ask_for(asking, ids).await?;
            self.source.asked_after = batch.last().map(|(order, _)| *order);
            if self.waiting() >= STORED_AT_ONCE {
                self.store().await?;
            }
        }
        if with_gone {
            self.source.gone_asked_at = Some(now);
        }
        if self.waiting() > 0 {
            self.store().await?;
        }
        Ok(())
    }

    /// Asks for these orders, but for those that were told in this run.
    pub(super) async fn ask_for(
        &mut self,
        asking: &mut Asking,
        mut ids: Vec<String>,
    ) -> Result<(), Stopped> {
        let mut asked = HashSet::new();
        ids.retain(|id| !self.told.contains(id) && asked.insert(id.clone()));
        for batch in ids.chunks(self.ids_at_once) {
            let orders = asking.by_ids(batch).await?;
            self.miss(missing(batch, &orders));
            self.take(orders);
        }
        Ok(())
    }

    /// Our ids of what is to be asked for, and the platform's.
    async fn queue(&self, with_gone: bool) -> Result<Vec<(Uuid, String)>, Stopped> {
        let db = self.app.database.reader();
        let mut open = open_orders(db, self.shop.shop_id, &self.source.name, with_gone).await?;
        open.retain(|_, id| !self.told.contains(id));
        let after = self.source.asked_after.unwrap_or_default();
        let (before, behind): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(order, _)| *order <= after);
        Ok(behind.into_iter().chain(before).collect())
    }
}

/// What was asked for and is not there. One that is there and cannot be read is not missing.
fn missing(ids: &[String], orders: &[Reported]) -> Vec<String> {
    let found: HashSet<&str> = orders
        .iter()
        .filter_map(|order| match order {
            Ok(order) => Some(order.external_id.as_str()),
            Err(unread) => unread.external_id.as_deref(),
        })
        .collect();
    let is_missing = |id: &&String| !found.contains(id.as_str());
    ids.iter().filter(is_missing).cloned().collect()
}
