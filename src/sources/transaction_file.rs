//! Manual transactions and adjustments from a file. Commissions come with their orders.

use std::io::Read;

use chrono_tz::Tz;
use entity::words::{TransactionKind, TransactionStatus};

use super::cells::Cells;
use super::column::{Column, Kind};
use super::row::read_rows;
use super::{FileError, Format, Mapping, Row};
use crate::domain::Invalid;
use crate::domain::record::TransactionRecord;

const EXTERNAL_ID: Column = Column::new("external_id", "externalId");
const AFFILIATE_CODE: Column = Column::new("affiliate_code", "affiliateCode");
const AMOUNT: Column = Column::new("amount", "amount");
const KIND_OF: Column = Column::new("kind", "kind");
const CURRENCY: Column = Column::new("currency", "currency");
const ORDER_EXTERNAL_ID: Column = Column::new("order_external_id", "orderExternalId");
const ORDER_SOURCE: Column = Column::new("order_source", "orderSource");
const STATUS: Column = Column::new("status", "status");
const CREATED_AT: Column = Column::new("created_at", "createdAt");
const NOTE: Column = Column::new("note", "note");

/// A transaction always says whose it is and how much.
pub(super) const KIND: Kind = Kind {
    plural: "transactions",
    columns: &[
        EXTERNAL_ID,
        AFFILIATE_CODE,
        AMOUNT,
        KIND_OF,
        CURRENCY,
        ORDER_EXTERNAL_ID,
        ORDER_SOURCE,
        STATUS,
        CREATED_AT,
        NOTE,
    ],
    required: 3,
    key_suffices: true,
};

/// Reads the transactions of a file one after the other. Times without an offset are in the zone of the
/// mapping file, else in the shop's.
pub fn read_transactions<R: Read>(
    reader: R,
    format: Format,
    mapping: &Mapping,
    shop_zone: Tz,
) -> Result<impl Iterator<Item = Result<Row<TransactionRecord>, FileError>> + use<R>, FileError> {
    let zone = mapping.time_zone.unwrap_or(shop_zone);
    let currency = mapping.currency.clone();
    read_rows(reader, format, mapping, &KIND, move |cells| {
        read_transaction(cells, zone, currency.as_deref())
    })
}

fn read_transaction(
    cells: &Cells,
    zone: Tz,
    currency: Option<&str>,
) -> Result<TransactionRecord, Invalid> {
    let missing = || Invalid::new(AMOUNT.field, "amount must not be empty");
    Ok(TransactionRecord {
        external_id: cells.required(EXTERNAL_ID)?,
        affiliate_code: cells.required(AFFILIATE_CODE)?,
        kind: read_kind(cells)?,
        amount: cells.amount(AMOUNT)?.ok_or_else(missing)?,
        currency: cells
            .currency(CURRENCY)?
            .or_else(|| currency.map(str::to_owned)),
        order_external_id: cells.text(ORDER_EXTERNAL_ID)?,
        order_source: cells.text(ORDER_SOURCE)?,
        status: cells.word(STATUS, parse_status, STATUSES)?,
        created_at: cells.instant(CREATED_AT, zone)?,
        note: cells.note(NOTE)?,
    })
}

/// R15: an order has at most one commission, which is why those are made with their orders only.
fn read_kind(cells: &Cells) -> Result<Option<TransactionKind>, Invalid> {
    let kind = cells.word(KIND_OF, parse_kind, "MANUAL or ADJUSTMENT")?;
    if kind == Some(TransactionKind::Commission) {
        return Err(Invalid::new(
            KIND_OF.field,
            "commissions come with their order: import orders with affiliate_code and commission",
        ));
    }
    Ok(kind)
}

fn parse_kind(text: &str) -> Option<TransactionKind> {
    match text {
        "MANUAL" => Some(TransactionKind::Manual),
        "ADJUSTMENT" => Some(TransactionKind::Adjustment),
        "COMMISSION" => Some(TransactionKind::Commission),
        _ => None,
    }
}

const STATUSES: &str = "OPEN, IN_PROGRESS, COMPLETED or CANCELLED";

fn parse_status(text: &str) -> Option<TransactionStatus> {
    match text {
        "OPEN" => Some(TransactionStatus::Open),
        "IN_PROGRESS" => Some(TransactionStatus::InProgress),
        "COMPLETED" => Some(TransactionStatus::Completed),
        "CANCELLED" => Some(TransactionStatus::Cancelled),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::zone::parse_instant;

    type Read = Result<Vec<Row<TransactionRecord>>, FileError>;

    fn read(content: &str, format: Format, mapping: &str) -> Read {
        let mapping = Mapping::parse(mapping).expect(mapping);
        read_transactions(content.as_bytes(), format, &mapping, Tz::Europe__Berlin)?.collect()
    }

    fn transaction() -> TransactionRecord {
        TransactionRecord {
            external_id: "T-1".to_owned(),
            affiliate_code: "anna".to_owned(),
            kind: None,
            amount: "-12.50".to_owned(),
            currency: None,
            order_external_id: None,
            order_source: None,
            status: None,
            created_at: None,
            note: None,
        }
    }

    #[test]
    fn every_column_is_read_from_csv_and_from_json() {
        let csv = "external_id,affiliate_code,amount,kind,currency,order_external_id,order_source,status,created_at,note\n\
            T-1,anna,\"-12,50\",adjustment,eur,A-1,shopware6,completed,2026-07-01 12:00:00,\"two\r\nlines\"\n";
        let json = r#"{"external_id": "T-1", "affiliate_code": "anna", "amount": -12.50, "kind": "ADJUSTMENT", "currency": "EUR", "order_external_id": "A-1", "order_source": "shopware6", "status": "COMPLETED", "created_at": "2026-07-01T10:00:00Z", "note": "two\nlines"}"#;
        let expected = TransactionRecord {
            kind: Some(TransactionKind::Adjustment),
            currency: Some("EUR".to_owned()),
            order_external_id: Some("A-1".to_owned()),
            order_source: Some("shopware6".to_owned()),
            status: Some(TransactionStatus::Completed),
            created_at: parse_instant("t", "2026-07-01T10:00:00Z", Tz::UTC).ok(),
            note: Some("two\nlines".to_owned()),
            ..transaction()
        };
        for (content, format) in [(csv, Format::Csv), (json, Format::JsonLines)] {
            let rows = read(content, format, "").expect("readable");
            assert_eq!(rows[0].label, "T-1");
            assert_eq!(rows[0].content, Ok(expected.clone()));
        }
    }

    #[test]
    fn the_three_required_columns_suffice() {
        let content = "external_id,affiliate_code,amount\nT-1,anna,-12.50\n";
        let rows = read(content, Format::Csv, "").expect("readable");
        assert_eq!(rows[0].content, Ok(transaction()));
        let rows = read(content, Format::Csv, "currency = \"BRL\"").expect("readable");
        let with_currency = rows[0].content.as_ref().map(|row| row.currency.as_deref());
        assert_eq!(with_currency, Ok(Some("BRL")));
        for header in ["external_id,affiliate_code", "external_id,amount", "amount"] {
            let error = read(header, Format::Csv, "").expect_err(header);
            assert!(matches!(error, FileError::MissingColumn { .. }), "{header}");
        }
    }

    #[test]
    fn r15_bad_cells_and_commissions_are_bad_rows() {
        for (row, field, part) in [
            (",anna,1,,,", "externalId", "empty"),
            ("1,,1,,,", "affiliateCode", "empty"),
            ("1,anna,,,,", "amount", "empty"),
            ("1,anna,ten,,,", "amount", "a number"),
            ("1,anna,1,bonus,,", "kind", "MANUAL or ADJUSTMENT"),
            (
                "1,anna,1,commission,,",
                "kind",
                "commissions come with their order",
            ),
            ("1,anna,1,,done,", "status", "COMPLETED"),
            ("1,anna,1,,,soon", "createdAt", "a time"),
        ] {
            let content =
                format!("external_id,affiliate_code,amount,kind,status,created_at\n{row}");
            let rows = read(&content, Format::Csv, "").expect("readable");
            let invalid = rows[0].content.as_ref().expect_err(row);
            assert_eq!(invalid.field, field, "{row}");
            assert!(invalid.message.contains(part), "{row}: {invalid}");
        }
    }
}
