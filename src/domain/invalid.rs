//! What is wrong with a value that somebody gave us, in words for that person.

use std::fmt;

/// A value that cannot be taken, by the name of the field that it was given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The field in the API's spelling, such as `placedAt`.
    pub field: &'static str,
    /// A sentence that says what was wrong with what.
    pub message: String,
}

impl Invalid {
    /// Says what is wrong with `field`.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self {
            field,
            message: message.into(),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Invalid {}
