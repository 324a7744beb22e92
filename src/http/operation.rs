//! What kind of operation a request asks for, known before it runs.

use async_graphql::parser::types::OperationType;
use async_graphql::{Name, Request, ServerError};

/// The kind of the operation that would run; none where the request names none, or more than one fits, which
/// GraphQL will refuse. The document is parsed once: the request keeps it for whoever runs it.
pub fn operation_type(request: &mut Request) -> Result<Option<OperationType>, ServerError> {
    let wanted = request.operation_name.clone();
    let document = request.parsed_query()?;
    let mut fitting = document.operations.iter().filter(|(name, _)| {
        let wanted = wanted.as_deref();
        wanted.is_none() || wanted == name.map(Name::as_str)
    });
    match (fitting.next(), fitting.next()) {
        (Some((_, operation)), None) => Ok(Some(operation.node.ty)),
        _ => Ok(None),
    }
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
            assert_eq!(operation_type(&mut request).unwrap(), expected, "{text}");
        }
    }
}
