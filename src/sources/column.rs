//! Which columns the rows of a kind of file have, and where a mapping file says to find them.

use super::{FileError, Mapping};

/// A column, by our names for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// In files and mapping files, such as `placed_at`.
    pub(super) name: &'static str,
    /// In the API and in what it says is invalid, such as `placedAt`.
    pub(super) field: &'static str,
}

impl Column {
    pub(super) const fn new(name: &'static str, field: &'static str) -> Self {
        Self { name, field }
    }
}

/// A kind of file.
pub(super) struct Kind {
    /// What its rows are, such as `orders`.
    pub(super) plural: &'static str,
    /// The key comes first, then whatever else every file must have.
    pub(super) columns: &'static [Column],
    /// As many of the first columns must be there.
    pub(super) required: usize,
    /// Whether rows that have only the key tell anything.
    pub(super) key_suffices: bool,
}

/// A column to look for in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) column: Column,
    /// Its name there.
    pub(super) theirs: String,
    /// The mapping file says so; else it is our own name.
    pub(super) mapped: bool,
    /// Without it the file is no file of this kind.
    pub(super) required: bool,
}

impl Kind {
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// Our names, for people to choose from.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        names.join(", ")
    }

    /// What to look for in a file that comes with this mapping. The key comes first.
    pub(super) fn wanted(&self, mapping: &Mapping) -> Result<Vec<Wanted>, FileError> {
        if let Some(foreign) = mapping.columns.keys().find(|name| !self.has(name)) {
            return Err(FileError::Mapping(format!(
                "columns.{foreign} is no column of {}, which have {}",
                self.plural,
                self.names()
            )));
        }
        let wanted = self.columns.iter().enumerate();
        Ok(wanted
            .map(|(place, column)| want(*column, place < self.required, mapping))
            .filter(|wanted| wanted.mapped || wanted.required || !is_claimed(wanted, mapping))
            .collect())
    }
}

fn want(column: Column, required: bool, mapping: &Mapping) -> Wanted {
    let theirs = mapping.columns.get(column.name);
    Wanted {
        column,
        theirs: theirs.map_or(column.name, String::as_str).to_owned(),
        mapped: theirs.is_some(),
        required,
    }
}

/// Their `completed_at` is not ours where the mapping file says that it is our `placed_at`.
fn is_claimed(wanted: &Wanted, mapping: &Mapping) -> bool {
    let mut claimed = mapping.columns.values();
    claimed.any(|theirs| theirs.eq_ignore_ascii_case(wanted.column.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind {
        plural: "things",
        columns: &[
            Column::new("id", "id"),
            Column::new("made_at", "madeAt"),
            Column::new("sold_at", "soldAt"),
        ],
        required: 1,
        key_suffices: true,
    };

    fn wanted(columns: &[(&str, &str)]) -> Result<Vec<(String, bool)>, FileError> {
        let mapping = Mapping {
            columns: columns
                .iter()
                .map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned()))
                .collect(),
            ..Mapping::default()
        };
        let wanted = KIND.wanted(&mapping)?;
        Ok(wanted.into_iter().map(|w| (w.theirs, w.mapped)).collect())
    }

    #[test]
    fn columns_without_a_mapping_are_looked_for_by_our_name() {
        for (columns, expected) in [
            (
                vec![],
                vec![("id", false), ("made_at", false), ("sold_at", false)],
            ),
            (
                vec![("made_at", "Made")],
                vec![("id", false), ("Made", true), ("sold_at", false)],
            ),
            // Their sold_at is our made_at, so it cannot be our sold_at too.
            (
                vec![("made_at", "sold_at")],
                vec![("id", false), ("sold_at", true)],
            ),
            (
                vec![("made_at", "id")],
                vec![("id", false), ("id", true), ("sold_at", false)],
            ),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(theirs, mapped)| (theirs.to_owned(), mapped))
                .collect();
            assert_eq!(wanted(&columns).expect("known"), expected, "{columns:?}");
        }
    }

    #[test]
    fn a_mapping_of_another_kind_of_file_is_refused() {
        let error = wanted(&[("total", "sum")])
            .expect_err("unknown")
            .to_string();
        assert!(
            error.contains("columns.total is no column of things, which have id, made_at, sold_at"),
            "{error}"
        );
    }
}
