//! One walk over a parsed document, which looks at each of its nodes once: what a fragment comes to is kept for
//! wherever else it is spread. So it takes as long as the document is, whatever that would expand to.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType,
    Selection, SelectionSet,
};
use async_graphql::{Positioned, Variables};

use super::arguments::{Arguments, Weight};
use super::price::Priced;
use super::tally::Tally;

/// A walk that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// How many nodes of the document were looked at.
    pub nodes: u64,
    /// What was found.
    pub found: Result<Found, Stopped>,
}

/// What a document comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// All of its operations together.
    pub all: Tally,
    /// The most fields that one of them selects of its root.
    pub root_fields: u64,
    /// What the operation costs that is to run; the dearest, where none is named.
    pub cost: u64,
}

/// Why a walk did not go to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// A fragment is spread within itself.
    InCycle(Name),
    /// Selections nest deeper than may be.
    TooDeep,
}

/// Looks at a document, of which this operation is to run with these variables.
pub fn walk(
    document: &ExecutableDocument,
    running: Option<&OperationDefinition>,
    variables: &Variables,
    max_nesting: u64,
) -> Walked {
    let mut walk = Walk {
        document,
        arguments: Arguments::of(running, variables),
        fragments: HashMap::new(),
        nodes: 0,
        max_nesting,
    };
    let found = walk.document(running);
    let nodes = walk.nodes;
    Walked { nodes, found }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    arguments: Arguments<'a>,
    /// What each fragment comes to; nothing while it is being looked at.
    fragments: HashMap<&'a str, Option<Tally>>,
    nodes: u64,
    max_nesting: u64,
}

impl<'a> Walk<'a> {
    fn document(&mut self, running: Option<&'a OperationDefinition>) -> Result<Found, Stopped> {
        // Those that are never spread too: whoever validates the document looks at them.
        for (name, fragment) in &self.document.fragments {
            self.fragment(name, &fragment.node, 0)?;
        }
        let mut found = Found::default();
        for (_, operation) in self.document.operations.iter() {
            let tally = self.operation(&operation.node)?;
            found.all = found.all.plus(tally);
            found.root_fields = found.root_fields.max(tally.fields_here);
            if running.is_none_or(|running| std::ptr::eq(running, &raw const operation.node)) {
                found.cost = found.cost.max(tally.cost);
            }
        }
        Ok(found)
    }

    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Tally, Stopped> {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut tally = self.directives(&operation.directives);
        for variable in &operation.variable_definitions {
            self.nodes += 1;
            tally = tally.plus(self.directives(&variable.node.directives));
        }
        let selected = self.selections(root, &operation.selection_set.node, 1)?;
        Ok(tally.plus(selected))
    }

    fn selections(
        &mut self,
        of: &'a str,
        set: &'a SelectionSet,
        nesting: u64,
    ) -> Result<Tally, Stopped> {
        if nesting > self.max_nesting {
            return Err(Stopped::TooDeep);
        }
        let mut tally = Tally::default();
        for selection in &set.items {
            self.nodes += 1;
            tally = tally.plus(self.selection(of, &selection.node, nesting)?);
        }
        tally.nesting = tally.nesting.saturating_add(1);
        Ok(tally)
    }

    fn selection(
        &mut self,
        of: &'a str,
        selection: &'a Selection,
        nesting: u64,
    ) -> Result<Tally, Stopped> {
        let directives = self.directives(selection.directives());
        let tally = match selection {
            Selection::Field(field) => self.field(of, &field.node, nesting)?,
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref();
                let of = condition.map_or(of, |condition| condition.node.on.node.as_str());
                let set = &inline.node.selection_set.node;
                spread(self.selections(of, set, nesting + 1)?)
            }
            Selection::FragmentSpread(it) => {
                let name = &it.node.fragment_name.node;
                match self.document.fragments.get(name) {
                    Some(fragment) => spread(self.fragment(name, &fragment.node, nesting)?),
                    None => spread(Tally::default()),
                }
            }
        };
        Ok(directives.plus(tally))
    }

    /// What a fragment comes to; it is looked at where it is first met.
    fn fragment(
        &mut self,
        name: &'a Name,
        fragment: &'a FragmentDefinition,
        nesting: u64,
    ) -> Result<Tally, Stopped> {
        match self.fragments.get(name.as_str()) {
            Some(Some(tally)) => return Ok(*tally),
            Some(None) => return Err(Stopped::InCycle(name.clone())),
            None => self.fragments.insert(name, None),
        };
        self.nodes += 1;
        let of = fragment.type_condition.node.on.node.as_str();
        let directives = self.directives(&fragment.directives);
        let selected = self.selections(of, &fragment.selection_set.node, nesting + 1)?;
        let tally = directives.plus(selected);
        self.fragments.insert(name, Some(tally));
        Ok(tally)
    }

    fn field(&mut self, of: &'a str, field: &'a Field, nesting: u64) -> Result<Tally, Stopped> {
        let weight = self.weigh(&field.arguments);
        let priced = Priced::of(of, field);
        let below = if field.selection_set.node.items.is_empty() {
            Tally::default()
        } else {
            self.selections(priced.below(), &field.selection_set.node, nesting + 1)?
        };
        let cost = priced.cost(&self.arguments, weight.bytes, below);
        Ok(Tally {
            fields: below.fields.saturating_add(1),
            fields_here: 1,
            aliases: below.aliases.saturating_add(field.alias.is_some().into()),
            depth: below.depth.saturating_add(1),
            nesting: below.nesting,
            directives: below.directives,
            fragments: below.fragments,
            ..cost
        })
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) -> Tally {
        let mut bytes = 0_u64;
        for directive in directives {
            self.nodes += 1;
            bytes = bytes.saturating_add(self.weigh(&directive.node.arguments).bytes);
        }
        Tally {
            directives: directives.len() as u64,
            cost: super::price::of_arguments(bytes),
            ..Tally::default()
        }
    }

    fn weigh(
        &mut self,
        arguments: &'a [(Positioned<Name>, Positioned<async_graphql_value::Value>)],
    ) -> Weight {
        let weights = arguments
            .iter()
            .map(|(_, value)| self.arguments.weigh(&value.node));
        let weight = weights.fold(Weight::default(), Weight::plus);
        self.nodes = self.nodes.saturating_add(weight.parts);
        weight
    }
}

/// A selection as part of the one that it is spread in.
fn spread(tally: Tally) -> Tally {
    Tally {
        fragments: tally.fragments.saturating_add(1),
        ..tally
    }
}
