//! Which documents the server keeps.

use clap::Args;

use super::manifest::Manifest;

/// Settings of documents that are asked for by id.
#[derive(Args, Clone, Debug, Default)]
pub struct DocumentSettings {
    /// A file of documents that may be asked for by documentId: JSON of ids and documents, or an
    /// apollo-persisted-query-manifest of version 1.
    #[arg(
        long,
        env = "CASHABLE_PERSISTED_DOCUMENTS",
        value_name = "FILE",
        value_parser = Manifest::read,
        required_if_eq("persisted_documents_only", "true")
    )]
    pub persisted_documents: Option<Manifest>,

    /// Run nothing but those documents: whatever comes with a text of its own is refused.
    #[arg(long, env = "CASHABLE_PERSISTED_DOCUMENTS_ONLY")]
    pub persisted_documents_only: bool,
}

impl DocumentSettings {
    /// What those documents call their operations.
    pub fn operation_names(&self) -> Vec<String> {
        let documents = self.persisted_documents.as_ref();
        documents.map(Manifest::operation_names).unwrap_or_default()
    }
}
