//! The cells of one row, read as what their columns hold. An empty cell is left out (R2).

use chrono_tz::Tz;
use entity::Instant;

use super::amount;
use super::column::{Column, Wanted};
use crate::domain::{Currency, Invalid, text, zone};

/// One row, beside the columns that were looked for.
pub(super) struct Cells<'a> {
    pub(super) wanted: &'a [Wanted],
    pub(super) texts: &'a [Option<String>],
}

impl Cells<'_> {
    pub(super) fn required(&self, column: Column) -> Result<String, Invalid> {
        let cell = self.cell(column).unwrap_or_default();
        self.named(column, text::required(column.field, cell))
    }

    pub(super) fn text(&self, column: Column) -> Result<Option<String>, Invalid> {
        self.read(column, |cell| text::required(column.field, cell))
    }

    pub(super) fn note(&self, column: Column) -> Result<Option<String>, Invalid> {
        let note = self.read(column, |cell| text::note(column.field, cell))?;
        Ok(note.flatten())
    }

    pub(super) fn instant(&self, column: Column, zone: Tz) -> Result<Option<Instant>, Invalid> {
        self.read(column, |cell| zone::parse_instant(column.field, cell, zone))
    }

    /// Plain decimal text; whether it fits its currency is for the domain to say (R24).
    pub(super) fn amount(&self, column: Column) -> Result<Option<String>, Invalid> {
        self.read(column, |cell| amount::normalize(column.field, cell))
    }

    /// Plain decimal text, the percent sign taken off.
    pub(super) fn percent(&self, column: Column) -> Result<Option<String>, Invalid> {
        self.read(column, |cell| {
            let number = cell.strip_suffix('%').unwrap_or(cell);
            amount::normalize(column.field, number)
        })
    }

    /// An ISO 4217 code.
    pub(super) fn currency(&self, column: Column) -> Result<Option<String>, Invalid> {
        self.read(column, |cell| Ok(Currency::parse(cell)?.code().to_owned()))
    }

    /// One of a few words, in capitals or not.
    pub(super) fn word<T>(
        &self,
        column: Column,
        parse: impl FnOnce(&str) -> Option<T>,
        words: &str,
    ) -> Result<Option<T>, Invalid> {
        self.read(column, |cell| {
            parse(&cell.to_ascii_uppercase()).ok_or_else(|| {
                let message = format!("{} must be {words}, not {cell:?}", column.field);
                Invalid::new(column.field, message)
            })
        })
    }

    fn read<T>(
        &self,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Result<Option<T>, Invalid> {
        let value = self.cell(column).map(parse).transpose();
        self.named(column, value)
    }

    fn cell(&self, column: Column) -> Option<&str> {
        self.texts[self.place(column)?].as_deref()
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.wanted
            .iter()
            .position(|wanted| wanted.column == column)
    }

    /// Adds what the file calls the column, for whoever has only the file before them.
    fn named<T>(&self, column: Column, value: Result<T, Invalid>) -> Result<T, Invalid> {
        value.map_err(|invalid| match self.place(column) {
            Some(place) if self.wanted[place].theirs != column.field => Invalid::new(
                invalid.field,
                format!(
                    "{} (column {:?})",
                    invalid.message, self.wanted[place].theirs
                ),
            ),
            _ => invalid,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOTAL: Column = Column::new("total", "total");
    const PLACED_AT: Column = Column::new("placed_at", "placedAt");
    const NOTE: Column = Column::new("note", "note");

    fn with_cells<T>(texts: [Option<&str>; 2], check: impl FnOnce(&Cells) -> T) -> T {
        let wanted = [(TOTAL, "Summe"), (PLACED_AT, "placed_at")].map(|(column, theirs)| Wanted {
            column,
            theirs: theirs.to_owned(),
            mapped: true,
            required: false,
        });
        check(&Cells {
            wanted: &wanted,
            texts: &texts.map(|text| text.map(str::to_owned)),
        })
    }

    #[test]
    fn r2_what_is_empty_or_has_no_column_is_left_out() {
        with_cells([None, None], |cells| {
            assert_eq!(cells.amount(TOTAL), Ok(None));
            assert_eq!(cells.instant(PLACED_AT, Tz::UTC), Ok(None));
            assert_eq!(cells.note(NOTE), Ok(None));
            assert_eq!(cells.text(NOTE), Ok(None));
        });
    }

    #[test]
    fn what_cannot_be_read_is_told_with_the_name_that_the_file_has_for_it() {
        with_cells([Some("12 €"), Some("gestern")], |cells| {
            let total = cells.amount(TOTAL).expect_err("no amount");
            assert_eq!(total.field, "total");
            assert!(total.message.ends_with("(column \"Summe\")"), "{total}");
            let placed_at = cells.instant(PLACED_AT, Tz::UTC).expect_err("no time");
            assert_eq!(placed_at.field, "placedAt");
            assert!(
                placed_at.message.contains("(column \"placed_at\")"),
                "{placed_at}"
            );
        });
    }

    #[test]
    fn control_characters_and_overlong_texts_are_refused() {
        let long = "x".repeat(text::MAX_SHORT + 1);
        for cell in ["a\u{0}b", "a\u{1b}[2J", long.as_str()] {
            with_cells([Some(cell), None], |cells| {
                assert!(cells.text(TOTAL).is_err(), "{cell:?}");
                assert!(cells.required(TOTAL).is_err(), "{cell:?}");
            });
        }
        with_cells([Some(&long), None], |cells| {
            assert_eq!(cells.note(TOTAL), Ok(Some(long.clone())));
        });
    }
}
