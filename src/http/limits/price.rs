//! What a field costs: one point for each value that it may add to an answer, and more for what has to be read
//! by itself. Pages are taken to be full; of other lists it is said here how long they are.

use async_graphql::parser::types::{BaseType, Field, Type};

use super::arguments::{Argument, Arguments};
use super::tally::Tally;
use crate::domain::period::MAX_POINTS;
use crate::domain::zone::parse_day;
use crate::graphql::{MOST, field_type};
use crate::reports::DEFAULT_SIZE;

/// For what is read with statements of its own: a page, a count, whatever a root answers.
const READ: u64 = 100;
/// For each order of an import.
const WRITE: u64 = 10;
/// Of how many bytes of arguments, which are copied for each use, a point is taken.
const BYTES_OF_ARGUMENTS: u64 = 512;
/// Of how many bytes of an alias, which is in the answer as often as its field.
const BYTES_OF_ALIAS: u64 = 32;

/// The name that stands for every type of an introspection.
const INTROSPECTION: &str = "__Type";

/// How long lists are taken to be that are no pages.
#[rustfmt::skip]
const LISTS: [(&str, &str, u64); 10] = [
    ("Affiliate",              "balance",          3),
    ("Order",                  "transactions",     4),
    ("OrderSource",            "statuses",         20),
    ("OrdersReportConnection", "summary",          9),
    ("Query",                  "unmappedStatuses", 50),
    ("SyncRun",                "transitions",      12),
    ("Viewer",                 "shops",            1),
    (INTROSPECTION,            "types",            135),
    (INTROSPECTION,            "directives",       8),
    (INTROSPECTION,            "fields",           3),
];
/// Any other list.
const A_LIST: u64 = 10;
/// Any other list of an introspection, as long as those of the contract are in the mean: most types have but
/// one or the other of them.
const AN_INTROSPECTED_LIST: u64 = 1;

/// Lists with an element for each row of the page that they are selected of, by the end of the page's type.
#[rustfmt::skip]
const PAGED: [(&str, &str); 4] = [
    ("Connection",          "nodes"),
    ("Connection",          "edges"),
    ("KpiReport",           "points"),
    ("ImportOrdersPayload", "failed"),
];

/// A field of a type, with what it takes to tell its price.
#[derive(Clone, Copy, Debug)]
pub struct Priced<'a> {
    of: &'a str,
    field: &'a Field,
    ty: Option<&'static Type>,
}

impl<'a> Priced<'a> {
    /// The field of a type.
    pub fn of(of: &'a str, field: &'a Field) -> Self {
        let is_introspection = of.starts_with("__");
        let ty = field_type(of, &field.name.node);
        let of = if is_introspection { INTROSPECTION } else { of };
        Self { of, field, ty }
    }

    /// The type that its selection is made of.
    pub fn below(&self) -> &'a str {
        if self.is_introspection() || matches!(self.name(), "__schema" | "__type") {
            return INTROSPECTION;
        }
        self.ty.map_or("", name_of)
    }

    /// The points of the field with what is selected below it, and the bytes of its arguments.
    pub fn cost(&self, arguments: &Arguments<'a>, bytes: u64, below: Tally) -> Tally {
        let alias = self.field.alias.as_ref();
        let own = self
            .read(arguments)
            .saturating_add(of_arguments(bytes))
            .saturating_add(alias.map_or(0, |it| it.node.len() as u64 / BYTES_OF_ALIAS));
        let element = below.cost_on_page(self.page(arguments)).saturating_add(1);
        let mut paged = PAGED.iter();
        let is_paged = paged.any(|(of, name)| self.of.ends_with(of) && self.name() == *name);
        if is_paged {
            return Tally {
                cost: own,
                cost_a_row: element,
                ..Tally::default()
            };
        }
        let elements = self.elements(arguments).saturating_mul(element);
        Tally {
            cost: own.saturating_add(elements),
            ..Tally::default()
        }
    }

    fn name(&self) -> &'a str {
        &self.field.name.node
    }

    /// What it takes to read it.
    fn read(&self, arguments: &Arguments<'a>) -> u64 {
        let is_root = matches!(self.of, "Query" | "Mutation" | "Subscription");
        let is_read = (is_root && self.name() != "__typename")
            || self.below().ends_with("Connection")
            || matches!(self.name(), "totalCount" | "summary");
        let written = match self.name() {
            "importOrders" => self.orders(arguments).saturating_mul(WRITE),
            _ => 0,
        };
        written.saturating_add(if is_read { READ } else { 0 })
    }

    /// How many elements it has, where they do not hang on a page.
    fn elements(&self, arguments: &Arguments<'a>) -> u64 {
        if (self.of, self.name()) == ("Query", "nodes") {
            let ids = arguments.get(self.field, "ids");
            return ids.map_or(0, Argument::length).min(MOST as u64);
        }
        let is_leaf = self.field.selection_set.node.items.is_empty();
        if is_leaf || !self.is_list() {
            return 1;
        }
        let mut lists = LISTS.iter();
        let found = lists.find(|(of, field, _)| (*of, *field) == (self.of, self.name()));
        let other = if self.is_introspection() {
            AN_INTROSPECTED_LIST
        } else {
            A_LIST
        };
        found.map_or(other, |(_, _, length)| *length)
    }

    fn is_list(&self) -> bool {
        let is_of_contract = self
            .ty
            .is_some_and(|ty| matches!(ty.base, BaseType::List(_)));
        is_of_contract || self.is_introspection()
    }

    fn is_introspection(&self) -> bool {
        self.of == INTROSPECTION
    }

    /// How many rows there are below it, where it is a page or something like one.
    fn page(&self, arguments: &Arguments<'a>) -> u64 {
        let argument = |name| arguments.get(self.field, name);
        match (self.of, self.name()) {
            ("Query", "kpi") => points(argument("from"), argument("to"), argument("interval")),
            ("Mutation", "importOrders") => self.orders(arguments),
            _ => {
                let size = argument("first").or_else(|| argument("last"));
                let size = size.and_then(Argument::count).unwrap_or(DEFAULT_SIZE);
                size.min(MOST as u64)
            }
        }
    }

    fn orders(&self, arguments: &Arguments<'a>) -> u64 {
        let input = arguments.get(self.field, "input");
        let orders = input.and_then(|input| arguments.within(input, "orders"));
        orders.map_or(0, Argument::length)
    }
}

/// What the copying of arguments costs.
pub fn of_arguments(bytes: u64) -> u64 {
    bytes / BYTES_OF_ARGUMENTS
}

/// About how many points a series has; never fewer than it has.
fn points(
    from: Option<Argument<'_>>,
    to: Option<Argument<'_>>,
    interval: Option<Argument<'_>>,
) -> u64 {
    let most = MAX_POINTS as u64;
    let day = |argument: Option<Argument<'_>>| parse_day("day", argument?.text()?).ok();
    let (Some(from), Some(to)) = (day(from), day(to)) else {
        return most;
    };
    let days = u64::try_from(i64::from(to.0) - i64::from(from.0) + 1).unwrap_or(0);
    let points = match interval.as_ref().and_then(Argument::text) {
        None | Some("MONTH") => days / 28 + 2,
        Some("WEEK") => days / 7 + 2,
        Some("QUARTER") => days / 90 + 2,
        Some("YEAR") => days / 365 + 2,
        Some(_) => days,
    };
    points.min(most)
}

/// The type inside of all lists.
fn name_of(ty: &'static Type) -> &'static str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => name_of(inner),
    }
}
