//! What makes a whole file unreadable, in words for the person who has it before them.
//!
//! The messages begin with "the file" or "the mapping file" and name no path: whoever opened it knows the path.

use std::io;

/// As many column names as a message lists, so that one about a wide or broken file stays readable.
const MOST_LISTED: usize = 30;

/// Why nothing more can be read from a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The operating system refuses.
    #[error("the file cannot be read: {0}")]
    NotReadable(#[source] io::Error),
    /// A folder was named.
    #[error("the file is a directory; name a file in it")]
    Directory,
    /// There is nothing in it, not even a header.
    #[error("the file is empty")]
    Empty,
    /// Windows programs call this "Unicode".
    #[error("the file is UTF-16 text; save it as UTF-8")]
    Utf16,
    /// A spreadsheet, an archive, or UTF-16 without its mark.
    #[error(
        "the file is not plain text, its first line holds NUL bytes; save it as CSV or JSON Lines in UTF-8"
    )]
    NotText,
    /// The header cannot be read, so neither can anything under it.
    #[error("the file is not UTF-8, see line {line}, byte {byte}; save it as UTF-8")]
    NotUtf8 {
        /// Where, counted from 1.
        line: u64,
        /// The first byte in that line, counted from 1, that is not UTF-8.
        byte: usize,
    },
    /// No text with lines has lines this long.
    #[error("the file has more than {most} bytes in line {line}; it should hold one record a line")]
    LineTooLong {
        /// Where, counted from 1.
        line: u64,
        /// The longest line that is read.
        most: usize,
    },
    /// Without its end, nobody can say where the next record starts.
    #[error(
        "the file opens a quote in the record of line {line} that is never closed; nothing from there on can be read"
    )]
    OpenQuote {
        /// Where the record starts, counted from 1.
        line: u64,
    },
    /// A column that must be there, or that the mapping file names, is not.
    #[error("the file has no column {}; its columns are {}", sought(.column, .theirs.as_deref()), listed(.found))]
    MissingColumn {
        /// Our name.
        column: &'static str,
        /// The name in the mapping file, where it has one.
        theirs: Option<String>,
        /// What the header has.
        found: Vec<String>,
    },
    /// Which of the two is meant cannot be guessed.
    #[error("the file has more than one column {name:?}, wanted for {column}")]
    DoubledColumn {
        /// Our name.
        column: &'static str,
        /// What the header has more than once.
        name: String,
    },
    /// Ids alone tell nothing.
    #[error(
        "the file has {key} and no other column that {kind} have; they have {known}, its columns are {}",
        listed(.found)
    )]
    NothingButKey {
        /// What the file was read as, such as `orders`.
        kind: &'static str,
        /// The column that it has.
        key: &'static str,
        /// Our names, listed.
        known: String,
        /// What the header has.
        found: Vec<String>,
    },
    /// One JSON document instead of one a line.
    #[error(
        "the file is one JSON array; JSON Lines have one object a line (jq -c '.[]' makes them)"
    )]
    JsonArray,
    /// Something in the mapping file does not fit.
    #[error("the mapping file cannot be used: {0}")]
    Mapping(String),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::IsADirectory => Self::Directory,
            _ => Self::NotReadable(error),
        }
    }
}

fn sought(column: &str, theirs: Option<&str>) -> String {
    match theirs {
        Some(theirs) => format!("{theirs:?}, which the mapping file names for {column}"),
        None => format!("{column}, and no mapping file says which one it is"),
    }
}

/// Names as the file has them, with what a terminal would obey written out.
fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST_LISTED)
        .map(|name| format!("{name:?}"))
        .collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(MOST_LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_column_says_what_was_sought_and_what_there_is() {
        let missing = |theirs: Option<&str>, count: usize| FileError::MissingColumn {
            column: "external_id",
            theirs: theirs.map(str::to_owned),
            found: (0..count).map(|n| format!("c{n}\u{1b}")).collect(),
        };
        assert_eq!(
            missing(None, 2).to_string(),
            "the file has no column external_id, and no mapping file says which one it is; \
             its columns are \"c0\\u{1b}\", \"c1\\u{1b}\""
        );
        let mapped = missing(Some("order_id"), 40).to_string();
        assert!(
            mapped.contains("\"order_id\", which the mapping file names for external_id"),
            "{mapped}"
        );
        assert!(mapped.ends_with("and 10 more"), "{mapped}");
    }

    #[test]
    fn a_directory_is_told_from_what_cannot_be_read() {
        let of = |kind: io::ErrorKind| FileError::from(io::Error::from(kind));
        assert!(matches!(
            of(io::ErrorKind::IsADirectory),
            FileError::Directory
        ));
        assert!(matches!(
            of(io::ErrorKind::PermissionDenied),
            FileError::NotReadable(_)
        ));
    }
}
