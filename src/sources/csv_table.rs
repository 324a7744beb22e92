//! A CSV file as rows: finds the wanted columns in the header, then their cells in each record.

use std::io::Read;

use super::FileError;
use super::column::{Kind, Wanted};
use super::csv_record::{Record, Records};
use super::table::RawRow;
use crate::domain::Invalid;

/// A file whose header has been read.
pub(super) struct CsvTable<R> {
    records: Records<R>,
    width: usize,
    /// Where each wanted column is, if anywhere.
    places: Vec<Option<usize>>,
}

impl<R: Read> CsvTable<R> {
    pub(super) fn open(reader: R, kind: &Kind, wanted: &[Wanted]) -> Result<Self, FileError> {
        let mut records = Records::open(reader)?;
        let header = match records.next()? {
            Some(record) => names_of(record)?,
            None => return Err(FileError::Empty),
        };
        let places: Vec<_> = wanted
            .iter()
            .map(|wanted| find(&header, wanted))
            .collect::<Result<_, _>>()?;
        if !kind.key_suffices && places.iter().flatten().count() < 2 {
            return Err(FileError::NothingButKey {
                kind: kind.plural,
                key: wanted[0].column.name,
                known: kind.names(),
                found: header,
            });
        }
        Ok(Self {
            records,
            width: header.len(),
            places,
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<RawRow>, FileError> {
        let Some(record) = self.records.next()? else {
            return Ok(None);
        };
        let cell = |place: Option<usize>| filled(&record.cell(place?));
        Ok(Some(RawRow {
            line: record.line,
            label: self.places.first().and_then(|place| cell(*place)),
            cells: check(record, self.width)
                .map(|()| self.places.iter().map(|place| cell(*place)).collect()),
        }))
    }
}

fn filled(cell: &str) -> Option<String> {
    let cell = cell.trim();
    (!cell.is_empty()).then(|| cell.to_owned())
}

fn names_of(header: &Record) -> Result<Vec<String>, FileError> {
    if let Some((line, byte)) = header.bad {
        return Err(FileError::NotUtf8 { line, byte });
    }
    let names = (0..header.width()).map(|place| header.cell(place).trim().to_owned());
    Ok(names.collect())
}

/// By its name as it is written, else whatever its case.
fn find(header: &[String], wanted: &Wanted) -> Result<Option<usize>, FileError> {
    let lower = wanted.theirs.to_lowercase();
    let mut found = places(header, |name| name == wanted.theirs);
    if found.is_empty() {
        found = places(header, |name| name.to_lowercase() == lower);
    }
    match found.as_slice() {
        [] if wanted.mapped || wanted.required => Err(FileError::MissingColumn {
            column: wanted.column.name,
            theirs: wanted.mapped.then(|| wanted.theirs.clone()),
            found: header.to_vec(),
        }),
        [] => Ok(None),
        [place] => Ok(Some(*place)),
        [place, ..] => Err(FileError::DoubledColumn {
            column: wanted.column.name,
            name: header[*place].clone(),
        }),
    }
}

fn places(header: &[String], is_wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    let places = 0..header.len();
    places.filter(|place| is_wanted(&header[*place])).collect()
}

fn check(record: &Record, width: usize) -> Result<(), Invalid> {
    if let Some((line, byte)) = record.bad {
        let message = format!("line {line} is not UTF-8 at byte {byte}; save the file as UTF-8");
        return Err(Invalid::new("row", message));
    }
    if record.width() != width {
        let message = format!("the row has {} cells, the header {width}", record.width());
        return Err(Invalid::new("row", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::super::{Format, Mapping, Row, read_orders};
    use super::*;
    use crate::domain::order::OrderReport;

    type Orders = Result<Vec<Row<OrderReport>>, FileError>;

    fn read(content: &str, mapping: &str) -> Orders {
        let mapping = Mapping::parse(mapping).expect(mapping);
        read_orders(content.as_bytes(), Format::Csv, &mapping, Tz::UTC)?.collect()
    }

    fn csv(content: &str) -> Orders {
        read(content, "")
    }

    #[test]
    fn header_names_are_matched_as_written_else_whatever_their_case() {
        let total = |content: &str| {
            let rows = csv(content).expect(content);
            rows[0].content.clone().expect(content).total
        };
        assert_eq!(total("External_ID, TOTAL \n1,5"), Some("5".to_owned()));
        assert_eq!(
            total("external_id,Total,total\n1,5,6"),
            Some("6".to_owned())
        );
    }

    #[test]
    fn a_header_that_does_not_fit_is_refused_before_any_row() {
        for (content, mapping, parts) in [
            (
                "id,total\n",
                "",
                ["no column external_id", "\"id\", \"total\""],
            ),
            (
                "\"external_id,total\"\n",
                "",
                ["no column external_id", "\"external_id,total\""],
            ),
            (
                "external_id,totl\n1,5\n",
                "",
                ["no other column", "\"totl\""],
            ),
            (
                "external_id,total,total\n",
                "",
                ["more than one column \"total\"", "for total"],
            ),
            (
                "external_id,Total,TOTAL\n",
                "",
                ["more than one column \"Total\"", "for total"],
            ),
            (
                "external_id,total\n",
                "[columns]\ntotal = \"gross\"",
                ["no column \"gross\"", "the mapping file names for total"],
            ),
            (
                "external_id,total\n",
                "[columns]\nstatus = \"total\"",
                ["columns.status", "no column of orders"],
            ),
            (
                "external_id,\"total\n1,5\n",
                "",
                ["opens a quote", "line 1"],
            ),
        ] {
            let error = read(content, mapping).expect_err(content).to_string();
            for part in parts {
                assert!(error.contains(part), "{content}: {error}");
            }
        }
    }

    #[test]
    fn doubled_names_of_columns_that_nobody_wants_do_no_harm() {
        assert_eq!(
            csv("external_id,x,x,total\n1,2,3,4")
                .expect("readable")
                .len(),
            1
        );
    }

    #[test]
    fn only_a_header_is_a_file_of_no_orders() {
        assert_eq!(csv("external_id,total\n").expect("readable"), []);
    }
}
