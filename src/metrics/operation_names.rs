//! Which names of operations are told apart. Callers choose them, and each is a row in somebody's memory, so
//! there are so many and no more.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// How many names are told apart, beside those known from the start.
const MANY: usize = 100;
/// How long a name may be, in bytes.
const LONG: usize = 64;

const UNNAMED: &str = "anonymous";
const OTHER: &str = "other";

/// The names that are told apart.
#[derive(Debug, Default)]
pub struct OperationNames(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    known: HashSet<String>,
    seen: HashSet<String>,
}

impl OperationNames {
    /// Tells these apart, however many others there are.
    pub fn know(&self, names: impl IntoIterator<Item = String>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.known.extend(names);
    }

    /// The name as it is counted. Only operations that went well bring new ones.
    pub fn told(&self, name: Option<&str>, is_well: bool) -> String {
        let Some(name) = name else {
            return UNNAMED.to_owned();
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = all.known.contains(name) || all.seen.contains(name);
        if !is_known {
            let is_taken_in = is_well && all.seen.len() < MANY && name.len() <= LONG;
            if !is_taken_in {
                return OTHER.to_owned();
            }
            all.seen.insert(name.to_owned());
        }
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_as_long_as_there_are_few() {
        let names = OperationNames::default();
        names.know(["Known".to_owned()]);
        assert_eq!(names.told(None, true), "anonymous");
        assert_eq!(names.told(Some("A"), false), "other");
        assert_eq!(names.told(Some("A"), true), "A");
        assert_eq!(names.told(Some("A"), false), "A");
        assert_eq!(names.told(Some(&"x".repeat(65)), true), "other");
        for index in 1..MANY {
            let name = format!("N{index}");
            assert_eq!(names.told(Some(&name), true), name);
        }
        assert_eq!(names.told(Some("B"), true), "other");
        assert_eq!(names.told(Some("A"), true), "A");
        assert_eq!(names.told(Some("Known"), false), "Known");
    }
}
