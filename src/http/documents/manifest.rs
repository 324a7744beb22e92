//! The file of kept documents, read and held against the schema when the server starts.
//!
//! It is either a map of ids to documents, or what Apollo's tools write. An id that begins with `sha256:` is the
//! hash of its document, as GraphQL over HTTP has it; any other is whatever its client says.

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::graphql::Validation;

/// What Apollo calls its format.
const APOLLO: &str = "apollo-persisted-query-manifest";

/// Documents by id.
#[derive(Clone, Debug, Default)]
pub struct Manifest(Arc<HashMap<String, String>>);

/// What Apollo's tools write of a document.
#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl Manifest {
    /// Of this file; or what is wrong with it, for whoever starts the server.
    pub fn read(path: &str) -> Result<Self, String> {
        let json =
            fs::read_to_string(path).map_err(|cause| format!("it cannot be read: {cause}"))?;
        Self::of(&json)
    }

    fn of(json: &str) -> Result<Self, String> {
        let validation = Validation::default();
        let mut documents = HashMap::new();
        for (id, text) in documents_in(json)? {
            check_id(&id, &text)?;
            let validated = validation.validate(&text);
            validated.map_err(|error| format!("the document {id:?} is not valid: {error}"))?;
            // Whoever has only the text finds its document too.
            documents.insert(hash_id(&text), text.clone());
            if let Some(other) = documents.insert(id.clone(), text)
                && other != documents[&id]
            {
                return Err(format!("the id {id:?} stands for two documents"));
            }
        }
        Ok(Self(Arc::new(documents)))
    }

    /// The names that its documents give to their operations.
    pub fn operation_names(&self) -> Vec<String> {
        let documents = self.0.values().filter_map(|text| parse_query(text).ok());
        let names = documents.flat_map(|document| {
            let operations = document.operations.iter();
            let names = operations.filter_map(|(name, _)| name.map(ToString::to_string));
            names.collect::<Vec<_>>()
        });
        names.collect()
    }

    /// The document of this id.
    pub fn find(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

/// The ids and documents of a file of one of the two formats.
fn documents_in(json: &str) -> Result<Vec<(String, String)>, String> {
    let mut manifest: Map<String, Value> = read(json)?;
    if manifest.get("format").is_none_or(|format| format != APOLLO) {
        let documents: HashMap<String, String> = read(json)?;
        return Ok(documents.into_iter().collect());
    }
    if manifest.get("version").is_none_or(|version| version != 1) {
        return Err(format!("of the format {APOLLO}, only version 1 is known"));
    }
    let operations = manifest.remove("operations").unwrap_or_default();
    let operations: Vec<Operation> = serde_json::from_value(operations)
        .map_err(|error| format!("its operations cannot be read: {error}"))?;
    let documents = operations.into_iter();
    Ok(documents.map(|it| (it.id, it.body)).collect())
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| {
        format!("it must be a JSON object of ids and documents, or an {APOLLO}: {error}")
    })
}

/// An id with a colon says by what comes before it how it was made.
fn check_id(id: &str, text: &str) -> Result<(), String> {
    match id.split_once(':') {
        Some(("sha256", _)) if id == hash_id(text) => Ok(()),
        Some(("sha256", _)) => Err(format!(
            "the id {id:?} is not the hash of its document, which is {:?}",
            hash_id(text)
        )),
        Some((prefix, _)) if !prefix.starts_with("x-") => Err(format!(
            "the id {id:?} must begin with sha256: or x-, or be without a colon"
        )),
        _ => Ok(()),
    }
}

fn hash_id(text: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAME: &str = "{ viewer { name } }";
    const ROLE: &str = "{ viewer { role } }";

    #[test]
    fn documents_are_found_by_their_ids_and_their_hashes() {
        let operation = |id, body| json!({ "id": id, "body": body, "name": "A", "type": "query" });
        let operations = [
            operation("1", NAME),
            operation("2", ROLE),
            operation("2", ROLE),
        ];
        for json in [
            json!({ "1": NAME, "2": ROLE }),
            json!({ "1": NAME, "2": ROLE, "x-acme:3": NAME, hash_id(NAME): NAME }),
            json!({ "format": APOLLO, "version": 1, "operations": operations }),
        ] {
            let manifest = Manifest::of(&json.to_string()).unwrap();
            for (id, text) in [("1", NAME), ("2", ROLE)] {
                assert_eq!(manifest.find(id), Some(text), "{json}");
                assert_eq!(manifest.find(&hash_id(text)), Some(text), "{json}");
            }
            for id in ["", "3", "format", "sha256:"] {
                assert_eq!(manifest.find(id), None, "{json}");
            }
        }
    }

    /// A word that is an id by chance.
    #[test]
    fn a_map_may_have_any_ids() {
        let json = json!({ "format": NAME, "version": ROLE });
        let manifest = Manifest::of(&json.to_string()).unwrap();
        assert_eq!(manifest.find("format"), Some(NAME));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let apollo = |version, operations| json!({ "format": APOLLO, "version": version, "operations": operations });
        let twice = json!([{ "id": "1", "body": NAME }, { "id": "1", "body": ROLE }]);
        let wrong_hash = format!("which is \"{}\"", hash_id(NAME));
        for (json, words) in [
            (json!([]), "it must be a JSON object of ids and documents"),
            (
                json!({ "1": 1 }),
                "it must be a JSON object of ids and documents",
            ),
            (apollo(2, json!([])), "only version 1 is known"),
            (apollo(1, json!({})), "its operations cannot be read"),
            (apollo(1, json!([{ "id": "1" }])), "missing field `body`"),
            (apollo(1, twice), "the id \"1\" stands for two documents"),
            (json!({ "1": "{" }), "the document \"1\" is not valid"),
            (json!({ "1": "{ nothing }" }), "nothing"),
            (json!({ hash_id(ROLE): NAME }), wrong_hash.as_str()),
            (json!({ "md5:1": NAME }), "must begin with sha256: or x-"),
        ] {
            let error = Manifest::of(&json.to_string()).unwrap_err();
            assert!(error.contains(words), "{json}: {error}");
        }
    }
}
