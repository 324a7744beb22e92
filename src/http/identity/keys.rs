//! The provider's keys as they were last read, and read again when a JWT names one that is not among them.
//!
//! Whoever makes names up can have the provider asked once a minute, and no more often.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::Instant;
use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture};
use jsonwebtoken::Algorithm;

use super::key::{Key, KeySet};
use super::source::Source;
use crate::clock::Clock;

/// For how long after an attempt none is made.
const PAUSE_MILLIS: i64 = 60_000;
/// From when on keys are read again although none is missing, so that one that was taken back is forgotten.
const STALE_MILLIS: i64 = 60 * PAUSE_MILLIS;

/// The provider's keys. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Keys(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    source: Source,
    clock: Clock,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    keys: KeySet,
    read_at: Instant,
    asked_at: Option<Instant>,
    /// The last attempt, for which others may wait too.
    asking: Option<Asking>,
}

/// Over when the keys have been read, or could not be.
type Asking = future::Shared<BoxFuture<'static, ()>>;

impl Keys {
    /// From there.
    pub fn of(source: Source, clock: Clock) -> Self {
        let now = clock.now();
        let (keys, asked_at) = match &source {
            Source::File(_, keys) => (keys.clone(), Some(now)),
            Source::Address(_) => (KeySet::default(), None),
        };
        let known = Known {
            keys,
            read_at: now,
            asked_at,
            asking: None,
        };
        Self(Arc::new(Shared {
            source,
            clock,
            known: Mutex::new(known),
        }))
    }

    /// The key of this name that may have signed with this algorithm.
    pub async fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Option<Key> {
        if let Some(key) = self.0.find(name, algorithm) {
            // A provider that is slow or away holds nobody up whose key is known.
            if self.0.is_stale() {
                drop(self.ask());
            }
            return Some(key);
        }
        if let Some(asking) = self.ask() {
            asking.await;
        }
        self.0.find(name, algorithm)
    }

    /// The attempt under way, which this begins where none was made of late. It does not end with whoever waits
    /// for it: one who asks and goes away would else keep the keys from all others for another minute.
    fn ask(&self) -> Option<Asking> {
        let now = self.0.clock.now();
        let mut known = self.0.known();
        if known.may_be_asked_for(now) {
            let shared = Arc::clone(&self.0);
            let attempt = tokio::spawn(async move { shared.read(now).await });
            known.asking = Some(attempt.map(drop).boxed().shared());
            known.asked_at = Some(now);
        }
        known.asking.clone()
    }
}

impl Shared {
    fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Option<Key> {
        self.known().keys.find(name, algorithm).cloned()
    }

    /// What was known stays where nothing can be read.
    async fn read(&self, now: Instant) {
        match self.source.read().await {
            Ok(keys) => {
                let mut known = self.known();
                known.keys = keys;
                known.read_at = now;
            }
            Err(why) => tracing::warn!("--jwt-keys: the keys could not be read: {why}"),
        }
    }

    fn is_stale(&self) -> bool {
        self.clock.now().0 - self.known().read_at.0 >= STALE_MILLIS
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn may_be_asked_for(&self, now: Instant) -> bool {
        self.asked_at.is_none_or(|at| now.0 - at.0 >= PAUSE_MILLIS)
    }
}
