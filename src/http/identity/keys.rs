//! The provider's keys as they were last read, and read again when a JWT names one that is not among them.
//!
//! Whoever makes names up can have the provider asked once a minute, and no more often.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::Instant;
use jsonwebtoken::Algorithm;
use reqwest::Url;
use tokio::sync::Mutex as Turn;

use super::fetch::{fetch, read_file};
use super::key::{Key, KeySet};
use crate::clock::Clock;

/// For how long after an attempt none is made.
const PAUSE_MILLIS: i64 = 60_000;
/// From when on keys are read again although none is missing, so that one that was taken back is forgotten.
const STALE_MILLIS: i64 = 60 * PAUSE_MILLIS;

/// Where the keys come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A file, and what was in it at the start.
    File(PathBuf, KeySet),
    /// The address that the provider tells of as its `jwks_uri`.
    Address(Url),
}

/// The provider's keys. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Keys(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    source: Source,
    clock: Clock,
    known: Mutex<Known>,
    /// One asks, the others wait for what it brings.
    turn: Turn<()>,
}

#[derive(Debug)]
struct Known {
    keys: KeySet,
    read_at: Instant,
    asked_at: Option<Instant>,
}

impl Source {
    /// As a setting gives it. A file is read at once, so that a wrong one stops the start.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with("https://") && !text.starts_with("http://") {
            let path = Path::new(text);
            let keys = read_file(path).and_then(|jwks| KeySet::parse(&jwks));
            let keys = keys.map_err(|why| {
                format!("it must be a JWKS file, or an https:// address of one: {why}")
            })?;
            return Ok(Self::File(path.to_owned(), keys));
        }
        let address = Url::parse(text).map_err(|error| format!("it is no address: {error}"))?;
        if address.scheme() == "http" && !is_this_machine(&address) {
            let why = "it must begin with https://, so that nobody changes the keys on their way";
            return Err(why.to_owned());
        }
        Ok(Self::Address(address))
    }

    async fn read(&self) -> Result<KeySet, String> {
        let jwks = match self {
            Self::File(path, _) => read_file(path)?,
            Self::Address(address) => fetch(address).await?,
        };
        KeySet::parse(&jwks)
    }
}

/// What comes from this very machine crosses no network.
fn is_this_machine(address: &Url) -> bool {
    match address.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback()),
        None => false,
    }
}

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
        };
        Self(Arc::new(Shared {
            source,
            clock,
            known: Mutex::new(known),
            turn: Turn::new(()),
        }))
    }

    /// The key of this name that may have signed with this algorithm.
    pub async fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Option<Key> {
        if let Some(key) = self.0.find(name, algorithm) {
            self.renew_in_time();
            return Some(key);
        }
        self.0.ask().await;
        self.0.find(name, algorithm)
    }

    /// Aside: a provider that is slow or away holds nobody up whose key is known.
    fn renew_in_time(&self) {
        if self.0.is_stale() && self.0.may_ask() {
            let shared = Arc::clone(&self.0);
            tokio::spawn(async move { shared.ask().await });
        }
    }
}

impl Shared {
    fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Option<Key> {
        self.known().keys.find(name, algorithm).cloned()
    }

    /// Reads the keys anew, unless somebody has tried so of late. What was known stays where that fails.
    async fn ask(&self) {
        let _turn = self.turn.lock().await;
        if !self.may_ask() {
            return;
        }
        let now = self.clock.now();
        self.known().asked_at = Some(now);
        match self.source.read().await {
            Ok(keys) => {
                let mut known = self.known();
                known.keys = keys;
                known.read_at = now;
            }
            Err(why) => tracing::warn!("--jwt-keys: the keys could not be read: {why}"),
        }
    }

    fn may_ask(&self) -> bool {
        let asked_at = self.known().asked_at;
        asked_at.is_none_or(|at| self.clock.now().0 - at.0 >= PAUSE_MILLIS)
    }

    fn is_stale(&self) -> bool {
        self.clock.now().0 - self.known().read_at.0 >= STALE_MILLIS
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_a_file_or_safely() {
        for address in [
            "https://id.example.com/jwks",
            "http://127.0.0.1:8080/jwks",
            "http://localhost/jwks",
            "http://[::1]:8080/jwks",
        ] {
            assert!(Source::parse(address).is_ok(), "{address}");
        }
        for (wrong, why) in [
            ("http://id.example.com/jwks", "must begin with https://"),
            ("http://127.0.0.1.example.com/", "must begin with https://"),
            ("http://localhost@example.com/", "must begin with https://"),
            ("http://10.0.0.1/jwks", "must begin with https://"),
            ("https://", "it is no address"),
            ("ftp://id.example.com/jwks", "it must be a JWKS file"),
            ("/nowhere/at/all.json", "it must be a JWKS file"),
            (
                concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
                "it is no JWKS",
            ),
        ] {
            let refused = Source::parse(wrong).map(drop);
            assert!(refused.is_err_and(|said| said.contains(why)), "{wrong}");
        }
    }
}
