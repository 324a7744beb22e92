//! Affiliates from a file.

use std::io::Read;

use super::cells::Cells;
use super::column::{Column, Kind};
use super::row::read_rows;
use super::{FileError, Format, Mapping, Row};
use crate::domain::Invalid;
use crate::domain::record::AffiliateRecord;

const CODE: Column = Column::new("code", "code");
const NAME: Column = Column::new("name", "name");
const ACTIVE: Column = Column::new("active", "active");
const COMMISSION_RATE: Column = Column::new("commission_rate", "commissionRate");

/// Codes alone are a list of affiliates.
pub(super) const KIND: Kind = Kind {
    plural: "affiliates",
    columns: &[CODE, NAME, ACTIVE, COMMISSION_RATE],
    required: 1,
    key_suffices: true,
};

/// Reads the affiliates of a file one after the other.
pub fn read_affiliates<R: Read>(
    reader: R,
    format: Format,
    mapping: &Mapping,
) -> Result<impl Iterator<Item = Result<Row<AffiliateRecord>, FileError>> + use<R>, FileError> {
    read_rows(reader, format, mapping, &KIND, read_affiliate)
}

fn read_affiliate(cells: &Cells) -> Result<AffiliateRecord, Invalid> {
    Ok(AffiliateRecord {
        code: cells.required(CODE)?,
        name: cells.text(NAME)?,
        active: cells.word(ACTIVE, parse_active, "true, false, yes, no, 1 or 0")?,
        commission_rate: cells.percent(COMMISSION_RATE)?,
    })
}

fn parse_active(text: &str) -> Option<bool> {
    match text {
        "TRUE" | "YES" | "1" => Some(true),
        "FALSE" | "NO" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str, format: Format) -> Vec<Row<AffiliateRecord>> {
        read_affiliates(content.as_bytes(), format, &Mapping::default())
            .expect("a good header")
            .collect::<Result<_, _>>()
            .expect("readable")
    }

    fn affiliate(code: &str) -> AffiliateRecord {
        AffiliateRecord {
            code: code.to_owned(),
            name: None,
            active: None,
            commission_rate: None,
        }
    }

    #[test]
    fn every_column_is_read_from_csv_and_from_json() {
        let csv = "code;name;active;commission_rate\nanna;Anna B.;yes;5,5 %\n";
        let json = r#"{"code": "anna", "name": "Anna B.", "active": true, "commission_rate": 5.5}"#;
        for (content, format) in [(csv, Format::Csv), (json, Format::JsonLines)] {
            let expected = AffiliateRecord {
                name: Some("Anna B.".to_owned()),
                active: Some(true),
                commission_rate: Some("5.5".to_owned()),
                ..affiliate("anna")
            };
            let rows = read(content, format);
            assert_eq!(rows[0].label, "anna");
            assert_eq!(rows[0].content, Ok(expected));
        }
    }

    #[test]
    fn codes_alone_are_a_list_of_affiliates() {
        let rows = read("Code\nanna\n\nbert\n", Format::Csv);
        let lines: Vec<_> = rows
            .into_iter()
            .map(|row| (row.line, row.content))
            .collect();
        assert_eq!(
            lines,
            [(2, Ok(affiliate("anna"))), (4, Ok(affiliate("bert")))]
        );
    }

    #[test]
    fn active_is_one_of_a_few_words() {
        for (word, active) in [
            ("true", Some(true)),
            ("Yes", Some(true)),
            ("1", Some(true)),
            ("FALSE", Some(false)),
            ("no", Some(false)),
            ("0", Some(false)),
            ("", None),
        ] {
            let content = format!("code,active\nanna,{word}");
            let affiliate = read(&content, Format::Csv)[0].content.clone().expect(word);
            assert_eq!(affiliate.active, active, "{word}");
        }
    }

    #[test]
    fn bad_cells_are_bad_rows() {
        for (row, field) in [
            (",,", "code"),
            ("anna,perhaps,", "active"),
            ("anna,,five", "commissionRate"),
            ("anna,,5 %%", "commissionRate"),
        ] {
            let content = format!("code,active,commission_rate\n{row}");
            let rows = read(&content, Format::Csv);
            let invalid = rows[0].content.as_ref().expect_err(row);
            assert_eq!(invalid.field, field, "{row}");
        }
    }
}
