//! Rows read as what they tell, each good or bad for itself.

use std::io::Read;

use super::cells::Cells;
use super::column::{Kind, Wanted};
use super::table::{RawRow, Table};
use super::{FileError, Format, Mapping};
use crate::domain::{Invalid, text};

/// What one line tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<T> {
    /// The line that it starts in, as an editor numbers it: a header is line 1.
    pub line: u64,
    /// What to call it, such as the order's external id; empty where even that is unknown.
    pub label: String,
    /// What it tells, or what is wrong with it. The other rows go in all the same.
    pub content: Result<T, Invalid>,
}

/// Reads a file row by row with `parse`. After a [`FileError`] nothing more comes.
pub(super) fn read_rows<R, T, P>(
    reader: R,
    format: Format,
    mapping: &Mapping,
    kind: &Kind,
    mut parse: P,
) -> Result<impl Iterator<Item = Result<Row<T>, FileError>> + use<R, T, P>, FileError>
where
    R: Read,
    P: FnMut(&Cells) -> Result<T, Invalid>,
{
    let wanted = kind.wanted(mapping)?;
    let mut table = Some(Table::open(reader, format, kind, &wanted)?);
    Ok(std::iter::from_fn(move || {
        let next = table.as_mut()?.next(&wanted).transpose();
        if !matches!(next, Some(Ok(_))) {
            table = None;
        }
        next.map(|raw| raw.map(|raw| read_row(raw, &wanted, &mut parse)))
    }))
}

fn read_row<T>(
    raw: RawRow,
    wanted: &[Wanted],
    parse: impl FnOnce(&Cells) -> Result<T, Invalid>,
) -> Row<T> {
    let content = raw.cells.and_then(|texts| {
        parse(&Cells {
            wanted,
            texts: &texts,
        })
    });
    Row {
        line: raw.line,
        label: presentable(&raw.label.unwrap_or_default()),
        content,
    }
}

/// A bad row's label may hold anything: without what a terminal would obey, and not too long.
fn presentable(label: &str) -> String {
    let shown = label.chars().filter(|c| !c.is_control());
    shown.take(text::MAX_SHORT).collect()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::super::read_orders;
    use super::*;
    use crate::domain::order::OrderReport;

    type Orders = Result<Vec<Row<OrderReport>>, FileError>;

    fn read(content: &[u8], format: Format) -> Orders {
        read_orders(content, format, &Mapping::default(), Tz::UTC)?.collect()
    }

    #[test]
    fn a_file_that_is_no_text_or_has_none_is_refused() {
        for (content, expected) in [
            (b"".as_slice(), "the file is empty"),
            (b"\r\n\r\n", "the file is empty"),
            (b"\xFF\xFEe\0x\0\n\0", "the file is UTF-16 text"),
            (b"\xFE\xFF\0e\0x\0\n", "the file is UTF-16 text"),
            (b"e\0x\0", "the file is not plain text"),
        ] {
            for format in [Format::Csv, Format::JsonLines] {
                let error = read(content, format).expect_err(expected).to_string();
                assert!(error.starts_with(expected), "{error}");
            }
        }
        let error = read(b"external_id,\xFCber,total\n1,2,3\n", Format::Csv)
            .expect_err("Latin 1")
            .to_string();
        assert!(error.contains("line 1, byte 13"), "{error}");
        assert!(matches!(
            read(b"[{}]", Format::JsonLines),
            Err(FileError::JsonArray)
        ));
    }

    #[test]
    fn a_directory_is_told_as_one() {
        let directory = std::fs::File::open(".").expect("opens");
        let rows = read_orders(directory, Format::Csv, &Mapping::default(), Tz::UTC);
        assert!(matches!(rows.err(), Some(FileError::Directory)));
    }

    #[test]
    fn nothing_comes_after_what_makes_the_rest_unreadable() {
        let content = "external_id,total\n1,5\n2,\"6\n3,7\n";
        let mapping = Mapping::default();
        let mut rows =
            read_orders(content.as_bytes(), Format::Csv, &mapping, Tz::UTC).expect("a good header");
        assert!(rows.next().is_some_and(|row| row.is_ok()));
        let open = rows.next();
        assert!(matches!(open, Some(Err(FileError::OpenQuote { line: 3 }))));
        assert!(rows.next().is_none());
    }

    #[test]
    fn a_file_is_read_as_it_is_asked_for_and_not_before() {
        /// Endless orders: to hold them all would never end.
        struct Endless;
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let rows = b"external_id,total\n".iter().cycle();
                buffer
                    .iter_mut()
                    .zip(rows)
                    .for_each(|(to, from)| *to = *from);
                Ok(buffer.len() / 18 * 18)
            }
        }
        let rows =
            read_orders(Endless, Format::Csv, &Mapping::default(), Tz::UTC).expect("a header");
        let last = rows.take(100_000).last().expect("rows").expect("readable");
        assert_eq!(last.line, 100_001);
    }
}
