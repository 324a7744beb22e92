//! What became of an import, row by row.

use serde::{Deserialize, Serialize};

use crate::error::Refusal;

/// What became of the reports; each is counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// New orders.
    pub created: u64,
    /// Orders that differ now.
    pub changed: u64,
    /// Orders that do not.
    pub unchanged: u64,
    /// Reports older than what is stored (R3).
    pub stale: u64,
    /// Reports that could not be taken, or not wholly.
    pub failed: Vec<FailedRow>,
}

/// A report that was set aside, with the reason (R22).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedRow {
    /// Its place among the reports, from 0.
    pub index: usize,
    /// The id it came with.
    pub external_id: String,
    /// What is wrong with it.
    pub refusal: Refusal,
    /// Whether the rest of it went in all the same.
    #[serde(default)]
    pub taken: bool,
}

impl ImportCounts {
    /// Adds what became of another part of the same import, whose first report stood at `offset`.
    pub fn add(&mut self, part: Self, offset: usize) {
        self.created += part.created;
        self.changed += part.changed;
        self.unchanged += part.unchanged;
        self.stale += part.stale;
        self.failed
            .extend(part.failed.into_iter().map(|failed| FailedRow {
                index: failed.index + offset,
                ..failed
            }));
    }

    pub(super) fn fail(&mut self, index: usize, external_id: &str, refusal: Refusal) {
        let external_id = external_id.to_owned();
        self.failed.push(FailedRow {
            index,
            external_id,
            refusal,
            taken: false,
        });
    }

    /// Something of a report could not be taken, and the rest of it was.
    pub(super) fn fail_in_part(&mut self, index: usize, external_id: &str, refusal: Refusal) {
        self.fail(index, external_id, refusal);
        if let Some(failed) = self.failed.last_mut() {
            failed.taken = true;
        }
    }
}
