//! What the arguments of fields come to once variables have their values: sizes of pages, lengths of lists, and
//! how much there is to copy.

use std::collections::HashMap;

use async_graphql::parser::types::{Field, OperationDefinition};
use async_graphql::{Name, Value as Known, Variables};
use async_graphql_value::Value;

/// The values of an operation's variables.
#[derive(Debug, Default)]
pub struct Arguments<'a> {
    values: HashMap<&'a str, &'a Known>,
    // Variables may be used many times, and be large.
    bytes: HashMap<&'a str, u64>,
}

/// A value of an argument, wherever it was written.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    /// In the document.
    Written(&'a Value),
    /// In a variable or its default.
    Known(&'a Known),
}

impl<'a> Arguments<'a> {
    /// Of the operation that is to run, with the values that came with it.
    pub fn of(operation: Option<&'a OperationDefinition>, variables: &'a Variables) -> Self {
        let definitions = operation.map_or(&[][..], |it| &it.variable_definitions);
        let mut values = HashMap::new();
        for definition in definitions {
            let name = &definition.node.name.node;
            let given = variables.get(name);
            let default = || definition.node.default_value.as_ref().map(|it| &it.node);
            if let Some(value) = given.or_else(default) {
                values.insert(name.as_str(), value);
            }
        }
        let bytes = values.iter().map(|(name, it)| (*name, bytes_of(it)));
        let bytes = bytes.collect();
        Self { values, bytes }
    }

    /// The argument with this name; none where it is null or not there.
    pub fn get(&self, field: &'a Field, name: &str) -> Option<Argument<'a>> {
        self.resolve(Argument::Written(&field.get_argument(name)?.node))
    }

    /// A field of an argument that is an object.
    pub fn within(&self, argument: Argument<'a>, name: &str) -> Option<Argument<'a>> {
        let found = match argument {
            Argument::Written(Value::Object(fields)) => fields.get(name).map(Argument::Written),
            Argument::Known(Known::Object(fields)) => fields.get(name).map(Argument::Known),
            _ => None,
        };
        self.resolve(found?)
    }

    fn resolve(&self, argument: Argument<'a>) -> Option<Argument<'a>> {
        let argument = match argument {
            Argument::Written(Value::Variable(name)) => Argument::Known(self.values.get(&**name)?),
            other => other,
        };
        let is_null = matches!(
            argument,
            Argument::Written(Value::Null) | Argument::Known(Known::Null)
        );
        (!is_null).then_some(argument)
    }

    /// How many bytes there are to copy of a value that is written in the document, and of how many parts it
    /// consists there.
    pub fn weigh(&self, value: &Value) -> Weight {
        match value {
            Value::Variable(name) => Weight::part(self.bytes.get(&**name).copied().unwrap_or(0)),
            Value::Number(_) | Value::Boolean(_) | Value::Null => Weight::part(SMALL),
            Value::String(text) => Weight::part(length(text)),
            Value::Enum(name) => Weight::part(length(name)),
            Value::Binary(bytes) => Weight::part(bytes.len() as u64),
            Value::List(values) => values
                .iter()
                .map(|it| self.weigh(it))
                .fold(Weight::part(SMALL), Weight::plus),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, it)| {
                    self.weigh(it).plus(Weight {
                        parts: 0,
                        bytes: length(name),
                    })
                })
                .fold(Weight::part(SMALL), Weight::plus),
        }
    }
}

impl Argument<'_> {
    /// A count; none where it is no number. What is below nothing counts as nothing, since it will be refused.
    pub fn count(self) -> Option<u64> {
        let (Self::Written(Value::Number(number)) | Self::Known(Known::Number(number))) = self
        else {
            return None;
        };
        Some(number.as_u64().unwrap_or(0))
    }

    /// How many elements a list has. A single value stands for a list of itself.
    pub fn length(self) -> u64 {
        let length = match self {
            Self::Written(Value::List(values)) => values.len(),
            Self::Known(Known::List(values)) => values.len(),
            _ => 1,
        };
        length as u64
    }

    /// The text of a string or the name of an enum's value.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Written(Value::String(text)) | Self::Known(Known::String(text)) => Some(text),
            Self::Written(Value::Enum(name)) | Self::Known(Known::Enum(name)) => Some(name),
            _ => None,
        }
    }
}

/// How much a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Parts of it in the document.
    pub parts: u64,
    /// Bytes once variables have their values.
    pub bytes: u64,
}

impl Weight {
    fn part(bytes: u64) -> Self {
        Self { parts: 1, bytes }
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            parts: self.parts.saturating_add(other.parts),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

/// About what a number takes, or the frame of a list.
const SMALL: u64 = 8;

fn length(text: &str) -> u64 {
    text.len() as u64
}

fn bytes_of(value: &Known) -> u64 {
    match value {
        Known::Number(_) | Known::Boolean(_) | Known::Null => SMALL,
        Known::String(text) => length(text),
        Known::Enum(name) => length(name),
        Known::Binary(bytes) => bytes.len() as u64,
        Known::List(values) => values.iter().map(bytes_of).fold(SMALL, u64::saturating_add),
        Known::Object(fields) => fields
            .iter()
            .map(|(name, it): (&Name, _)| length(name).saturating_add(bytes_of(it)))
            .fold(SMALL, u64::saturating_add),
    }
}
