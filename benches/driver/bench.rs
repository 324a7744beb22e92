//! What all measurements share: what was asked for, where the databases lie, and what is in them.

use std::path::PathBuf;

use entity::Instant;

use crate::Asked;
use crate::load::World;
use crate::store::Store;

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// One database under measurement.
pub struct Bench {
    /// What was asked for.
    pub asked: Asked,
    /// Where the built programs lie.
    pub programs: PathBuf,
    /// Where the databases lie.
    pub store: Store,
    /// What is in them.
    pub world: World,
    /// The database in which all is settled.
    pub base: String,
    /// The database in which a quarter of the transactions is due.
    pub due: String,
}

impl Bench {
    /// So many minutes after all was imported, for a clock to stand at.
    pub fn later(&self, minutes: i64) -> Instant {
        Instant(self.world.now.0 + minutes * MINUTE)
    }
}
