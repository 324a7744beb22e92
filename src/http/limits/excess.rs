//! A document that goes past one of the limits: which one, by how much, and what it took to find out.

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{ErrorExtensionValues, Name, ServerError};

use super::settings::DocumentLimits;
use super::text::nesting;
use super::walk::{Found, Stopped};
use crate::error::Error;
use crate::graphql::ApiError;

/// What keeps a document from being run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excess {
    /// There is more of something than is allowed.
    Of(Limited),
    /// A fragment is spread within itself.
    Cycle(Name),
}

/// More of something than is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limited {
    limit: &'static str,
    /// None where it was not counted to its end.
    found: Option<u64>,
    allowed: u64,
}

impl Excess {
    /// Refuses a text that is not to be parsed.
    pub fn of_text(limits: &DocumentLimits, text: &str) -> Result<(), Self> {
        require(
            "bytes of text",
            text.len() as u64,
            limits.max_text_bytes.get(),
        )?;
        require("levels of nesting", nesting(text), limits.max_nesting)
    }

    /// Refuses a document that is not to be walked through.
    pub fn of_parts(limits: &DocumentLimits, document: &ExecutableDocument) -> Result<(), Self> {
        let operations = document.operations.iter().len() as u64;
        let fragments = document.fragments.len() as u64;
        require("operations", operations, limits.max_operations.get())?;
        require("fragments", fragments, limits.max_fragments.get())
    }

    /// Refuses a document that is not to be validated.
    pub fn of_counts(limits: &DocumentLimits, found: &Found) -> Result<(), Self> {
        let all = &found.all;
        for (limit, found, allowed) in [
            ("levels of nesting", all.nesting, limits.max_nesting),
            ("levels of fields", all.depth, limits.max_depth.get()),
            ("fields", all.fields, limits.max_fields.get()),
            (
                "fields of a root",
                found.root_fields,
                limits.max_root_fields.get(),
            ),
            ("aliases", all.aliases, limits.max_aliases.get()),
            ("directives", all.directives, limits.max_directives.get()),
            ("fragments", all.fragments, limits.max_fragments.get()),
        ] {
            require(limit, found, allowed)?;
        }
        Ok(())
    }

    /// Refuses an operation that asks for too much.
    pub fn of_cost(limits: &DocumentLimits, cost: u64) -> Result<(), Self> {
        require("points of cost", cost, limits.max_cost.get())
    }

    /// A walk that could not go to its end.
    pub fn of_walk(limits: &DocumentLimits, stopped: Stopped) -> Self {
        match stopped {
            Stopped::InCycle(name) => Self::Cycle(name),
            Stopped::TooDeep => Self::Of(Limited {
                limit: "levels of nesting",
                found: None,
                allowed: limits.max_nesting,
            }),
        }
    }

    /// As the caller sees it, after so many nodes of the document were looked at.
    pub fn told(&self, nodes_walked: u64) -> ServerError {
        let (message, limited) = match self {
            Self::Of(limited) => (limited.to_string(), Some(limited)),
            Self::Cycle(name) => (format!("the fragment {name} is spread within itself"), None),
        };
        let mut error = ApiError::from(Error::TooComplex(message)).told();
        let extensions = error
            .extensions
            .get_or_insert_with(ErrorExtensionValues::default);
        if let Some(limited) = limited {
            extensions.set("limit", limited.limit);
            extensions.set("allowed", limited.allowed);
        }
        if let Some(found) = limited.and_then(|limited| limited.found) {
            extensions.set("found", found);
        }
        extensions.set("nodesWalked", nodes_walked);
        error
    }
}

impl std::fmt::Display for Limited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            limit,
            found,
            allowed,
        } = self;
        match found {
            Some(found) => write!(
                f,
                "the document has {found} {limit}; at most {allowed} are allowed"
            ),
            None => write!(
                f,
                "the document has more than {allowed} {limit}, which is as many as are allowed"
            ),
        }
    }
}

fn require(limit: &'static str, found: u64, allowed: u64) -> Result<(), Excess> {
    if found <= allowed {
        return Ok(());
    }
    // Whatever stopped at the largest number may be more.
    let found = (found < u64::MAX).then_some(found);
    Err(Excess::Of(Limited {
        limit,
        found,
        allowed,
    }))
}
