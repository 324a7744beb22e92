//! Rows of the wanted cells, whatever the format that they are written in.

use std::io::Read;

use super::column::{Kind, Wanted};
use super::csv_table::CsvTable;
use super::json_table::JsonTable;
use super::{FileError, Format};
use crate::domain::Invalid;

/// A file whose beginning has been found readable.
pub(super) enum Table<R> {
    Csv(Box<CsvTable<R>>),
    Json(JsonTable<R>),
}

/// One row before its cells are read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawRow {
    /// The line that it starts in, as an editor numbers it.
    pub(super) line: u64,
    /// The cell of the key, as far as there is one.
    pub(super) label: Option<String>,
    /// A cell for each wanted column, or why the row has none.
    pub(super) cells: Result<Vec<Option<String>>, Invalid>,
}

impl<R: Read> Table<R> {
    pub(super) fn open(
        reader: R,
        format: Format,
        kind: &Kind,
        wanted: &[Wanted],
    ) -> Result<Self, FileError> {
        match format {
            Format::Csv => Ok(Self::Csv(Box::new(CsvTable::open(reader, kind, wanted)?))),
            Format::JsonLines => Ok(Self::Json(JsonTable::open(reader)?)),
        }
    }

    pub(super) fn next(&mut self, wanted: &[Wanted]) -> Result<Option<RawRow>, FileError> {
        match self {
            Self::Csv(table) => table.next(),
            Self::Json(table) => table.next(wanted),
        }
    }
}
