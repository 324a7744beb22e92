//! Time as an argument: the one place that reads the machine's clock, and a clock that tests set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use entity::Instant;

/// Where the program learns what time it is.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    Machine,
    /// A clock that stands still until it is set.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn standing(now: Instant) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now.0)))
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Instant {
        match self {
            // The one reading of the machine's clock that `clippy.toml` allows.
            #[expect(clippy::disallowed_methods)]
            Self::Machine => Instant(
                std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .map_or(0, |since| {
                        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
                    }),
            ),
            Self::Set(millis) => Instant(millis.load(Ordering::SeqCst)),
        }
    }

    /// Puts a standing clock to `now`; the machine's clock is left alone.
    pub fn set(&self, now: Instant) {
        if let Self::Set(millis) = self {
            millis.store(now.0, Ordering::SeqCst);
        }
    }
}
