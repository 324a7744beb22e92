//! Tells whether a document could be run, without running it.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::parser::parse_query;
use async_graphql::{Name, Request, Response};
use futures_util::FutureExt;

use super::Schema;

/// The schema as something to hold documents against.
pub struct Validation(Schema);

impl Default for Validation {
    fn default() -> Self {
        Self(super::builder().extension(RunNothing).finish())
    }
}

impl Validation {
    /// An error that says what is wrong with a document, if anything is.
    pub fn validate(&self, text: &str) -> Result<(), String> {
        let document = parse_query(text).map_err(|error| error.to_string())?;
        let named = document.operations.iter().next();
        let mut request = Request::new(text);
        request.operation_name = named.and_then(|(name, _)| name.map(Name::to_string));
        // Validation waits for nothing.
        let answer = self.0.execute(request).now_or_never();
        let errors = answer.ok_or("it takes too long")?.errors;
        errors
            .first()
            .map_or(Ok(()), |error| Err(error.message.clone()))
    }
}

/// Ends an operation when all is known to be well with it.
struct RunNothing;

impl ExtensionFactory for RunNothing {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for RunNothing {
    async fn execute(
        &self,
        _context: &ExtensionContext<'_>,
        _operation_name: Option<&str>,
        _next: NextExecute<'_>,
    ) -> Response {
        Response::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_run_is_valid_and_nothing_is_run() {
        let validation = Validation::default();
        for (text, error) in [
            ("{ viewer { name } }", None),
            ("query($id: ID!) { order(id: $id) { number } }", None),
            (
                "query A { viewer { name } } query B($id: ID!) { order(id: $id) { id } }",
                None,
            ),
            (
                "mutation($i: DeleteTransactionInput!) { deleteTransaction(input: $i) { userErrors { code } } }",
                None,
            ),
            (
                "subscription($id: ID!) { syncProgress(runId: $id) { state } }",
                None,
            ),
            ("", Some("expected")),
            ("fragment F on Query { viewer { name } }", Some("operation")),
            ("{ viewer { nothing } }", Some("nothing")),
            (
                "query A { viewer { name } } query B { nothing }",
                Some("nothing"),
            ),
            ("{ viewer }", Some("viewer")),
        ] {
            match (validation.validate(text), error) {
                (Ok(()), None) => {}
                (Err(found), Some(error)) => assert!(found.contains(error), "{text}: {found}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
