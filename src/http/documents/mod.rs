//! Documents that the server keeps, asked for by id: so that clients need not send them each time, and so that,
//! where nothing else is to run, nobody can ask what no client of the shop asks.

mod guard;
mod manifest;
mod settings;

use async_graphql::Request;

use self::guard::Kept;
use self::manifest::Manifest;
use super::asked::{Asked, Document};
use super::refused::Refused;

pub use self::guard::Guarded;
pub use self::settings::DocumentSettings;

/// What may be asked by id, and whether anything else may.
#[derive(Clone, Debug)]
pub struct Documents {
    manifest: Manifest,
    only: bool,
    most_values: u64,
}

impl Documents {
    /// As the settings say, for questions that bring so many values.
    pub fn new(settings: &DocumentSettings, most_values: u64) -> Self {
        Self {
            manifest: settings.persisted_documents.clone().unwrap_or_default(),
            only: settings.persisted_documents_only,
            most_values,
        }
    }

    /// A schema that runs nothing which did not come through [`Self::request`], where nothing else may run.
    pub fn guard<E>(&self, schema: E) -> Guarded<E> {
        Guarded::new(schema, self.only)
    }

    /// The request that a question comes to, whichever way it came.
    pub fn request(&self, asked: Asked) -> Result<Request, Refused> {
        self.request_within(asked, self.most_values)
    }

    /// The same where the question may bring another number of values.
    pub fn request_within(&self, asked: Asked, most_values: u64) -> Result<Request, Refused> {
        asked.require_values(most_values)?;
        match asked.document {
            Document::Text(_) if self.only => Err(guard::required()),
            Document::Text(text) => asked.terms.of(text),
            Document::Id(id) => {
                let text = self.manifest.find(&id).ok_or_else(not_found)?;
                Ok(asked.terms.of(text)?.data(Kept))
            }
        }
    }
}

/// It does not repeat the id, which may be long.
fn not_found() -> Refused {
    Refused::not_begun(
        "PERSISTED_DOCUMENT_NOT_FOUND",
        "the server keeps no document of this documentId",
    )
}
