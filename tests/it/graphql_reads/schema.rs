//! The schema itself.

use cashable::graphql::schema;
use serde_json::{Value, json};

use crate::support::repository;

#[tokio::test]
async fn everything_in_the_schema_says_what_it_means() {
    let document = "{ __schema { types { name description
        fields { name description args { name description } }
        inputFields { name description } enumValues { name description } } } }";
    let found = serde_json::to_value(schema().execute(document).await).unwrap();
    let types = found["data"]["__schema"]["types"].as_array().unwrap();
    let mut silent = Vec::new();
    for ty in types.iter().filter(|it| is_ours(it)) {
        says(ty, &ty["name"], &mut silent);
        for list in ["fields", "inputFields", "enumValues"] {
            for member in ty[list].as_array().into_iter().flatten() {
                let name = format!("{}.{}", ty["name"], member["name"]);
                says(member, &json!(name), &mut silent);
                for argument in member["args"].as_array().into_iter().flatten() {
                    says(
                        argument,
                        &json!(format!("{name}({})", argument["name"])),
                        &mut silent,
                    );
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// GraphQL's own types need no explaining.
fn is_ours(ty: &Value) -> bool {
    let name = ty["name"].as_str().unwrap_or_default();
    !name.starts_with("__") && name != "ID"
}

fn says(what: &Value, name: &Value, silent: &mut Vec<String>) {
    if what["description"].as_str().is_none_or(str::is_empty) {
        silent.push(name.to_string());
    }
}

#[test]
fn schema_graphql_is_what_the_code_has() {
    let kept = std::fs::read_to_string(repository("schema.graphql")).unwrap();
    assert_eq!(
        kept,
        cashable::graphql::sdl(),
        "run `make schema` and look at what changed"
    );
}
