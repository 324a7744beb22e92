//! Answers come in the order in which they were asked for, as GraphQL says. The library runs the root fields
//! of a query side by side and keeps the order in which they end; below the root, objects keep it themselves.

use async_graphql::parser::types::{ExecutableDocument, SelectionSet};
use async_graphql::{Name, Response, Value};

use super::selected::{Selected, arrange};

/// The names of an operation's root fields in the answer, in the order asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerOrder(Vec<Name>);

impl AnswerOrder {
    /// The order that a selection of root fields asks for.
    pub fn of(document: &ExecutableDocument, roots: &SelectionSet) -> Self {
        let roots = Selected::of(document, "", roots);
        Self(roots.names().map(Name::new).collect())
    }

    /// Puts the root fields of an answer in order.
    pub fn restore(&self, mut response: Response) -> Response {
        if let Value::Object(fields) = &mut response.data {
            arrange(fields, |name| self.0.iter().position(|it| it == name));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Request, value};

    use super::*;

    #[test]
    fn root_fields_come_as_asked_through_fragments_too() {
        let text = "{ b ...More x: a } fragment More on Query { c ... { d } ...More }";
        let mut request = Request::new(text);
        let document = request.parsed_query().expect("it parses");
        let (_, operation) = document.operations.iter().next().expect("one operation");
        let order = AnswerOrder::of(document, &operation.node.selection_set.node);
        let ended = Response::new(value!({ "d": 1, "x": 2, "c": 3, "b": 4 }));
        let restored = order.restore(ended);
        assert_eq!(restored.data.to_string(), "{b: 4, c: 3, d: 1, x: 2}");
    }
}
