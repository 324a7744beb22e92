//! What the contract says of types, their fields, and what these take. The library keeps its own register of that
//! to itself.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};

use super::schema;

/// Where a value goes: an argument, or a field of an input object.
pub struct Place {
    /// What it takes.
    pub ty: Type,
    /// Whether it takes nothing for something.
    pub has_default: bool,
}

type Places = HashMap<String, Place>;

struct Field {
    ty: Type,
    arguments: Places,
}

#[derive(Default)]
struct Contract {
    /// Fields by the object or interface that has them.
    fields: HashMap<String, HashMap<String, Field>>,
    inputs: HashMap<String, Places>,
    objects: HashSet<String>,
}

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::read(&schema().sdl()));

/// The type of a field of an object or interface; none where the contract has no such field.
#[must_use]
pub fn field_type(of: &str, field: &str) -> Option<&'static Type> {
    Some(&find(of, field)?.ty)
}

/// What an argument of a field takes.
pub fn argument(of: &str, field: &str, name: &str) -> Option<&'static Place> {
    find(of, field)?.arguments.get(name)
}

/// What a field of an input object takes.
pub fn input_field(of: &str, name: &str) -> Option<&'static Place> {
    CONTRACT.inputs.get(of)?.get(name)
}

/// Whether it is the type of objects, so that nothing of another such type is of it.
pub fn is_object(name: &str) -> bool {
    CONTRACT.objects.contains(name)
}

/// Whether it has fields.
pub fn has_fields(name: &str) -> bool {
    CONTRACT.fields.contains_key(name)
}

/// The type whose fields an operation selects.
pub fn root_type(of: OperationType) -> &'static str {
    match of {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The type inside of all lists.
pub fn innermost(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(element) => innermost(element),
    }
}

fn find(of: &str, field: &str) -> Option<&'static Field> {
    CONTRACT.fields.get(of)?.get(field)
}

impl Contract {
    fn read(sdl: &str) -> Self {
        let mut contract = Self::default();
        let Ok(document) = parse_schema(sdl) else {
            // A test reads the contract, so this cannot be. Without types, fields would count as nullable.
            tracing::error!("the contract could not be read");
            return contract;
        };
        for definition in document.definitions {
            if let TypeSystemDefinition::Type(definition) = definition {
                contract.add(definition.node);
            }
        }
        contract
    }

    fn add(&mut self, definition: TypeDefinition) {
        let name = definition.name.node.to_string();
        match definition.kind {
            TypeKind::Object(object) => {
                self.objects.insert(name.clone());
                self.fields.insert(name, fields(object.fields));
            }
            TypeKind::Interface(interface) => {
                self.fields.insert(name, fields(interface.fields));
            }
            TypeKind::InputObject(input) => {
                self.inputs.insert(name, places(input.fields));
            }
            TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::Union(_) => {}
        }
    }
}

fn fields(definitions: Vec<Positioned<FieldDefinition>>) -> HashMap<String, Field> {
    let fields = definitions.into_iter().map(|definition| {
        let definition = definition.node;
        let field = Field {
            ty: definition.ty.node,
            arguments: places(definition.arguments),
        };
        (definition.name.node.to_string(), field)
    });
    fields.collect()
}

fn places(definitions: Vec<Positioned<InputValueDefinition>>) -> Places {
    let places = definitions.into_iter().map(|definition| {
        let definition = definition.node;
        let place = Place {
            ty: definition.ty.node,
            has_default: definition.default_value.is_some(),
        };
        (definition.name.node.to_string(), place)
    });
    places.collect()
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

    #[test]
    fn places_take_what_the_contract_says() {
        let told = |place: Option<&Place>| place.map(|it| (it.ty.to_string(), it.has_default));
        let takes = |ty: &str, has_default| Some((ty.to_owned(), has_default));
        assert_eq!(told(argument("Query", "order", "id")), takes("ID!", false));
        let interval = argument("Query", "kpi", "interval");
        assert_eq!(told(interval), takes("KpiInterval", true));
        let status = input_field("OrdersReportFilter", "status");
        assert_eq!(told(status), takes("[OrderStatus!]", false));
        assert!(argument("Query", "order", "nothing").is_none());
        assert!(is_object("Order") && !is_object("Node") && has_fields("Node"));
        assert!(!has_fields("OrdersReportFilter") && !has_fields("OrderStatus"));
    }
}
