//! What is not final here is asked for by its ids, whatever the platform says of changes.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use super::asking::Asking;
use super::puller::Puller;
use super::stopped::{Stopped, unless_ending};
use crate::ledger::{open_orders, read_again};
use crate::sources::Reported;

/// How many orders are stored at a time.
const STORED_AT_ONCE: usize = 1_000;

impl Puller<'_> {
    /// Asks for each order that is not final here or could not be looked at, but for those that were told in this
    /// run. It goes on behind the order that the last run came to, so that those that were asked longest ago come
    /// first.
    pub(super) async fn ask_for_open_orders(&mut self, asking: &mut Asking) -> Result<(), Stopped> {
        let queue = self.queue().await?;
        for batch in queue.chunks(self.ids_at_once) {
            let ids = batch.iter().map(|(_, id)| id.clone()).collect();
            self.ask_for(asking, ids).await?;
            if let Some(last) = batch.last().and_then(|(order, _)| *order) {
                self.source.asked_after = Some(last);
            }
            if self.waiting() >= STORED_AT_ONCE {
                self.store().await?;
            }
        }
        if self.daily {
            self.source.gone_asked_at = Some(self.now());
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
            let orders = unless_ending(self.app, asking.by_ids(batch)).await?;
            self.miss(missing(batch, &orders));
            self.take(orders);
        }
        Ok(())
    }

    /// Our ids of what is to be asked for, where it is known here, and the platform's. What could not be taken by
    /// the last run comes first.
    async fn queue(&self) -> Result<Vec<(Option<Uuid>, String)>, Stopped> {
        let db = self.app.database.reader();
        let (shop_id, source) = (self.shop.shop_id, &self.source.name);
        let unread = self.source.unread.clone().unwrap_or_default();
        let unread: BTreeSet<String> = serde_json::from_value(unread).unwrap_or_default();
        let daily = self.daily;
        let mut open = read_again(|| open_orders(db, shop_id, source, daily)).await?;
        open.retain(|_, id| !self.told.contains(id) && !unread.contains(id));
        let after = self.source.asked_after.unwrap_or_default();
        let (before, behind): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(order, _)| *order <= after);
        let known = behind.into_iter().chain(before);
        let known = known.map(|(order, id)| (Some(order), id));
        let unread = unread.into_iter().filter(|id| !self.told.contains(id));
        Ok(unread.map(|id| (None, id)).chain(known).collect())
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
