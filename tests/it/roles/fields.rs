//! The fields of the schema that need a case, and those that a case goes through.

use std::collections::BTreeMap;

use cashable::graphql::schema;
use serde_json::Value;

use super::cases::Case;

/// Words by which a field's description says that affiliates are told less than the staff.
const LESS: [&str; 4] = [
    "An affiliate is told",
    "An affiliate sees",
    "Null for affiliates",
    "FORBIDDEN for affiliates",
];

/// The types that have fields: what each field is of, and its description.
pub type Schema = BTreeMap<String, BTreeMap<String, Field>>;

pub struct Field {
    of: String,
    description: String,
}

/// What the schema says of itself.
pub async fn schema_itself() -> Schema {
    let wrapped = "name ofType { name ofType { name ofType { name ofType { name } } } }";
    let document = format!(
        "{{ __schema {{ types {{ name fields {{ name description type {{ {wrapped} }} }} }} }} }}"
    );
    let answer = serde_json::to_value(schema().execute(document).await).unwrap();
    let types = answer["data"]["__schema"]["types"].as_array().unwrap();
    let ours = types.iter().filter(|it| it["fields"].is_array());
    ours.map(|it| (text(&it["name"]), fields_of(it)))
        .filter(|(name, _)| !name.starts_with("__"))
        .collect()
}

fn fields_of(of: &Value) -> BTreeMap<String, Field> {
    let fields = of["fields"].as_array().unwrap().iter();
    let field = |it: &Value| Field {
        of: innermost(&it["type"]),
        description: text(&it["description"]),
    };
    fields.map(|it| (text(&it["name"]), field(it))).collect()
}

/// The type within lists and what must not be null.
fn innermost(of: &Value) -> String {
    match of["name"].as_str() {
        Some(name) => name.to_owned(),
        None => innermost(&of["ofType"]),
    }
}

/// Every field of a root, and every one that leads to an object.
pub fn wanted(schema: &Schema) -> Vec<String> {
    let is_root = |name: &str| ["Query", "Mutation", "Subscription"].contains(&name);
    named(schema, |of, field| {
        is_root(of) || schema.contains_key(&field.of)
    })
}

/// Every field whose description says that affiliates are told less.
pub fn told_less(schema: &Schema) -> Vec<String> {
    let found = named(schema, |_, field| {
        LESS.iter().any(|words| field.description.contains(words))
    });
    assert!(
        found.contains(&"StatusChange.reason".to_owned()),
        "{found:?}"
    );
    found
}

fn named(schema: &Schema, is_meant: impl Fn(&str, &Field) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    for (of, fields) in schema {
        let meant = fields.iter().filter(|(_, field)| is_meant(of, field));
        names.extend(meant.map(|(name, _)| format!("{of}.{name}")));
    }
    names
}

/// The fields on the paths of a case. A path that leads nowhere is a mistake in the table.
pub fn fields_on(schema: &Schema, case: &Case) -> Vec<String> {
    let root = match case.document.split_once(' ') {
        Some(("mutation", _)) => "Mutation",
        Some(("subscription", _)) => "Subscription",
        _ => "Query",
    };
    let mut on_paths = Vec::new();
    for path in case.paths.split(' ') {
        let mut of = root;
        for name in path.split('/').filter(|name| *name != "__typename") {
            let field = &schema[of].get(name);
            let field = field.unwrap_or_else(|| panic!("{path}: {of} has no {name}"));
            on_paths.push(format!("{of}.{name}"));
            of = &field.of;
        }
    }
    on_paths
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
