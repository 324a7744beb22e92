//! What is not final here is asked for by its ids, whatever the platform says of changes.
//!
//! R22: where the platform fails at a batch, it may be one order that it fails at. Then the batch is asked for by
//! halves, until that order is found and set aside.

use std::collections::HashSet;

use uuid::Uuid;

use super::asking::{Asking, may_be_for_one_order};
use super::puller::Puller;
use super::stopped::{Stopped, unless_ending};
use crate::ledger::{open_orders, read_again, unread_of};
use crate::sources::{Reported, SourceError, Unread};

/// How many orders are stored at a time.
const STORED_AT_ONCE: usize = 1_000;
/// At how many orders a platform fails in one run before it is taken to be down.
const FAILS_AT: usize = 5;

impl Puller<'_> {
    /// Asks for each order that is not final here or could not be looked at, but for those that were told in this
    /// run. It goes on behind the order that the last run came to, so that those that were asked longest ago come
    /// first.
    pub(super) async fn ask_for_open_orders(&mut self, asking: &mut Asking) -> Result<(), Stopped> {
        let queue = self.queue().await?;
        for batch in queue.chunks(self.ids_at_once) {
            let ids: Vec<_> = batch.iter().map(|(_, id)| id.clone()).collect();
            self.ask_for(asking, &ids).await?;
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

    /// Asks for these orders, as many as can be asked for at once.
    async fn ask_for(&mut self, asking: &mut Asking, ids: &[String]) -> Result<(), Stopped> {
        match unless_ending(self.app, asking.by_ids(ids)).await {
            Ok(orders) => self.take_batch(ids, orders),
            Err(Stopped::Theirs(error)) if may_be_for_one_order(&error) => {
                self.ask_by_parts(asking, ids, error).await?;
            }
            Err(stopped) => return Err(stopped),
        }
        Ok(())
    }

    fn take_batch(&mut self, ids: &[String], orders: Vec<Reported>) {
        self.miss(missing(ids, &orders));
        self.take(orders);
    }

    /// Asks by halves for orders that the platform failed at all together, and sets those aside that it fails at
    /// one by one. Where it fails at many, or at all while nothing else shows that it is well, it is down.
    async fn ask_by_parts(
        &mut self,
        asking: &mut Asking,
        ids: &[String],
        error: SourceError,
    ) -> Result<(), Stopped> {
        let mut failing = Vec::new();
        let mut parts = halves(ids, error, &mut failing);
        loop {
            if let Some((_, error)) = failing.get(FAILS_AT - self.fails_at) {
                return Err(error.clone().into());
            }
            let Some(part) = parts.pop() else { break };
            match unless_ending(self.app, asking.part_by_ids(part)).await {
                Ok(orders) => self.take_batch(part, orders),
                Err(Stopped::Theirs(error)) if may_be_for_one_order(&error) => {
                    parts.extend(halves(part, error, &mut failing));
                }
                Err(stopped) => return Err(stopped),
            }
        }
        if let Some((_, error)) = failing.last().filter(|_| failing.len() == ids.len()) {
            match unless_ending(self.app, asking.probe()).await {
                Ok(()) => {}
                Err(Stopped::Theirs(_)) => return Err(error.clone().into()),
                Err(stopped) => return Err(stopped),
            }
        }
        self.set_aside(failing);
        Ok(())
    }

    fn set_aside(&mut self, failing: Vec<(&String, SourceError)>) {
        self.fails_at += failing.len();
        let unread = failing.into_iter().map(|(id, error)| {
            Err(Unread {
                external_id: Some(id.clone()),
                reason: error.to_string(),
            })
        });
        self.take(unread.collect());
    }

    /// Our ids of what is to be asked for, where it is known here, and the platform's. What could not be taken by
    /// the last run comes first.
    async fn queue(&self) -> Result<Vec<(Option<Uuid>, String)>, Stopped> {
        let db = self.app.database.reader();
        let (shop_id, source) = (self.shop.shop_id, &self.source.name);
        let unread = unread_of(&self.source);
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

/// Both halves of a part that a platform failed at, the first one last. One order alone is noted with its error.
fn halves<'a>(
    part: &'a [String],
    error: SourceError,
    failing: &mut Vec<(&'a String, SourceError)>,
) -> Vec<&'a [String]> {
    if let [id] = part {
        failing.push((id, error));
        return Vec::new();
    }
    let (first, second) = part.split_at(part.len() / 2);
    vec![second, first]
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
