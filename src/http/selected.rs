//! What a document selects of one object, through its fragments.

use std::collections::HashSet;

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type,
};
use async_graphql::{Name, Value, indexmap::IndexMap};

use crate::graphql::field_type;

/// The selections that meet in one object, each with the type that it was made on.
pub struct Selected<'a> {
    document: &'a ExecutableDocument,
    sets: Vec<(&'a str, &'a SelectionSet)>,
}

impl<'a> Selected<'a> {
    /// What is selected of the root of an operation, which has this type.
    pub fn of(document: &'a ExecutableDocument, root: &'a str, set: &'a SelectionSet) -> Self {
        Self {
            document,
            sets: vec![(root, set)],
        }
    }

    /// The names of the fields in the answer, in the order asked.
    pub fn names(&self) -> Vec<Name> {
        let fields = self.fields().into_iter();
        fields
            .map(|(_, field)| field.response_key().node.clone())
            .collect()
    }

    /// The type of the field with this name in the answer, as far as the contract tells, and what is selected
    /// below it.
    pub fn below(&self, name: &str) -> (Option<&'static Type>, Self) {
        let mut ty = None;
        let mut sets = Vec::new();
        for (of, field) in self.fields() {
            if field.response_key().node != name {
                continue;
            }
            let own = field_type(of, &field.name.node);
            ty = ty.or(own);
            sets.push((own.map_or("", name_of), &field.selection_set.node));
        }
        let document = self.document;
        (ty, Self { document, sets })
    }

    /// Puts the fields of an object into the order asked.
    pub fn arrange(&self, fields: &mut IndexMap<Name, Value>) {
        arrange(&self.names(), fields);
    }

    fn fields(&self) -> Vec<(&'a str, &'a Field)> {
        let (mut fields, mut seen) = (Vec::new(), HashSet::new());
        for (of, set) in &self.sets {
            self.add(of, set, &mut fields, &mut seen);
        }
        fields
    }

    /// Each fragment is looked at once: a field that it names has its place from the first time on.
    fn add(
        &self,
        of: &'a str,
        set: &'a SelectionSet,
        fields: &mut Vec<(&'a str, &'a Field)>,
        seen: &mut HashSet<&'a Name>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => fields.push((of, &field.node)),
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| &condition.node.on.node);
                    self.add(of, &inline.node.selection_set.node, fields, seen);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && seen.insert(name)
                    {
                        let of = &fragment.node.type_condition.node.on.node;
                        self.add(of, &fragment.node.selection_set.node, fields, seen);
                    }
                }
            }
        }
    }
}

/// Puts fields into this order; those that it does not name come last.
pub fn arrange(names: &[Name], fields: &mut IndexMap<Name, Value>) {
    let mut rest = std::mem::take(fields);
    for name in names {
        if let Some((name, value)) = rest.shift_remove_entry(name) {
            fields.insert(name, value);
        }
    }
    fields.extend(rest);
}

/// The type inside of all lists.
fn name_of(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => name_of(inner),
    }
}
