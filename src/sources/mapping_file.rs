//! The mapping file: what a shop's export calls the things that we have names for.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Deserialize;

use super::column::Kind;
use super::{FileError, affiliate_file, order_file, transaction_file};
use crate::domain::status::Meaning;
use crate::domain::{Currency, Invalid, text, zone};

const KINDS: [&Kind; 3] = [
    &order_file::KIND,
    &affiliate_file::KIND,
    &transaction_file::KIND,
];

/// How to read a file. The default is that of a file which uses our own names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Of times that carry no offset; the shop's where unset.
    pub time_zone: Option<Tz>,
    /// ISO 4217, of amounts that no column gives a currency; the shop's where unset.
    pub currency: Option<String>,
    /// Where the orders come from, a part of their key (R2); `file` where unset.
    pub source: Option<String>,
    /// Our names of columns to theirs.
    pub columns: BTreeMap<String, String>,
    /// Their status words to what they mean (R1).
    pub statuses: BTreeMap<String, Meaning>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    time_zone: Option<String>,
    currency: Option<String>,
    source: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    statuses: BTreeMap<String, String>,
}

impl Mapping {
    /// Reads a mapping file; whatever it does not know is an error, since a typo would else go unseen.
    pub fn parse(toml_text: &str) -> Result<Self, FileError> {
        let written: Written = toml::from_str(toml_text.trim_start_matches('\u{feff}'))
            .map_err(|error| FileError::Mapping(error.to_string().trim_end().to_owned()))?;
        let currency = |code: &str| Ok(Currency::parse(code)?.code().to_owned());
        let source = |source: &str| text::required("source", source);
        Ok(Self {
            time_zone: set("time_zone", written.time_zone.as_deref(), zone::parse_zone)?,
            currency: set("currency", written.currency.as_deref(), currency)?,
            source: set("source", written.source.as_deref(), source)?,
            columns: entries("columns", written.columns, column)?,
            statuses: entries("statuses", written.statuses, status)?,
        })
    }
}

fn set<T>(
    key: &str,
    value: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Result<Option<T>, FileError> {
    let value = value.map(parse).transpose();
    value.map_err(|invalid| FileError::Mapping(format!("{key}: {invalid}")))
}

fn entries<T>(
    table: &str,
    written: BTreeMap<String, String>,
    parse: impl Fn(&str, &str) -> Result<T, Invalid>,
) -> Result<BTreeMap<String, T>, FileError> {
    let read = written.into_iter().map(|(key, value)| {
        let value = parse(&key, &value)
            .map_err(|invalid| FileError::Mapping(format!("{table}.{key}: {invalid}")))?;
        Ok((key, value))
    });
    read.collect()
}

fn column(ours: &str, theirs: &str) -> Result<String, Invalid> {
    if KINDS.iter().any(|kind| kind.has(ours)) {
        return text::required("columns", theirs);
    }
    let known = KINDS.map(|kind| format!("{} have {}", kind.plural, kind.names()));
    let message = format!("no such column of ours; {}", known.join("; "));
    Err(Invalid::new("columns", message))
}

fn status(theirs: &str, meaning: &str) -> Result<Meaning, Invalid> {
    text::required("status", theirs)?;
    Meaning::parse(meaning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::words::CancelReason;

    fn refusal(toml_text: &str) -> String {
        Mapping::parse(toml_text).expect_err(toml_text).to_string()
    }

    #[test]
    fn the_example_is_read() {
        let mapping = Mapping::parse(include_str!("../../examples/olist.toml")).expect("valid");
        assert_eq!(mapping.time_zone, Some(Tz::America__Sao_Paulo));
        assert_eq!(mapping.currency.as_deref(), Some("BRL"));
        assert_eq!(mapping.columns["external_id"], "order_id");
        assert_eq!(mapping.statuses["shipped"], Meaning::InProgress);
        assert_eq!(mapping.statuses["canceled"], Meaning::Cancelled(None));
        assert_eq!(mapping.statuses.len(), 5);
    }

    #[test]
    fn every_key_is_optional() {
        assert_eq!(Mapping::parse("").expect("valid"), Mapping::default());
        let mapping = Mapping::parse(
            "\u{feff}currency = \"eur\"\nsource = \"olist\"\n[statuses]\n\"On Hold\" = \"cancelled:fake\"",
        )
        .expect("valid");
        assert_eq!(mapping.currency.as_deref(), Some("EUR"));
        assert_eq!(mapping.source.as_deref(), Some("olist"));
        let fake = Meaning::Cancelled(Some(CancelReason::Fake));
        assert_eq!(mapping.statuses["On Hold"], fake);
    }

    #[test]
    fn what_does_not_fit_is_refused_by_its_key() {
        for (toml_text, parts) in [
            ("timezone = \"UTC\"", ["timezone", "time_zone"]),
            ("time_zone = \"Paris\"", ["time_zone:", "Europe/Berlin"]),
            ("currency = \"EURO\"", ["currency:", "ISO 4217"]),
            ("source = \" \"", ["source:", "empty"]),
            ("[columns]\ntotl = \"a\"", ["columns.totl:", "orders have"]),
            ("[columns]\ntotal = \"\"", ["columns.total:", "empty"]),
            ("[columns]\ntotal = 5", ["line 2", "expected a string"]),
            ("[statuses]\nx = \"DONE\"", ["statuses.x:", "IN_PROGRESS"]),
            ("[statuses]\n\"\" = \"NEW\"", ["statuses.:", "empty"]),
            ("[columns", ["line 1", "table"]),
            (
                "[columns]\ntotal = \"a\"\ntotal = \"b\"",
                ["line 3", "duplicate"],
            ),
        ] {
            let message = refusal(toml_text);
            assert!(message.starts_with("the mapping file"), "{message}");
            for part in parts {
                assert!(message.contains(part), "{toml_text}: {message}");
            }
        }
    }
}
