//! The whole status table of a source (R1): what the shop says, and the defaults of its platform for all else.

use super::status::{Meaning, defaults};

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusLine {
    /// The platform's own word.
    pub word: String,
    /// What it means.
    pub meaning: Meaning,
    /// Whether the shop says so.
    pub is_own: bool,
}

/// The table of a source of this kind, by its words.
#[must_use]
pub fn status_table(kind: &str, own: Vec<(String, Meaning)>) -> Vec<StatusLine> {
    let says = |word: &str| {
        let mut own = own.iter();
        own.any(|(said, _)| said.to_lowercase() == word.to_lowercase())
    };
    let defaults = defaults(kind).iter().filter(|(word, _)| !says(word));
    let mut lines: Vec<_> = defaults
        .map(|(word, meaning)| StatusLine {
            word: (*word).to_owned(),
            meaning: *meaning,
            is_own: false,
        })
        .collect();
    lines.extend(own.into_iter().map(|(word, meaning)| StatusLine {
        word,
        meaning,
        is_own: true,
    }));
    lines.sort_by(|one, other| one.word.cmp(&other.word));
    lines
}
