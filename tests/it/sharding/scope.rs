//! Which tables one SELECT, UPDATE or DELETE refers to, and which of them are bound to one shop.

use sqlparser::ast::{
    BinaryOperator, Expr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, Query, Select,
    SelectItem, SetExpr, TableFactor, TableWithJoins,
};

/// Tables that no shop owns stay on the node that is asked: the migrations' bookkeeping, and the catalogue.
const LOCAL: &[&str] = &["seaql_migrations"];
const CATALOGUE: &[&str] = &["pg_catalog", "information_schema"];

/// A table or sub-select, under the name by which the statement knows it.
#[derive(Debug)]
pub struct Reference {
    pub name: String,
    pub is_bound: bool,
    /// A sub-select, whose own tables are looked at on their own.
    is_sub_select: bool,
}

/// The references of one SELECT, UPDATE or DELETE.
#[derive(Debug, Default)]
pub struct Scope {
    pub references: Vec<Reference>,
    equalities: Vec<Equality>,
}

/// That two shop_ids are the same; in an outer join it says something of the joined table alone.
#[derive(Debug)]
struct Equality {
    sides: [Side; 2],
    only: Option<String>,
}

#[derive(Clone, Debug)]
enum Side {
    Value,
    Shop(Option<String>),
}

impl Scope {
    pub fn of_select(select: &Select, named: &[(String, bool)]) -> Self {
        let mut scope = Self::default();
        scope.take_tables(&select.from, named);
        scope.take_condition(select.selection.as_ref());
        scope
    }

    pub fn take_tables(&mut self, tables: &[TableWithJoins], named: &[(String, bool)]) {
        for table in tables {
            self.take_factor(&table.relation, named);
            for join in &table.joins {
                self.take_join(join, named);
            }
        }
    }

    pub fn take_condition(&mut self, condition: Option<&Expr>) {
        if let Some(condition) = condition {
            self.take_equalities(condition, None);
        }
    }

    /// Binds what the equalities bind, as long as they bind more; `outer` are the scopes around this one.
    pub fn bind(&mut self, outer: &[Self]) {
        loop {
            let next = self
                .equalities
                .iter()
                .find_map(|it| self.bound_by(it, outer));
            match next {
                Some(index) => self.references[index].is_bound = true,
                None => return,
            }
        }
    }

    /// The references that could meet rows of another shop. A sub-select that stands alone meets none.
    pub fn unbound(&self) -> impl Iterator<Item = &Reference> {
        let is_alone = self.references.len() == 1;
        let may_stay = move |it: &Reference| it.is_bound || (is_alone && it.is_sub_select);
        self.references.iter().filter(move |it| !may_stay(it))
    }

    /// The reference that an equality binds and that was not bound before.
    fn bound_by(&self, equality: &Equality, outer: &[Self]) -> Option<usize> {
        let [left, right] = &equality.sides;
        [(left, right), (right, left)]
            .into_iter()
            .find_map(|(to, from)| {
                let index = self.index_of(to)?;
                let reference = &self.references[index];
                let may_bind = equality
                    .only
                    .as_ref()
                    .is_none_or(|only| *only == reference.name);
                (may_bind && !reference.is_bound && self.is_bound(from, outer)).then_some(index)
            })
    }

    /// A shop_id without a table's name is that of the only reference.
    fn index_of(&self, side: &Side) -> Option<usize> {
        match side {
            Side::Value => None,
            Side::Shop(None) => (self.references.len() == 1).then_some(0),
            Side::Shop(Some(name)) => self.references.iter().position(|it| it.name == *name),
        }
    }

    fn is_bound(&self, side: &Side, outer: &[Self]) -> bool {
        if matches!(side, Side::Value) {
            return true;
        }
        let mut around = std::iter::once(self).chain(outer.iter().rev());
        let found = around.find_map(|scope| Some(scope.references[scope.index_of(side)?].is_bound));
        found.unwrap_or(false)
    }

    fn take_join(&mut self, join: &Join, named: &[(String, bool)]) {
        self.take_factor(&join.relation, named);
        let (constraint, is_outer) = match &join.join_operator {
            JoinOperator::Join(it) | JoinOperator::Inner(it) => (it, false),
            JoinOperator::Left(it) | JoinOperator::LeftOuter(it) => (it, true),
            _ => return,
        };
        if let JoinConstraint::On(condition) = constraint {
            let joined = self.references.last().map(|it| it.name.clone());
            self.take_equalities(condition, joined.filter(|_| is_outer));
        }
    }

    fn take_factor(&mut self, factor: &TableFactor, named: &[(String, bool)]) {
        match factor {
            TableFactor::Table { args: Some(_), .. } => {}
            TableFactor::Table { name, alias, .. } => {
                let table = table_name(name);
                let of_with = named.iter().rev().find(|(with, _)| *with == table);
                let is_local = LOCAL.contains(&table.as_str()) || is_of_catalogue(name);
                let alias = alias.as_ref().map(|it| it.name.value.clone());
                self.references.push(Reference {
                    name: alias.unwrap_or(table),
                    is_bound: of_with.map_or(is_local, |(_, is_bound)| *is_bound),
                    is_sub_select: of_with.is_some(),
                });
            }
            TableFactor::Derived {
                subquery, alias, ..
            } => self.references.push(Reference {
                name: alias
                    .as_ref()
                    .map(|it| it.name.value.clone())
                    .unwrap_or_default(),
                is_bound: matches!(*subquery.body, SetExpr::Values(_))
                    || hands_on_the_shop(&subquery.body),
                is_sub_select: true,
            }),
            TableFactor::NestedJoin {
                table_with_joins, ..
            } => {
                self.take_tables(std::slice::from_ref(table_with_joins), named);
            }
            _ => {}
        }
    }

    fn take_equalities(&mut self, condition: &Expr, only: Option<String>) {
        match condition {
            Expr::Nested(inner) => self.take_equalities(inner, only),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::And,
                right,
            } => {
                self.take_equalities(left, only.clone());
                self.take_equalities(right, only);
            }
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Eq,
                right,
            } => {
                if let (Some(left), Some(right)) = (side(left), side(right)) {
                    self.equalities.push(Equality {
                        sides: [left, right],
                        only,
                    });
                }
            }
            _ => {}
        }
    }
}

fn side(expr: &Expr) -> Option<Side> {
    if is_value(expr) {
        return Some(Side::Value);
    }
    let (table, name) = column_name(expr)?;
    (name == "shop_id").then_some(Side::Shop(table))
}

/// A parameter or a constant, cast or not.
pub fn is_value(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) => true,
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_value(inner),
        _ => false,
    }
}

/// The table's name, if it is given, and the column's.
pub fn column_name(expr: &Expr) -> Option<(Option<String>, String)> {
    let parts: &[Ident] = match expr {
        Expr::Nested(inner) => return column_name(inner),
        Expr::Identifier(name) => std::slice::from_ref(name),
        Expr::CompoundIdentifier(parts) => parts,
        _ => return None,
    };
    let (column, before) = parts.split_last()?;
    let table = before.last().map(|it| it.value.clone());
    Some((table, column.value.clone()))
}

/// A table's own name, without its schema.
pub fn table_name(name: &ObjectName) -> String {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map(|it| it.value.clone()).unwrap_or_default()
}

fn is_of_catalogue(name: &ObjectName) -> bool {
    let schema = name.0.first().and_then(|part| part.as_ident());
    schema.is_some_and(|it| CATALOGUE.contains(&it.value.as_str()) || it.value.starts_with("pg_"))
}

/// Whether a sub-select answers with the shop_id of what it reads, which is held to be bound on its own.
pub fn hands_on_the_shop(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => select.projection.iter().any(|item| match item {
            SelectItem::UnnamedExpr(expr) => matches!(side(expr), Some(Side::Shop(_))),
            SelectItem::ExprWithAlias { expr, alias } => {
                alias.value == "shop_id" && side(expr).is_some()
            }
            _ => false,
        }),
        SetExpr::Query(query) => hands_on_the_shop(&query.body),
        SetExpr::SetOperation { left, right, .. } => {
            hands_on_the_shop(left) && hands_on_the_shop(right)
        }
        _ => false,
    }
}

/// The sub-selects that a query gives names to before it begins, and whether each hands on its shop.
pub fn named_by(query: &Query) -> Vec<(String, bool)> {
    let with = query.with.iter().flat_map(|with| &with.cte_tables);
    with.map(|cte| {
        (
            cte.alias.name.value.clone(),
            hands_on_the_shop(&cte.query.body),
        )
    })
    .collect()
}
