//! Tokens that were good when they last came, ours and those of the identity provider alike: known by their hashes,
//! so that nothing has to be looked up, and nobody finds a token here.

use std::sync::Arc;

use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

/// How many are remembered. Of more, some that did not come of late are forgotten.
const MOST: usize = 10_000;

/// The tokens. Clones remember together.
#[derive(Clone, Debug)]
pub struct GoodTokens(Arc<Cache<[u8; 32], ()>>);

impl GoodTokens {
    /// None yet.
    pub fn new() -> Self {
        Self(Arc::new(Cache::new(MOST)))
    }

    /// Whether this one was good when it last came.
    pub fn contain(&self, token: &str) -> bool {
        self.0.get(&hash(token)).is_some()
    }

    /// It is good now.
    pub fn remember(&self, token: &str) {
        self.0.insert(hash(token), ());
    }

    /// It is good no more, if it ever was.
    pub fn forget(&self, token: &str) {
        self.0.remove(&hash(token));
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_remembered_as_there_is_room_for() {
        let good = GoodTokens::new();
        good.remember("a");
        assert!(good.contain("a") && !good.contain("b"));
        good.clone().forget("a");
        assert!(!good.contain("a"));
        for number in 0..50_000 {
            good.remember(&number.to_string());
        }
        assert!(good.0.len() <= MOST, "{}", good.0.len());
        assert!(good.contain("49999"));
    }
}
