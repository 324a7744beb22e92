//! Hints of platforms that orders have changed: webhooks that proved genuine. What they say is never believed,
//! only the orders are asked for soon. Of many hints come few questions.
//!
//! They are kept in memory alone, and no more than so many: the next run sees by itself what is lost here.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::order_source;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use uuid::Uuid;

/// How many orders of one source wait to be fetched at most.
const MOST_IDS: usize = 1_000;
/// How long the longest id is that is taken, in bytes.
const LONGEST_ID: usize = 800;
/// How many deliveries are remembered at least, so that those that come again are known.
const REMEMBERED: usize = 10_000;

/// All hints that wait. Clones are the same.
#[derive(Clone, Debug)]
pub struct Hints {
    waiting: Arc<Mutex<HashMap<SourceId, Waiting>>>,
    told: Arc<Notify>,
    seen: Arc<Cache<[u8; 32], ()>>,
}

/// Which source, of which shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceId {
    /// The shop.
    pub shop_id: i64,
    /// The source.
    pub id: Uuid,
}

#[derive(Debug, Default)]
struct Waiting {
    ids: BTreeSet<String>,
    is_fetched: bool,
}

/// Orders that are to be fetched. Until it is dropped, what else is hinted of its source waits.
#[derive(Debug)]
pub struct Batch {
    /// Of which source.
    pub source: SourceId,
    /// Their ids there.
    pub external_ids: Vec<String>,
    hints: Hints,
}

impl From<&order_source::Model> for SourceId {
    fn from(row: &order_source::Model) -> Self {
        Self {
            shop_id: row.shop_id,
            id: row.id,
        }
    }
}

impl Default for Hints {
    fn default() -> Self {
        Self {
            waiting: Arc::default(),
            told: Arc::default(),
            seen: Arc::new(Cache::new(REMEMBERED)),
        }
    }
}

impl Hints {
    /// Takes a delivery in; whether it was not known before.
    pub(super) fn add(&self, source: SourceId, delivery: &str, ids: Vec<String>) -> bool {
        let mut digest = Sha256::new();
        digest.update(source.id.as_bytes());
        digest.update(delivery);
        let digest: [u8; 32] = digest.finalize().into();
        if self.seen.get(&digest).is_some() {
            return false;
        }
        self.seen.insert(digest, ());
        let mut waiting = self.waiting();
        let of_source = waiting.entry(source).or_default();
        let room = MOST_IDS.saturating_sub(of_source.ids.len());
        let ids = ids.into_iter().filter(|id| id.len() <= LONGEST_ID);
        of_source.ids.extend(ids.take(room));
        drop(waiting);
        self.told.notify_one();
        true
    }

    /// Waits until there may be something to fetch.
    pub(super) async fn told(&self) {
        self.told.notified().await;
    }

    /// What is to be fetched, of each source once at a time.
    pub(super) fn take(&self) -> Vec<Batch> {
        let mut waiting = self.waiting();
        waiting.retain(|_, of_source| of_source.is_fetched || !of_source.ids.is_empty());
        let free = waiting.iter_mut().filter(|(_, it)| !it.is_fetched);
        free.map(|(source, of_source)| {
            of_source.is_fetched = true;
            Batch {
                source: *source,
                external_ids: std::mem::take(&mut of_source.ids).into_iter().collect(),
                hints: self.clone(),
            }
        })
        .collect()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<SourceId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(of_source) = self.hints.waiting().get_mut(&self.source) {
            of_source.is_fetched = false;
        }
        // Others of this source may have come meanwhile.
        self.hints.told.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: SourceId = SourceId {
        shop_id: 1,
        id: Uuid::nil(),
    };

    fn ids(numbers: std::ops::Range<usize>) -> Vec<String> {
        numbers.map(|number| number.to_string()).collect()
    }

    fn fetched(hints: &Hints) -> usize {
        let batches = hints.take();
        batches.iter().map(|batch| batch.external_ids.len()).sum()
    }

    #[test]
    fn a_delivery_that_comes_again_is_known_and_of_its_source_alone() {
        let hints = Hints::default();
        let other = SourceId {
            id: Uuid::from_u128(1),
            ..SOURCE
        };
        assert!(hints.add(SOURCE, "a", ids(0..1)));
        assert!(!hints.add(SOURCE, "a", ids(0..1)));
        assert!(hints.add(other, "a", ids(0..1)));
        assert_eq!(hints.take().len(), 2);
        assert!(!hints.add(SOURCE, "a", ids(0..1)));
        assert_eq!(fetched(&hints), 0);
    }

    #[test]
    fn many_hints_make_one_batch_and_no_more_than_there_is_room_for() {
        let hints = Hints::default();
        for delivery in 0..10 * MOST_IDS {
            hints.add(
                SOURCE,
                &delivery.to_string(),
                ids(delivery / 2..delivery / 2 + 1),
            );
        }
        hints.add(SOURCE, "long", vec!["x".repeat(LONGEST_ID + 1)]);
        assert_eq!(hints.take()[0].external_ids.len(), MOST_IDS);
        assert_eq!(fetched(&hints), 0);
        assert!(hints.waiting().is_empty());
    }

    #[test]
    fn a_source_is_fetched_from_once_at_a_time() {
        let hints = Hints::default();
        hints.add(SOURCE, "a", ids(0..2));
        let batches = hints.take();
        hints.add(SOURCE, "b", ids(2..5));
        assert_eq!(fetched(&hints), 0);
        drop(batches);
        assert_eq!(fetched(&hints), 3);
    }
}
