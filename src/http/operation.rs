//! What a request asks for, known before it runs: the kind of its operation, and the order of its answer.

use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, OperationType, Selection,
};
use async_graphql::{Name, Request, ServerError, ServerResult};

use super::answer_order::AnswerOrder;
use crate::graphql;

/// The operation that will run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// What its document calls it.
    pub name: Option<String>,
    /// In which order its answer comes.
    pub order: AnswerOrder,
}

/// The operation that would run; none where the request names none, or more than one fits, which
/// GraphQL will refuse. The document is parsed once: the request keeps it for whoever runs it.
pub fn operation_of(request: &mut Request) -> Result<Option<Operation>, ServerError> {
    let wanted = request.operation_name.clone();
    let document = request.parsed_query()?;
    let operation = fitting(document, wanted.as_deref());
    if let Some(operation) = operation {
        require_one_root(operation)?;
    }
    Ok(operation.map(|operation| Operation {
        kind: operation.ty,
        name: wanted.or_else(|| only_name(document)),
        order: AnswerOrder::of(document, &operation.selection_set.node),
    }))
}

fn only_name(document: &ExecutableDocument) -> Option<String> {
    let (name, _) = document.operations.iter().next()?;
    name.map(ToString::to_string)
}

/// Refuses what GraphQL says cannot be run, and the library does not look at.
pub fn refuse_invalid(request: &mut Request) -> ServerResult<()> {
    let wanted = request.operation_name.clone();
    let variables = std::mem::take(&mut request.variables);
    let document = request.parsed_query()?;
    if let Some(operation) = fitting(document, wanted.as_deref()) {
        graphql::check_operation(document, operation, &variables)?;
    }
    request.variables = variables;
    Ok(())
}

/// The one operation of a document that has this name, or any where none is wanted.
pub fn fitting<'a>(
    document: &'a ExecutableDocument,
    wanted: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let mut fitting = document
        .operations
        .iter()
        .filter(|(name, _)| wanted.is_none() || wanted == name.map(Name::as_str));
    match (fitting.next(), fitting.next()) {
        (Some((_, operation)), None) => Some(&operation.node),
        _ => None,
    }
}

/// A subscription has one root field, as GraphQL says. The library would follow several, and none of those in
/// fragments.
fn require_one_root(operation: &OperationDefinition) -> Result<(), ServerError> {
    let roots = &operation.selection_set;
    let is_one = matches!(&*roots.node.items, [root] if matches!(root.node, Selection::Field(_)));
    if operation.ty != OperationType::Subscription || is_one {
        return Ok(());
    }
    let message = "a subscription follows one field, which stands outside of fragments";
    Err(ServerError::new(message, Some(roots.pos)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operation_that_would_run_gives_the_kind() {
        let (query, mutation) = (Some(OperationType::Query), Some(OperationType::Mutation));
        let cases = [
            ("{ a }", None, query),
            ("mutation { a }", None, mutation),
            ("query A { a }", None, query),
            ("query A { a } mutation B { b }", Some("A"), query),
            ("query A { a } mutation B { b }", Some("B"), mutation),
            ("query A { a } mutation B { b }", Some("C"), None),
            ("query A { a } mutation B { b }", None, None),
            ("{ a }", Some("A"), None),
        ];
        for (text, name, expected) in cases {
            let mut request = Request::new(text);
            request.operation_name = name.map(str::to_owned);
            let operation = operation_of(&mut request).unwrap();
            assert_eq!(operation.map(|it| it.kind), expected, "{text}");
        }
    }

    #[test]
    fn it_is_known_by_the_name_in_its_document() {
        for (text, wanted, name) in [
            ("{ a }", None, None),
            ("query A { a }", None, Some("A")),
            ("query A { a } mutation B { b }", Some("B"), Some("B")),
        ] {
            let mut request = Request::new(text);
            request.operation_name = wanted.map(str::to_owned);
            let operation = operation_of(&mut request).unwrap().unwrap();
            assert_eq!(operation.name.as_deref(), name, "{text}");
        }
    }

    #[test]
    fn a_subscription_follows_one_field() {
        for (text, is_one) in [
            ("subscription { a }", true),
            ("subscription { b: a { c d } }", true),
            ("subscription { a b }", false),
            ("subscription { a a }", false),
            ("subscription { ...A } fragment A on S { a }", false),
            ("subscription { ... { a } }", false),
            ("query { a b ...A } fragment A on Q { a }", true),
        ] {
            let found = operation_of(&mut Request::new(text));
            assert_eq!(found.is_ok(), is_one, "{text}");
        }
    }
}
