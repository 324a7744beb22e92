//! A field that was refused is null in the answer, or the nearest parent is that may be null, as GraphQL says.
//! The library leaves its key out instead, and takes an object for null once all of its keys are gone.

use std::rc::Rc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{BaseType, ExecutableDocument, OperationType, Type};
use async_graphql::{Name, PathSegment, Request, Response, Value};

use super::operation::fitting;
use super::selected::{Below, Selected};

/// What a request asks for, kept until it is answered. Only an answer with errors reads it again.
#[derive(Clone, Debug)]
pub struct Nulls {
    query: String,
    operation_name: Option<String>,
}

impl Nulls {
    /// For the answer to this request.
    pub fn of(request: &Request) -> Self {
        Self {
            query: request.query.clone(),
            operation_name: request.operation_name.clone(),
        }
    }

    /// Puts null where the errors of an answer say that nothing is.
    pub fn fill(&self, mut response: Response) -> Response {
        if response.errors.iter().any(|error| !error.path.is_empty())
            && let Ok(document) = parse_query(&self.query)
            && let Some(root) = root_of(&document, self.operation_name.as_deref())
        {
            for place in places(&root, &response) {
                put_null(&mut response.data, &place, &root);
            }
        }
        response
    }
}

/// What is selected of the root of the operation that ran.
fn root_of<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<Selected<'a>> {
    let operation = fitting(document, name)?;
    let root = match operation.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    let set = &operation.selection_set.node;
    Some(Selected::of(document, root, set))
}

/// Where null has to go; of two places of which one lies in the other, the outer.
fn places(root: &Selected<'_>, response: &Response) -> Vec<Vec<PathSegment>> {
    let errors = response.errors.iter().filter(|it| !it.path.is_empty());
    let mut places: Vec<_> = errors.map(|error| nullable(root, &error.path)).collect();
    // Whatever lies in another comes right behind it, so that many are as quickly done as they are read.
    places.sort_by_cached_key(|place| place.iter().map(sorting).collect::<Vec<_>>());
    let mut outer: Vec<Vec<PathSegment>> = Vec::new();
    for place in places {
        if !outer.last().is_some_and(|it| place.starts_with(it)) {
            outer.push(place.to_vec());
        }
    }
    outer
}

fn sorting(segment: &PathSegment) -> (usize, String) {
    match segment {
        PathSegment::Field(name) => (0, name.clone()),
        PathSegment::Index(index) => (*index, String::new()),
    }
}

/// The deepest part of a path that may be null; nothing of it where only the whole answer may.
fn nullable<'p>(root: &Selected<'_>, path: &'p [PathSegment]) -> &'p [PathSegment] {
    let mut deepest = 0;
    let mut ty: Option<&Type> = None;
    let mut here: Option<Rc<Below<'_>>> = None;
    for (depth, segment) in path.iter().enumerate() {
        match segment {
            PathSegment::Field(name) => {
                let selected = here.as_ref().map_or(root, |it| &it.selected);
                let below = selected.below(name);
                (ty, here) = (below.ty, Some(below));
            }
            PathSegment::Index(_) => ty = ty.and_then(element),
        }
        if ty.is_none_or(|ty| ty.nullable) {
            deepest = depth + 1;
        }
    }
    &path[..deepest]
}

fn element(ty: &Type) -> Option<&Type> {
    match &ty.base {
        BaseType::List(element) => Some(element),
        BaseType::Named(_) => None,
    }
}

/// Objects on the way that the library took for null come back: they have a field that is null.
fn put_null(value: &mut Value, place: &[PathSegment], selected: &Selected<'_>) {
    let Some((segment, rest)) = place.split_first() else {
        *value = Value::Null;
        return;
    };
    match segment {
        PathSegment::Field(name) => {
            if *value == Value::Null {
                *value = Value::Object(async_graphql::indexmap::IndexMap::new());
            }
            let Value::Object(fields) = value else {
                return;
            };
            if rest.is_empty() {
                fields.insert(Name::new(name), Value::Null);
                selected.arrange(fields);
            } else if let Some(field) = fields.get_mut(name.as_str()) {
                put_null(field, rest, &selected.below(name).selected);
            }
        }
        PathSegment::Index(index) => {
            if let Value::List(elements) = value
                && let Some(element) = elements.get_mut(*index)
            {
                put_null(element, rest, selected);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{ServerError, value};

    use super::*;

    fn field(name: &str) -> PathSegment {
        PathSegment::Field(name.to_owned())
    }

    fn filled(query: &str, data: Value, paths: &[&[PathSegment]]) -> String {
        let mut response = Response::new(data);
        response.errors = paths
            .iter()
            .map(|path| ServerError::new("no", None).with_path(path.to_vec()))
            .collect();
        let nulls = Nulls::of(&Request::new(query));
        nulls.fill(response).data.to_string()
    }

    #[test]
    fn the_nearest_parent_that_may_be_null_is() {
        let settings = "{ a: shop { ...Names } b: shop { name settings { waitDays } } }
            fragment Names on Shop { x: name settings { waitDays } }";
        let data = || value!({ "a": { "x": "Tea" }, "b": { "name": "Tea" } });
        let (a, b) = (
            [field("a"), field("settings")],
            [field("b"), field("settings")],
        );
        assert_eq!(
            filled(settings, data(), &[&b]),
            "{a: {x: \"Tea\"}, b: null}"
        );
        assert_eq!(filled(settings, data(), &[&a, &b]), "{a: null, b: null}");
        let whole = "{ viewer { shops { name settings { waitDays } } } }";
        let data = value!({ "viewer": { "shops": [{ "name": "Tea" }] } });
        let path = [
            field("viewer"),
            field("shops"),
            PathSegment::Index(0),
            field("settings"),
        ];
        assert_eq!(filled(whole, data, &[&path]), "null");
    }

    #[test]
    fn what_was_taken_for_null_comes_back_with_its_fields() {
        let query =
            "{ x: nodes(ids: []) { ... on Transaction { order { affiliate { code } number } } } }";
        let path = [
            field("x"),
            PathSegment::Index(1),
            field("order"),
            field("affiliate"),
        ];
        let data = value!({ "x": [null, { "order": { "number": "1" } }] });
        let expected = "{x: [null, {order: {affiliate: null, number: \"1\"}}]}";
        assert_eq!(filled(query, data, &[&path]), expected);
        let data = value!({ "x": [null, { "order": null }] });
        let expected = "{x: [null, {order: {affiliate: null}}]}";
        assert_eq!(filled(query, data, &[&path]), expected);
        let data = value!({ "x": [null, null] });
        let path = [field("x"), PathSegment::Index(1), field("order")];
        assert_eq!(filled(query, data, &[&path]), "{x: [null, {order: null}]}");
        assert_eq!(
            filled("{ order(id: 1) { id } }", Value::Null, &[&[field("order")]]),
            "{order: null}"
        );
    }
}
