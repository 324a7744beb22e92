//! Variables go where their types fit, and those that must have a value do.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet, Type,
    VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned, ServerError, ServerResult, Value as Given, Variables};
use async_graphql_value::Value;

use crate::graphql::contract::{self, Place};

/// Refuses values that are missing. Else it would be found out in the middle of the operation.
pub fn check_values(operation: &OperationDefinition, given: &Variables) -> ServerResult<()> {
    let definitions = operation.variable_definitions.iter();
    for definition in definitions.filter(|it| !it.node.var_type.node.nullable) {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        let message = match given.get(name) {
            Some(Given::Null) => format!("Variable \"${name}\" of type \"{ty}\" must not be null."),
            None if definition.node.default_value.is_none() => {
                format!("Variable \"${name}\" of required type \"{ty}\" was not provided.")
            }
            _ => continue,
        };
        return Err(ServerError::new(message, Some(definition.pos)));
    }
    Ok(())
}

/// Refuses variables of one type where another is taken. Each fragment is looked at once.
pub fn check_places(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> ServerResult<()> {
    let definitions = operation.variable_definitions.iter();
    let mut uses = Uses {
        document,
        definitions: definitions
            .map(|it| (&it.node.name.node, &it.node))
            .collect(),
        seen: HashSet::new(),
    };
    let root = contract::root_type(operation.ty);
    uses.directives(&operation.directives)?;
    uses.selections(root, &operation.selection_set.node)
}

struct Uses<'a> {
    document: &'a ExecutableDocument,
    definitions: HashMap<&'a Name, &'a VariableDefinition>,
    seen: HashSet<&'a Name>,
}

impl<'a> Uses<'a> {
    fn selections(&mut self, of: &'a str, set: &'a SelectionSet) -> ServerResult<()> {
        for selection in &set.items {
            self.directives(selection.node.directives())?;
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    for (name, value) in &field.arguments {
                        let place = contract::argument(of, &field.name.node, &name.node);
                        self.place(place, &value.node, value.pos)?;
                    }
                    let ty = contract::field_type(of, &field.name.node);
                    let below = ty.map_or("", contract::innermost);
                    self.selections(below, &field.selection_set.node)?;
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| &condition.node.on.node);
                    self.selections(of, &inline.node.selection_set.node)?;
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node)?;
                }
            }
        }
        Ok(())
    }

    fn fragment(&mut self, name: &'a Name) -> ServerResult<()> {
        let document = self.document;
        match document.fragments.get(name) {
            Some(fragment) if self.seen.insert(name) => {
                self.directives(&fragment.node.directives)?;
                let of = &fragment.node.type_condition.node.on.node;
                self.selections(of, &fragment.node.selection_set.node)
            }
            _ => Ok(()),
        }
    }

    /// The two that may be asked with have one argument alike.
    fn directives(&self, directives: &[Positioned<Directive>]) -> ServerResult<()> {
        let arguments = directives.iter().flat_map(|it| &it.node.arguments);
        for (_, value) in arguments.filter(|(name, _)| name.node == "if") {
            let condition = Type {
                base: BaseType::Named(Name::new("Boolean")),
                nullable: false,
            };
            self.value(&condition, false, &value.node, value.pos)?;
        }
        Ok(())
    }

    /// What the contract does not know is for others to refuse.
    fn place(&self, place: Option<&Place>, value: &Value, at: Pos) -> ServerResult<()> {
        place.map_or(Ok(()), |place| {
            self.value(&place.ty, place.has_default, value, at)
        })
    }

    fn value(&self, taken: &Type, has_default: bool, value: &Value, at: Pos) -> ServerResult<()> {
        match value {
            Value::Variable(name) => match self.definitions.get(name) {
                Some(definition) if !may_go(definition, taken, has_default) => {
                    let ty = &definition.var_type.node;
                    Err(ServerError::new(
                        format!(
                            "Variable \"${name}\" of type \"{ty}\" used in position expecting type \"{taken}\"."
                        ),
                        Some(at),
                    ))
                }
                _ => Ok(()),
            },
            Value::List(values) => {
                let element = match &taken.base {
                    BaseType::List(element) => element,
                    BaseType::Named(_) => return Ok(()),
                };
                let mut values = values.iter();
                values.try_for_each(|value| self.value(element, false, value, at))
            }
            Value::Object(fields) => {
                let of = contract::innermost(taken);
                let mut fields = fields.iter();
                fields.try_for_each(|(name, value)| {
                    self.place(contract::input_field(of, name), value, at)
                })
            }
            _ => Ok(()),
        }
    }
}

/// A variable that may be null goes where nothing may be, if one of both has a default that is something.
fn may_go(definition: &VariableDefinition, taken: &Type, has_default: bool) -> bool {
    let ty = &definition.var_type.node;
    let default = definition.default_value.as_ref();
    let is_something = default.is_some_and(|default| default.node != Given::Null);
    if ty.nullable && !taken.nullable {
        return (is_something || has_default) && fits_base(&ty.base, &taken.base);
    }
    fits(ty, taken)
}

fn fits(ty: &Type, taken: &Type) -> bool {
    (taken.nullable || !ty.nullable) && fits_base(&ty.base, &taken.base)
}

fn fits_base(base: &BaseType, taken: &BaseType) -> bool {
    match (base, taken) {
        (BaseType::List(element), BaseType::List(taken)) => fits(element, taken),
        (BaseType::Named(name), BaseType::Named(taken)) => name == taken,
        _ => false,
    }
}
