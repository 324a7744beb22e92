//! Files that cannot be taken: each is told what is wrong with what, and nothing of it is half written.

use std::fmt::Write;
use std::fs;

use super::{Shell, Stored, counts, orders, stored};
use crate::support::{TestApp, on_both};

on_both!(
    a_file_that_cannot_be_read_leaves_nothing,
    a_file_whose_end_cannot_be_read_leaves_nothing,
    a_row_that_cannot_be_leaves_nothing,
    latin_1_in_the_middle_fails_its_line_alone,
    what_an_import_needs_besides_is_asked_for,
);

const HEADER: &str = "external_id,native_status,placed_at,total,currency,affiliate_code\n";

/// UTF-16, its first byte the smaller.
fn utf_16(text: &str) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

async fn a_file_that_cannot_be_read_leaves_nothing(app: TestApp) {
    let shell = Shell::with_shop(&app);
    fs::create_dir(shell.folder.path().join("folder.csv")).unwrap();
    shell.write("empty.csv", "");
    shell.write("blank.csv", "\r\n\r\n");
    shell.write(
        "column.csv",
        "id,native_status,placed_at,total\n1,new,2020-01-01,5\n",
    );
    shell.write(
        "wide.csv",
        utf_16(&format!("{HEADER}1,new,2020-01-01,5,EUR,anna\n")),
    );
    shell.write("bare.csv", &utf_16(HEADER)[2..]);
    shell.write("latin.csv", b"external_id,Gr\xF6\xDFe,total\n1,2,3\n");
    shell.write("array.json", "[{\"external_id\": \"1\"}]");
    for (file, part) in [
        ("folder.csv", "the file is a directory; name a file in it"),
        ("absent.csv", "the file cannot be read: No such file"),
        ("empty.csv", "the file is empty"),
        ("blank.csv", "the file is empty"),
        (
            "column.csv",
            "no column external_id, and no mapping file says which one it is; its columns are \"id\",",
        ),
        ("wide.csv", "the file is UTF-16 text; save it as UTF-8"),
        ("bare.csv", "the file is not plain text"),
        (
            "latin.csv",
            "not UTF-8, see line 1, byte 15; save it as UTF-8",
        ),
        (
            "array.json",
            "one JSON array; JSON Lines have one object a line",
        ),
    ] {
        let error = shell.refused(&format!("import orders {file} --shop Tea"));
        assert!(error.starts_with(&format!("error: {file}: ")), "{error}");
        assert!(error.contains(part), "{file}: {error}");
        assert_eq!(stored(&app).await, Stored::default(), "{file}");
    }
}

async fn a_file_whose_end_cannot_be_read_leaves_nothing(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let mut content = HEADER.to_owned();
    for number in 0..1_500 {
        writeln!(content, "{number},new,2020-01-01,5,EUR,anna").unwrap();
    }
    content += "open,\"new,2020-01-01,5,EUR,anna\nlast,new,2020-01-01,5,EUR,anna\n";
    let said = shell.orders(content);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(
        said.err
            .contains("opens a quote in the record of line 1502 that is never closed")
            && said.err.contains("nothing was imported"),
        "{}",
        said.err
    );
    assert_eq!(stored(&app).await, Stored::default());
}

async fn a_row_that_cannot_be_leaves_nothing(app: TestApp) {
    let shell = Shell::with_shop(&app);
    for (row, message) in [
        (
            "1,new,2020-01-01,5,ZZZ,anna",
            "\"ZZZ\" is not a currency of ISO 4217",
        ),
        (
            "1,new,2020-01-01,-5,EUR,anna",
            "total must not be negative, it is -5",
        ),
        (
            "1,new,2020-01-01,1000000000000000000,EUR,anna",
            "total is too large: \"1000000000000000000\" (currency EUR)",
        ),
        (
            "1,new,2020-01-01,100000000000.01,EUR,anna",
            "total must be at most 100000000000.00 EUR, it is 100000000000.01",
        ),
        (
            "1,new,0000-01-01,5,EUR,anna",
            "placedAt must lie in the years 1970 to 2199, \"0000-01-01\" does not (column \"placed_at\")",
        ),
        (
            "1,new,2020-02-30,5,EUR,anna",
            "placedAt must be a time such as 2026-11-21T14:30:00Z, not \"2020-02-30\" (column \"placed_at\")",
        ),
        ("1,,2020-01-01,5,EUR,anna", "a new order needs nativeStatus"),
        ("1,new,2020-01-01,,EUR,anna", "a new order needs total"),
        ("1,new,2020-01-01,5", "the row has 4 cells, the header 6"),
    ] {
        let said = shell.orders(format!("{HEADER}{row}\n"));
        assert_eq!((said.code, said.out), (Some(2), counts(0, 0, 0, 0, 1)));
        assert_eq!(said.err, format!("line 2 (1): {message}\n"));
        assert_eq!(stored(&app).await, Stored::default(), "{row}");
    }
}

async fn latin_1_in_the_middle_fails_its_line_alone(app: TestApp) {
    let shell = Shell::with_shop(&app);
    let mut content = HEADER.as_bytes().to_vec();
    content.extend(
        b"1,new,2020-01-01,5,EUR,\n2,new,2020-01-01,5,EUR,M\xFCller\n3,new,2020-01-01,5,EUR,\n",
    );
    let said = shell.orders(content);
    assert_eq!((said.code, said.out), (Some(2), counts(2, 0, 0, 0, 1)));
    assert_eq!(
        said.err,
        "line 3 (2): line 3 is not UTF-8 at byte 25; save the file as UTF-8\n"
    );
    let ids: Vec<_> = orders(&app)
        .await
        .into_iter()
        .map(|order| order.external_id)
        .collect();
    assert_eq!(ids, ["1", "3"]);
    assert_eq!(stored(&app).await.affiliates, 0);
}

async fn what_an_import_needs_besides_is_asked_for(app: TestApp) {
    let shell = Shell::with_shop(&app);
    shell.write("orders.csv", format!("{HEADER}1,new,2020-01-01,5,EUR,\n"));
    shell.write("typo.toml", "tiem_zone = \"UTC\"\n");
    shell.write("column.toml", "[columns]\ntotal = \"gross\"\n");
    shell.write("word.toml", "[statuses]\nnew = \"DONE\"\n");
    for (arguments, parts) in [
        ("--shop Coffee", ["no shop named Coffee", "there are: Tea"]),
        (
            "--shop Tea --mapping none.toml",
            ["none.toml", "the mapping file cannot be read"],
        ),
        (
            "--shop Tea --mapping typo.toml",
            ["tiem_zone", "expected one of `time_zone`"],
        ),
        (
            "--shop Tea --mapping column.toml",
            ["no column \"gross\"", "the mapping file names for total"],
        ),
        (
            "--shop Tea --mapping word.toml",
            ["statuses.new", "not to \"DONE\""],
        ),
    ] {
        let error = shell.refused(&format!("import orders orders.csv {arguments}"));
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
        assert_eq!(stored(&app).await, Stored::default());
    }
}
