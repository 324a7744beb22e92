//! Fields that meet under one name in an answer are one field there, so they must be the same: at least of types
//! that look alike, and of one object the same field with the same arguments.
//!
//! Each is compared with the first that it meets, and what is selected of those that meet is looked at together:
//! so every field is looked at twice on each path that leads to it. Fragments can make that many, of which only so
//! many are looked at.

use std::cell::Cell;
use std::collections::HashSet;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, Type,
};
use async_graphql::{Name, Positioned, ServerError, ServerResult};

use crate::graphql::contract::{self, field_type};

/// How many fields are looked at.
const MOST: usize = 20_000;
/// The library refuses what nests deeper, as fragments do that are spread within themselves.
const DEEPEST: usize = 32;

/// A selection, and the type that it is made on; a field, and the type that has it.
type Set<'a> = (&'a str, &'a SelectionSet);
type Selected<'a> = (&'a str, &'a Positioned<Field>);
/// The fields of one name in an answer, by that name.
type Met<'a> = IndexMap<&'a str, Vec<Selected<'a>>>;

/// Refuses fields that cannot be one.
pub fn check(document: &ExecutableDocument, operation: &OperationDefinition) -> ServerResult<()> {
    let root = contract::root_type(operation.ty);
    let sets = [(root, &operation.selection_set.node)];
    let meeting = Meeting {
        document,
        looked: Cell::new(0),
    };
    meeting.fields(&sets, 1)?;
    meeting.looks(&sets, 1)
}

struct Meeting<'a> {
    document: &'a ExecutableDocument,
    looked: Cell<usize>,
}

impl<'a> Meeting<'a> {
    /// Whatever meets looks alike, also what is never selected of one object.
    fn looks(&self, sets: &[Set<'a>], depth: usize) -> ServerResult<()> {
        for (name, met) in self.met(sets, depth)? {
            let types = met.iter().filter_map(|(of, field)| {
                let ty = field_type(of, &field.node.name.node)?;
                Some((ty, *field))
            });
            let mut types = types.into_iter();
            if let Some((first, _)) = types.next()
                && let Some((other, field)) = types.find(|(ty, _)| !look_alike(first, ty))
            {
                let why = format!("they return conflicting types \"{first}\" and \"{other}\"");
                return Err(conflict(name, &why, field));
            }
            self.looks(&below(&met), depth + 1)?;
        }
        Ok(())
    }

    /// Whatever meets in one object is the same field of it.
    fn fields(&self, sets: &[Set<'a>], depth: usize) -> ServerResult<()> {
        for (name, met) in self.met(sets, depth)? {
            for met in by_object(met) {
                let (_, first) = met[0];
                for (_, field) in &met[1..] {
                    let (one, other) = (&first.node.name.node, &field.node.name.node);
                    if one != other {
                        let why = format!("\"{one}\" and \"{other}\" are different fields");
                        return Err(conflict(name, &why, field));
                    }
                    if !are_asked_alike(&first.node, &field.node) {
                        return Err(conflict(name, "they have differing arguments", field));
                    }
                }
                self.fields(&below(&met), depth + 1)?;
            }
        }
        Ok(())
    }

    /// The fields of selections by their names in the answer.
    fn met(&self, sets: &[Set<'a>], depth: usize) -> ServerResult<Met<'a>> {
        let (mut met, mut seen) = (Met::new(), HashSet::new());
        if depth <= DEEPEST {
            for (of, set) in sets {
                self.add(of, set, &mut met, &mut seen);
            }
        }
        let looked = self.looked.get() + met.values().map(Vec::len).sum::<usize>();
        self.looked.set(looked);
        if looked > MOST {
            let message = "the document selects too many fields";
            return Err(ServerError::new(message, None));
        }
        Ok(met)
    }

    fn add(
        &self,
        of: &'a str,
        set: &'a SelectionSet,
        met: &mut Met<'a>,
        seen: &mut HashSet<&'a Name>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = &field.node.response_key().node;
                    met.entry(name.as_str()).or_default().push((of, field));
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| &condition.node.on.node);
                    self.add(of, &inline.node.selection_set.node, met, seen);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && seen.insert(name)
                    {
                        let of = &fragment.node.type_condition.node.on.node;
                        self.add(of, &fragment.node.selection_set.node, met, seen);
                    }
                }
            }
        }
    }
}

/// What is selected of fields, as far as the contract knows them.
fn below<'a>(met: &[Selected<'a>]) -> Vec<Set<'a>> {
    let sets = met
        .iter()
        .filter(|(_, field)| !field.node.selection_set.node.items.is_empty());
    let sets = sets.map(|(of, field)| {
        let ty = field_type(of, &field.node.name.node);
        (
            ty.map_or("", contract::innermost),
            &field.node.selection_set.node,
        )
    });
    sets.collect()
}

/// The fields that can meet in one object: those of each type of objects, with all that may be of any.
fn by_object(met: Vec<Selected<'_>>) -> Vec<Vec<Selected<'_>>> {
    let objects: HashSet<_> = met
        .iter()
        .map(|(of, _)| *of)
        .filter(|of| contract::is_object(of))
        .collect();
    if objects.len() < 2 {
        return vec![met];
    }
    let may_be_of = |object: &str, of: &str| of == object || !contract::is_object(of);
    let groups = objects.into_iter().map(|object| {
        let met = met.iter().filter(|(of, _)| may_be_of(object, of));
        met.copied().collect()
    });
    groups.collect()
}

fn look_alike(one: &Type, other: &Type) -> bool {
    one.nullable == other.nullable
        && match (&one.base, &other.base) {
            (BaseType::List(one), BaseType::List(other)) => look_alike(one, other),
            (BaseType::Named(one), BaseType::Named(other)) => {
                one == other || contract::has_fields(one) && contract::has_fields(other)
            }
            _ => false,
        }
}

fn are_asked_alike(one: &Field, other: &Field) -> bool {
    let has = |(name, value): &(Positioned<Name>, Positioned<_>)| {
        let found = other.get_argument(&name.node);
        found.is_some_and(|found| found.node == value.node)
    };
    one.arguments.len() == other.arguments.len() && one.arguments.iter().all(has)
}

fn conflict(name: &str, why: &str, field: &Positioned<Field>) -> ServerError {
    let message =
        format!("Fields \"{name}\" conflict because {why}. Use different aliases on them.");
    ServerError::new(message, Some(field.pos))
}
