//! Tells whether a document could be run, without running it; and refuses what GraphQL says is no document or no
//! request for this contract, but the library lets pass.
//!
//! Of that, some is left: a number beyond 32 bits, and a text or a list where an input object goes, are refused by
//! the field that they are given to, not before; a text is taken for the value of an enum that it spells; and of a
//! field that an input object has twice, the last counts. A test holds all this against GraphQL's own
//! implementation.

mod meeting;
mod variables;

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use async_graphql::{Name, Request, Response, ServerResult, Variables};
use futures_util::FutureExt;

use super::Schema;

/// Refuses an operation, or the values that it would run with, for what the library does not look at.
pub fn check_operation(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    given: &Variables,
) -> ServerResult<()> {
    check_document(document, operation)?;
    variables::check_values(operation, given)
}

fn check_document(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> ServerResult<()> {
    variables::check_places(document, operation)?;
    meeting::check(document, operation)
}

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
        for (_, operation) in document.operations.iter() {
            check_document(&document, &operation.node).map_err(|error| error.message)?;
        }
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
    use std::iter;

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
            (
                "query($id: Int!) { order(id: $id) { id } }",
                Some("expecting type \"ID!\""),
            ),
            (
                "query A { viewer { name } } query B($i: ID) { order(id: $i) { id } }",
                Some("ID!"),
            ),
            (
                "{ a: viewer { x: name } a: viewer { x: role } }",
                Some("different fields"),
            ),
        ] {
            match (validation.validate(text), error) {
                (Ok(()), None) => {}
                (Err(found), Some(error)) => assert!(found.contains(error), "{text}: {found}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    fn checked(text: &str) -> Result<(), String> {
        let document = parse_query(text).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        check_operation(&document, &operation.node, &Variables::default())
            .map_err(|error| error.message)
    }

    /// Fragments of which each selects this of the next one, and the last one that.
    fn fragments(count: usize, each: &str, last: &str) -> String {
        let first = format!("{{ ...F0 }} fragment F{count} on X {{ {last} }}");
        let fragments = (0..count).map(|number| {
            let each = each.replace("NEXT", &format!("F{}", number + 1));
            format!("fragment F{number} on X {{ {each} }}")
        });
        let texts: Vec<_> = iter::once(first).chain(fragments).collect();
        texts.join(" ")
    }

    #[test]
    fn fragments_are_not_followed_for_ever() {
        for last in ["id", "...F0"] {
            let flat = fragments(30, "...NEXT ...NEXT", last);
            assert_eq!(checked(&flat), Ok(()));
            let deep = fragments(15, "a { ...NEXT } b { ...NEXT }", last);
            let many = "the document selects too many fields";
            assert_eq!(checked(&deep), Err(many.to_owned()));
        }
        let circle = "{ ...F } fragment F on Query { viewer { name ...F } }";
        assert_eq!(checked(circle), Ok(()));
    }
}
