//! The types of fields as the contract tells them. The library keeps its own register of them to itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{Type, TypeKind, TypeSystemDefinition};

use super::schema;

/// Fields by the type that has them.
type FieldTypes = HashMap<String, HashMap<String, Type>>;

/// Made when it is first needed, which is when something was refused.
static FIELD_TYPES: LazyLock<FieldTypes> = LazyLock::new(|| read(&schema().sdl()));

/// The type of a field of an object or interface; none where the contract has no such field.
#[must_use]
pub fn field_type(of: &str, field: &str) -> Option<&'static Type> {
    FIELD_TYPES.get(of)?.get(field)
}

fn read(sdl: &str) -> FieldTypes {
    let Ok(contract) = parse_schema(sdl) else {
        // A test reads the contract, so this cannot be. Without types, fields would count as nullable.
        tracing::error!("the contract could not be read");
        return FieldTypes::new();
    };
    let mut types = FieldTypes::new();
    for definition in contract.definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            _ => continue,
        };
        let fields = fields.into_iter().map(|field| field.node);
        let fields = fields.map(|field| (field.name.node.to_string(), field.ty.node));
        types.insert(definition.node.name.node.to_string(), fields.collect());
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_types_of_the_contract() {
        for (of, field, ty) in [
            ("Query", "ordersReport", "OrdersReportConnection"),
            ("Query", "viewer", "Viewer!"),
            ("Query", "nodes", "[Node]!"),
            ("Shop", "settings", "ShopSettings!"),
            ("Node", "id", "ID!"),
            ("Subscription", "syncProgress", "SyncRun!"),
        ] {
            let found = field_type(of, field).map(ToString::to_string);
            assert_eq!(found.as_deref(), Some(ty), "{of}.{field}");
        }
        assert!(field_type("Query", "nothing").is_none());
    }
}
