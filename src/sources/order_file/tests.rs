//! What files of orders may look like, and what is said of those that cannot be read.

use entity::Instant;
use entity::words::CancelReason;

use super::*;
use crate::domain::zone::parse_instant;

type Orders = Result<Vec<Row<OrderReport>>, FileError>;

fn read(content: impl AsRef<[u8]>, format: Format, mapping: &str) -> Orders {
    let mapping = Mapping::parse(mapping).expect(mapping);
    read_orders(content.as_ref(), format, &mapping, Tz::Europe__Berlin)?.collect()
}

fn csv(content: impl AsRef<[u8]>) -> Orders {
    read(content, Format::Csv, "")
}

fn json(content: impl AsRef<[u8]>) -> Orders {
    read(content, Format::JsonLines, "")
}

fn instant(text: &str) -> Instant {
    parse_instant("t", text, Tz::UTC).expect(text)
}

fn order(external_id: &str) -> OrderReport {
    OrderReport {
        external_id: external_id.to_owned(),
        ..OrderReport::default()
    }
}

fn full_order() -> OrderReport {
    OrderReport {
        native_status: Some("cancelled".to_owned()),
        number: Some("1001".to_owned()),
        placed_at: Some(instant("2026-07-01T10:00:00Z")),
        changed_at: Some(instant("2026-07-02T10:00:00Z")),
        completed_at: Some(instant("2026-07-03T00:00:00Z")),
        total: Some("1234.50".to_owned()),
        refunded: Some("0.5".to_owned()),
        currency: Some("EUR".to_owned()),
        cancel_reason: Some(CancelReason::Fake),
        affiliate_code: Some("anna".to_owned()),
        commission: Some("7".to_owned()),
        ..order("A-1")
    }
}

/// Lines and labels of what was read, with the message where a row is bad.
fn outline(rows: Orders) -> Vec<(u64, String, String)> {
    let rows = rows.expect("readable");
    let message = |row: &Row<OrderReport>| match &row.content {
        Ok(_) => String::new(),
        Err(invalid) => invalid.message.clone(),
    };
    rows.iter()
        .map(|row| (row.line, row.label.clone(), message(row)))
        .collect()
}

#[test]
fn every_column_is_read_from_csv_and_from_json() {
    let from_csv = csv(
        "external_id;native_status;number;placed_at;changed_at;completed_at;total;refunded;currency;\
         cancel_reason;affiliate_code;commission;remark\n\
         A-1;cancelled;1001;2026-07-01 12:00:00;2026-07-02T10:00:00Z;2026-07-03T02:00:00+02:00;1.234,50;0,5;\
         eur;fake;anna;7;whatever\n",
    );
    let from_json = json(
        r#"{"external_id": "A-1", "native_status": "cancelled", "number": 1001, "placed_at": "2026-07-01 12:00:00",
        "changed_at": 1782986400, "completed_at": "2026-07-03T02:00:00+02:00", "total": 1234.50, "refunded": "0,5",
        "currency": "EUR", "cancel_reason": "FAKE", "affiliate_code": "anna", "commission": 7, "remark": {}}"#
            .replace('\n', " "),
    );
    for (rows, line) in [(from_csv, 2), (from_json, 1)] {
        let expected = Row {
            line,
            label: "A-1".to_owned(),
            content: Ok(full_order()),
        };
        assert_eq!(rows.expect("readable"), [expected]);
    }
}

#[test]
fn r2_empty_cells_and_nulls_are_left_out() {
    let from_csv = csv("external_id,native_status,total,placed_at\n1,, ,\"\"\n");
    let from_json = json(r#"{"external_id": 1, "native_status": null, "total": ""}"#);
    for rows in [from_csv, from_json] {
        assert_eq!(rows.expect("readable")[0].content, Ok(order("1")));
    }
}

#[test]
fn r2_an_order_without_its_id_is_a_bad_row() {
    let message = "externalId must not be empty (column \"external_id\")".to_owned();
    let expected = |line| [(line, String::new(), message.clone())];
    assert_eq!(outline(csv("external_id,total\n ,5\n")), expected(2));
    assert_eq!(outline(json("{\"total\": 5}")), expected(1));
    assert_eq!(outline(json("{\"external_id\": null}")), expected(1));
}

#[test]
fn a_bad_row_is_told_with_its_line_and_the_rest_goes_in() {
    let content = b"external_id,total,placed_at,native_status\n\
        1,10,2026-01-01,new\n\
        2,ten,,new\n\
        3,10\n\
        4,10,yesterday,new\n\
        5,10,,K\xF6ln\n\
        \n\
        6,10,,\"two\nlines\"\n\
        7,10,,new,more\n\
        8,10,,new\n";
    let rows = outline(csv(content));
    let bad: Vec<_> = rows
        .iter()
        .map(|row| (row.0, row.1.as_str(), !row.2.is_empty()))
        .collect();
    assert_eq!(
        bad,
        [
            (2, "1", false),
            (3, "2", true),
            (4, "3", true),
            (5, "4", true),
            (6, "5", true),
            (8, "6", true),
            (10, "7", true),
            (11, "8", false),
        ]
    );
    for (row, part) in [
        (1, "total must be a number"),
        (2, "the row has 2 cells, the header 4"),
        (3, "placedAt must be a time"),
        (4, "line 6 is not UTF-8 at byte 8"),
        (6, "the row has 5 cells, the header 4"),
    ] {
        assert!(rows[row].2.contains(part), "{}", rows[row].2);
    }
}

#[test]
fn a_bad_json_line_is_told_with_its_line_and_the_rest_goes_in() {
    let content = b"\xEF\xBB\xBF{\"external_id\": 1}\r\n\r\n{\"external_id\": 2\r\n[]\r\n\
        {\"external_id\": {}}\r\n{\"external_id\": \"K\xF6ln\"}\r\n{\"external_id\": 3, \"total\": []}\r\n\
        {\"external_id\": 4}";
    let rows = outline(json(content));
    let bad: Vec<_> = rows
        .iter()
        .map(|row| (row.0, row.1.as_str(), !row.2.is_empty()))
        .collect();
    assert_eq!(
        bad,
        [
            (1, "1", false),
            (3, "", true),
            (4, "", true),
            (5, "", true),
            (6, "", true),
            (7, "3", true),
            (8, "4", false),
        ]
    );
}

#[test]
fn the_mapping_names_columns_zone_and_currency() {
    let mapping = "time_zone = \"UTC\"\ncurrency = \"BRL\"\n[columns]\nexternal_id = \"Order Id\"\n\
        placed_at = \"placed\"\ntotal = \"totals.gross\"";
    let from_csv = "order id,Placed,totals.gross,native_status\n1,2026-07-01 12:00,\"5,5\",new\n";
    let from_json = r#"{"Order Id": 1, "placed": "2026-07-01 12:00", "totals": {"gross": 5.5}, "native_status": "new"}"#;
    let expected = OrderReport {
        native_status: Some("new".to_owned()),
        placed_at: Some(instant("2026-07-01T12:00:00Z")),
        total: Some("5.5".to_owned()),
        currency: Some("BRL".to_owned()),
        ..order("1")
    };
    for (content, format) in [(from_csv, Format::Csv), (from_json, Format::JsonLines)] {
        let rows = read(content, format, mapping).expect("readable");
        assert_eq!(rows[0].content, Ok(expected.clone()));
    }
}

#[test]
fn r2_the_currency_of_the_mapping_is_that_of_amounts_without_one() {
    for (row, currency) in [
        ("1,5,,", Some("BRL")),
        ("1,,5,", Some("BRL")),
        ("1,5,,usd", Some("USD")),
        ("1,,,", None),
    ] {
        let content = format!("external_id,total,commission,currency\n{row}");
        let rows = read(content, Format::Csv, "currency = \"BRL\"").expect("readable");
        let order = rows[0].content.as_ref().expect("a good row");
        assert_eq!(order.currency.as_deref(), currency, "{row}");
    }
    assert_eq!(outline(csv("external_id,currency\n1,EURO")).len(), 1);
    assert!(
        csv("external_id,currency\n1,EURO").expect("readable")[0]
            .content
            .is_err()
    );
}
