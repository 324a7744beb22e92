//! Questions as they come: a JSON object in a body or a message, or the parameters of an address.
//!
//! Only an object with a `query` or a `documentId` is one. Lists of them, forms and bodies of other types are
//! refused: they would be ways past what is counted for a request, or past a browser's asking before it sends
//! JSON.
//!
//! Variables stay the text that they are until it is known how many values they have.

use async_graphql::{Request, Variables};
use axum::extract::Query;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::json_values;
use super::refused::Refused;

/// One question.
#[derive(Debug)]
pub struct Asked {
    /// What is to be run.
    pub document: Document,
    /// How.
    pub terms: Terms,
}

/// What goes with a document.
#[derive(Debug)]
pub struct Terms {
    operation_name: Option<String>,
    variables: Option<Box<RawValue>>,
    values: u64,
}

/// A document of GraphQL.
#[derive(Debug, PartialEq, Eq)]
pub enum Document {
    /// As it is written.
    Text(String),
    /// One that the server keeps, by its id.
    Id(String),
}

/// The words of a question.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<Box<RawValue>>,
    extensions: Option<Box<RawValue>>,
}

/// The same in an address, where maps are JSON texts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddressParameters {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Asked {
    /// What an object asks, which came as this.
    pub fn in_object(what: &str, json: &[u8]) -> Result<Self, Refused> {
        // A list would be read as the fields in their order.
        if !json.trim_ascii_start().starts_with(b"{") {
            return Err(Refused::unreadable(format!(
                "the {what} must be one JSON object"
            )));
        }
        let parameters: Parameters = read(what, json)?;
        parameters.asked(json_values::count(json))
    }

    /// What an address asks.
    pub fn in_address(uri: &Uri) -> Result<Self, Refused> {
        let Query(asked) = Query::<AddressParameters>::try_from_uri(uri)
            .map_err(|rejection| Refused::unreadable(rejection.body_text()))?;
        let parameters = Parameters {
            query: asked.query,
            document_id: asked.document_id,
            // An address has no other word for null.
            operation_name: asked.operation_name.filter(|name| !name.is_empty()),
            variables: read_if_any("variables", asked.variables)?,
            extensions: read_if_any("extensions", asked.extensions)?,
        };
        let texts = [&parameters.variables, &parameters.extensions];
        let values = texts.into_iter().flatten();
        let values = values.map(|json| json_values::count(json.get().as_bytes()));
        let values = values.sum();
        parameters.asked(values)
    }

    /// How many values it brings as JSON.
    pub fn values(&self) -> u64 {
        self.terms.values
    }

    /// Refuses one that brings more values.
    pub fn require_values(&self, most: u64) -> Result<(), Refused> {
        let values = self.values();
        if values <= most {
            return Ok(());
        }
        let message = format!("the request has {values} JSON values; at most {most} are allowed");
        Err(Refused::not_begun("QUERY_TOO_COMPLEX", &message))
    }
}

impl Terms {
    /// The request to run a document so. Nobody here asks for extensions, so that none are kept.
    pub fn of(self, text: impl Into<String>) -> Result<Request, Refused> {
        let variables = match &self.variables {
            Some(json) => read("variables", json.get().as_bytes())?,
            None => Variables::default(),
        };
        let mut request = Request::new(text).variables(variables);
        request.operation_name = self.operation_name;
        Ok(request)
    }
}

impl Parameters {
    fn asked(self, values: u64) -> Result<Asked, Refused> {
        let document = match (self.query, self.document_id) {
            (Some(text), None) => Document::Text(text),
            (None, Some(id)) => Document::Id(id),
            (Some(_), Some(_)) => {
                let message = "send either query or documentId, not both";
                return Err(Refused::unreadable(message));
            }
            (None, None) => {
                let message = "send a query, or the documentId of a persisted document";
                return Err(Refused::unreadable(message));
            }
        };
        require_object("variables", self.variables.as_deref())?;
        require_object("extensions", self.extensions.as_deref())?;
        let terms = Terms {
            operation_name: self.operation_name,
            variables: self.variables,
            values,
        };
        Ok(Asked { document, terms })
    }
}

fn require_object(what: &str, json: Option<&RawValue>) -> Result<(), Refused> {
    if json.is_none_or(|json| json.get().starts_with('{')) {
        return Ok(());
    }
    Err(Refused::unreadable(format!(
        "the {what} must be a JSON object"
    )))
}

/// A browser asks our leave before it sends this type to us from another site.
pub fn require_json(headers: &HeaderMap) -> Result<(), Refused> {
    let header = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let mut parts = header.unwrap_or_default().split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|part| !is_other_charset(part));
    if is_json && is_utf8 {
        return Ok(());
    }
    let message = "the body must be sent as application/json in UTF-8";
    Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
}

fn is_other_charset(parameter: &str) -> bool {
    let parameter = parameter.to_ascii_lowercase();
    let charset = parameter.strip_prefix("charset=");
    charset.is_some_and(|charset| charset.trim_matches('"') != "utf-8")
}

fn read_if_any<T: DeserializeOwned>(
    what: &str,
    json: Option<String>,
) -> Result<Option<T>, Refused> {
    json.map(|json| read(what, json.as_bytes())).transpose()
}

fn read<T: DeserializeOwned>(what: &str, json: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(json)
        .map_err(|error| Refused::unreadable(format!("the {what} cannot be read: {error}")))
}
