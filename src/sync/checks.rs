//! How many platforms are tried at a time. Whoever tries one waits for it, and holds a place among all who ask
//! meanwhile: so slow platforms could stop what has nothing to do with them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::{Error, Result};

/// How many there are at a time in this process.
const AT_ONCE: usize = 4;

/// The shops of which a platform is being tried. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Checks(Arc<Mutex<HashSet<i64>>>);

/// The right to try one, until this is dropped.
#[derive(Debug)]
pub(super) struct Check {
    checks: Checks,
    shop_id: i64,
}

impl Checks {
    /// For a shop; refused where there is one of it already, or as many as may be. Whoever is refused may come again
    /// after as long as one takes at most.
    pub(super) fn begin(&self, shop_id: i64, within: Duration) -> Result<Check> {
        let mut shops = self.lock();
        let refused = if shops.contains(&shop_id) {
            "a source of this shop is being tried already"
        } else if shops.len() >= AT_ONCE {
            "as many sources are being tried as may be at a time"
        } else {
            shops.insert(shop_id);
            let checks = self.clone();
            return Ok(Check { checks, shop_id });
        };
        Err(Error::RateLimited {
            message: refused.to_owned(),
            retry_after: within.as_secs().max(1),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Check {
    fn drop(&mut self) {
        self.checks.lock().remove(&self.shop_id);
    }
}
