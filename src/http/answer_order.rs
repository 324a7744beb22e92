//! Answers come in the order in which they were asked for, as GraphQL says. The library runs the root fields
//! of a query side by side and keeps the order in which they end; below the root, objects keep it themselves.

use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Response, Value};

/// The names of an operation's root fields in the answer, in the order asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerOrder(Vec<Name>);

impl AnswerOrder {
    /// The order that a selection of root fields asks for.
    pub fn of(document: &ExecutableDocument, roots: &SelectionSet) -> Self {
        let mut order = Self::default();
        order.add(document, roots, &mut HashSet::new());
        order
    }

    /// Each fragment is looked at once: a field that it names has its place from the first time on.
    fn add(&mut self, document: &ExecutableDocument, set: &SelectionSet, seen: &mut HashSet<Name>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.0.push(field.node.response_key().node.clone()),
                Selection::InlineFragment(inline) => {
                    self.add(document, &inline.node.selection_set.node, seen);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && seen.insert(name.clone())
                    {
                        self.add(document, &fragment.node.selection_set.node, seen);
                    }
                }
            }
        }
    }

    /// Puts the root fields of an answer in order.
    pub fn restore(&self, mut response: Response) -> Response {
        if let Value::Object(fields) = &mut response.data {
            let mut rest = std::mem::take(fields);
            for name in &self.0 {
                if let Some((name, value)) = rest.shift_remove_entry(name) {
                    fields.insert(name, value);
                }
            }
            fields.extend(rest);
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
