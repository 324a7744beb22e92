//! JSON Lines as rows: one object a line, whose keys are the columns.
//!
//! Values are kept as they are written, since a number that went through a float would no longer be the
//! amount that the source told (R24).

use std::collections::HashMap;
use std::io::Read;

use serde_json::value::RawValue;

use super::FileError;
use super::column::Wanted;
use super::line::Lines;
use super::table::RawRow;
use crate::domain::Invalid;

type Object<'a> = HashMap<String, &'a RawValue>;

/// A file whose first line has been looked at.
pub(super) struct JsonTable<R> {
    lines: Lines<R>,
    line: Vec<u8>,
    /// `line` has been read and is the next row.
    is_ahead: bool,
}

impl<R: Read> JsonTable<R> {
    pub(super) fn open(reader: R) -> Result<Self, FileError> {
        let (mut lines, mut line) = (Lines::new(reader), Vec::new());
        if !lines.read_filled(&mut line)? {
            return Err(FileError::Empty);
        }
        if line.trim_ascii().starts_with(b"[") {
            return Err(FileError::JsonArray);
        }
        Ok(Self {
            lines,
            line,
            is_ahead: true,
        })
    }

    pub(super) fn next(&mut self, wanted: &[Wanted]) -> Result<Option<RawRow>, FileError> {
        if !std::mem::take(&mut self.is_ahead) && !self.lines.read_filled(&mut self.line)? {
            return Ok(None);
        }
        let object = parse(&self.line);
        let cell = |object: &Object, wanted: &Wanted| scalar(wanted, find(object, &wanted.theirs));
        let label = object.as_ref().ok().zip(wanted.first());
        Ok(Some(RawRow {
            line: self.lines.number(),
            label: label.and_then(|(object, key)| cell(object, key).ok().flatten()),
            cells: object
                .and_then(|object| wanted.iter().map(|wanted| cell(&object, wanted)).collect()),
        }))
    }
}

fn parse(line: &[u8]) -> Result<Object<'_>, Invalid> {
    let invalid = |message| Invalid::new("row", message);
    let text = std::str::from_utf8(line).map_err(|error| {
        invalid(format!(
            "the line is not UTF-8 at byte {}; save the file as UTF-8",
            error.valid_up_to() + 1
        ))
    })?;
    serde_json::from_str(text)
        .map_err(|error| invalid(format!("the line is not a JSON object: {}", reason(&error))))
}

/// serde_json has one line before it, or one value: its "at line 1" would mislead.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or_default();
    format!("{what} (column {})", error.column())
}

/// The value of a key, or of a path of keys with dots between.
fn find<'a>(object: &Object<'a>, path: &str) -> Option<&'a RawValue> {
    if let Some(value) = object.get(path) {
        return Some(value);
    }
    let (key, rest) = path.split_once('.')?;
    let nested: Object = serde_json::from_str(object.get(key)?.get()).ok()?;
    find(&nested, rest)
}

/// Text or a number as text; what is null or blank is left out (R2).
fn scalar(wanted: &Wanted, value: Option<&RawValue>) -> Result<Option<String>, Invalid> {
    let written = value.map_or("null", RawValue::get);
    let text = match written.as_bytes().first() {
        Some(b'"') => serde_json::from_str(written).map_err(|error| reason(&error)),
        Some(b'{' | b'[') => Err("it is an object or a list".to_owned()),
        _ if written == "null" => Ok(String::new()),
        _ => Ok(written.to_owned()),
    };
    match text {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Err(why) => Err(Invalid::new(
            wanted.column.field,
            format!("{:?} must be text or a number: {why}", wanted.theirs),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::column::Column;
    use super::*;

    fn read(line: &str, path: &str) -> Result<Option<String>, Invalid> {
        let wanted = Wanted {
            column: Column::new("total", "total"),
            theirs: path.to_owned(),
            mapped: true,
            required: false,
        };
        scalar(&wanted, find(&parse(line.as_bytes())?, path))
    }

    #[test]
    fn r24_values_keep_their_text_and_null_is_left_out() {
        for (line, path, value) in [
            (r#"{"a": 12.50}"#, "a", Some("12.50")),
            (
                r#"{"a": 0.1000000000000000055511151231257827}"#,
                "a",
                Some("0.1000000000000000055511151231257827"),
            ),
            (
                r#"{"a": 10000000000000000000001}"#,
                "a",
                Some("10000000000000000000001"),
            ),
            (r#"{"a": " 12,50\u00e9 "}"#, "a", Some("12,50é")),
            (r#"{"a": true}"#, "a", Some("true")),
            (r#"{"a": null}"#, "a", None),
            (r#"{"a": "  "}"#, "a", None),
            (r#"{"b": 1}"#, "a", None),
            (r#"{"a": {"b": {"c": 5.00}}}"#, "a.b.c", Some("5.00")),
            (r#"{"a": {"b.c": 5}}"#, "a.b.c", Some("5")),
            (r#"{"a.b": 1, "a": {"b": 2}}"#, "a.b", Some("1")),
            (r#"{"a": null}"#, "a.b", None),
            (r#"{"a": 1, "a": 2}"#, "a", Some("2")),
        ] {
            assert_eq!(read(line, path), Ok(value.map(str::to_owned)), "{line}");
        }
    }

    #[test]
    fn what_is_no_object_or_no_plain_value_is_refused() {
        for (line, part) in [
            ("{\"a\": 1", "EOF while parsing an object (column 7)"),
            ("nonsense", "expected ident (column 2)"),
            ("5", "expected a map"),
            ("{} {}", "trailing characters (column 4)"),
            (r#"{"a": {"b": 1}}"#, "\"a\" must be text or a number"),
            (r#"{"a": [1]}"#, "\"a\" must be text or a number"),
            (r#"{"a": "\ud800"}"#, "\"a\" must be text or a number"),
        ] {
            let error = read(line, "a").expect_err(line);
            assert!(error.message.contains(part), "{line}: {error}");
            assert!(!error.message.contains("line 1"), "{error}");
        }
    }
}
