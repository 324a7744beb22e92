//! What a document selects of one object, through its fragments.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type,
};
use async_graphql::{Name, Value, indexmap::IndexMap};

use crate::graphql::field_type;

/// The selections that meet in one object, each with the type that it was made on.
pub struct Selected<'a> {
    document: &'a ExecutableDocument,
    /// The fields by their names in the answer, in the order asked.
    fields: IndexMap<&'a str, Vec<(&'a str, &'a Field)>>,
    below: RefCell<HashMap<&'a str, Rc<Below<'a>>>>,
}

/// What a field is, and what is selected of it.
pub struct Below<'a> {
    /// Its type, as far as the contract tells.
    pub ty: Option<&'static Type>,
    /// The selections that meet in it.
    pub selected: Selected<'a>,
}

impl<'a> Selected<'a> {
    /// What is selected of the root of an operation, which has this type.
    pub fn of(document: &'a ExecutableDocument, root: &'a str, set: &'a SelectionSet) -> Self {
        Self::of_all(document, [(root, set)])
    }

    fn of_all(
        document: &'a ExecutableDocument,
        sets: impl IntoIterator<Item = (&'a str, &'a SelectionSet)>,
    ) -> Self {
        let mut selected = Self {
            document,
            fields: IndexMap::new(),
            below: RefCell::default(),
        };
        let mut seen = HashSet::new();
        for (of, set) in sets {
            selected.add(of, set, &mut seen);
        }
        selected
    }

    /// The names of the fields in the answer, in the order asked.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.fields.keys().copied()
    }

    /// The field with this name in the answer. It is looked for once, however many rows have it.
    pub fn below(&self, name: &str) -> Rc<Below<'a>> {
        let Some((name, fields)) = self.fields.get_key_value(name) else {
            return Rc::new(Below::of(self.document, &[]));
        };
        let mut below = self.below.borrow_mut();
        let found = below.entry(name);
        Rc::clone(found.or_insert_with(|| Rc::new(Below::of(self.document, fields))))
    }

    /// Puts the fields of an object into the order asked.
    pub fn arrange(&self, fields: &mut IndexMap<Name, Value>) {
        arrange(fields, |name| self.fields.get_index_of(name.as_str()));
    }

    /// Each fragment is looked at once: a field that it names has its place from the first time on.
    fn add(&mut self, of: &'a str, set: &'a SelectionSet, seen: &mut HashSet<&'a Name>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.response_key().node.as_str();
                    let fields = self.fields.entry(name).or_default();
                    fields.push((of, &field.node));
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let of = condition.map_or(of, |condition| &condition.node.on.node);
                    self.add(of, &inline.node.selection_set.node, seen);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = self.document.fragments.get(name)
                        && seen.insert(name)
                    {
                        let of = &fragment.node.type_condition.node.on.node;
                        self.add(of, &fragment.node.selection_set.node, seen);
                    }
                }
            }
        }
    }
}

impl<'a> Below<'a> {
    fn of(document: &'a ExecutableDocument, fields: &[(&'a str, &'a Field)]) -> Self {
        let types = fields
            .iter()
            .map(|(of, field)| field_type(of, &field.name.node));
        let sets = types
            .clone()
            .zip(fields)
            .map(|(ty, (_, field))| (ty.map_or("", name_of), &field.selection_set.node));
        Self {
            ty: types.flatten().next(),
            selected: Selected::of_all(document, sets),
        }
    }
}

/// Puts fields into order by their positions; those that have none come last.
pub fn arrange(fields: &mut IndexMap<Name, Value>, position: impl Fn(&Name) -> Option<usize>) {
    fields.sort_by_cached_key(|name, _| position(name).unwrap_or(usize::MAX));
}

/// The type inside of all lists.
fn name_of(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => name_of(inner),
    }
}
