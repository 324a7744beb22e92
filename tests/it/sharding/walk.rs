//! The walk through one statement: every sub-select in it, every function, every clause.

use std::ops::ControlFlow;

use sqlparser::ast::{
    AlterTableOperation, Assignment, AssignmentTarget, ColumnOption, ConflictTarget, DataType,
    Expr, FromTable, Insert, ObjectName, OnConflictAction, OnInsert, Query, Select, SelectItem,
    SetExpr, Statement, TableFactor, TableObject, UpdateTableFromKind, Visit, Visitor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::all_shops::is_meant_for_all_shops;
use super::keys::{of_index, of_table};
use super::rule::{Offence, Rule};
use super::scope::{Scope, column_name, is_value, named_by, table_name};

/// What answers differently each time it is asked. Citus refuses these in writes; reads are spared them too,
/// since then a test's clock tells all the time that there is.
const TIME_AND_CHANCE: &[&str] = &[
    "now",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "timeofday",
    "random",
    "gen_random_uuid",
    "nextval",
    "age",
];

/// How a statement breaks the rules.
pub fn offences_in(sql: &str) -> Vec<Offence> {
    let statements = match Parser::parse_sql(&PostgreSqlDialect {}, sql) {
        Ok(statements) => statements,
        Err(error) => return vec![Offence::new(Rule::Readable, error)],
    };
    statements.iter().flat_map(offences_of).collect()
}

fn offences_of(statement: &Statement) -> Vec<Offence> {
    let mut walk = Walk::default();
    let _ = statement.visit(&mut walk);
    if is_meant_for_all_shops(statement) {
        walk.offences.retain(|it| it.rule != Rule::OneShop);
    }
    walk.offences
}

#[derive(Default)]
struct Walk {
    offences: Vec<Offence>,
    scopes: Vec<Scope>,
    /// Sub-selects with names, in sight of what follows them.
    named: Vec<(String, bool)>,
    /// Whether the queries around lock what they read.
    locking: Vec<bool>,
}

impl Walk {
    fn add(&mut self, rule: Rule, what: impl std::fmt::Display) {
        self.offences.push(Offence::new(rule, what));
    }

    fn enter(&mut self, mut scope: Scope) {
        scope.bind(&self.scopes);
        let rule = match self.locking.last() {
            Some(true) => Rule::LocksWithinAShop,
            _ => Rule::OneShop,
        };
        for reference in scope.unbound() {
            self.offences.push(Offence::new(rule, &reference.name));
        }
        self.scopes.push(scope);
    }

    fn insert(&mut self, insert: &Insert) {
        if matches!(&insert.table, TableObject::TableName(name) if table_name(name) == "seaql_migrations")
        {
            return;
        }
        let names_shop = |name: &ObjectName| table_name(name) == "shop_id";
        let place = insert.columns.iter().position(names_shop);
        let selects = |at| {
            insert
                .source
                .as_ref()
                .is_some_and(|it| gives_shop(&it.body, at))
        };
        if !place.is_some_and(selects) {
            self.add(Rule::InsertNamesTheShop, &insert.table);
        }
        let Some(OnInsert::OnConflict(conflict)) = &insert.on else {
            return;
        };
        let target = conflict.conflict_target.as_ref();
        if !matches!(target, Some(ConflictTarget::Columns { columns, .. })
            if columns.iter().any(|it| it.value == "shop_id"))
        {
            self.add(Rule::ConflictNamesTheShop, &insert.table);
        }
        if let OnConflictAction::DoUpdate(update) = &conflict.action {
            self.assignments(&update.assignments);
        }
    }

    fn assignments(&mut self, assignments: &[Assignment]) {
        for assignment in assignments {
            let columns = match &assignment.target {
                AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
                AssignmentTarget::Tuple(names) => names,
            };
            if columns.iter().any(|it| table_name(it) == "shop_id") {
                self.add(Rule::ShopStays, assignment);
            }
        }
    }

    fn written(&mut self, statement: &Statement) {
        let mut scope = Scope::default();
        match statement {
            Statement::Update(update) => {
                self.assignments(&update.assignments);
                scope.take_tables(std::slice::from_ref(&update.table), &self.named);
                if let Some(
                    UpdateTableFromKind::AfterSet(from) | UpdateTableFromKind::BeforeSet(from),
                ) = &update.from
                {
                    scope.take_tables(from, &self.named);
                }
                scope.take_condition(update.selection.as_ref());
            }
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) =
                    &delete.from;
                scope.take_tables(from, &self.named);
                scope.take_tables(delete.using.as_deref().unwrap_or_default(), &self.named);
                scope.take_condition(delete.selection.as_ref());
            }
            _ => {}
        }
        self.enter(scope);
    }
}

/// Citus does the same to each part of the table. Columns come and go, but for the shop's; one that comes is empty,
/// and brings neither a key nor anything else.
fn is_done_to_each_part(operation: &AlterTableOperation) -> bool {
    match operation {
        AlterTableOperation::DropConstraint { .. } => true,
        AlterTableOperation::AddColumn { column_def, .. } => column_def
            .options
            .iter()
            .all(|it| it.option == ColumnOption::Null),
        AlterTableOperation::DropColumn { column_names, .. } => {
            column_names.iter().all(|name| name.value != "shop_id")
        }
        _ => false,
    }
}

/// Whether what is inserted has a shop in this place.
fn gives_shop(body: &SetExpr, at: usize) -> bool {
    match body {
        SetExpr::Values(_) => true,
        SetExpr::Select(select) => match select.projection.get(at) {
            Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) => {
                is_value(expr) || column_name(expr).is_some_and(|(_, name)| name == "shop_id")
            }
            _ => false,
        },
        _ => false,
    }
}

impl Visitor for Walk {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Insert(insert) => self.insert(insert),
            Statement::CreateTable(table) => self.offences.extend(of_table(table)),
            Statement::CreateIndex(index) => self.offences.extend(of_index(index)),
            Statement::CreateTrigger(_) => self.add(Rule::NothingHappensByItself, "a trigger"),
            Statement::LISTEN { .. } | Statement::UNLISTEN { .. } | Statement::NOTIFY { .. } => {
                self.add(Rule::OneNodeKnows, statement);
            }
            Statement::Update(_)
            | Statement::Delete(_)
            | Statement::Query(_)
            | Statement::Drop { .. }
            | Statement::StartTransaction { .. }
            | Statement::Commit { .. }
            | Statement::Rollback { .. }
            | Statement::Savepoint { .. }
            | Statement::ReleaseSavepoint { .. }
            | Statement::Set(_)
            | Statement::Analyze(_) => {}
            Statement::AlterTable(alter) if alter.operations.iter().all(is_done_to_each_part) => {}
            _ => self.add(Rule::Known, statement),
        }
        self.written(statement);
        ControlFlow::Continue(())
    }

    fn post_visit_statement(&mut self, _: &Statement) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.named.extend(named_by(query));
        let is_locking = self.locking.last() == Some(&true) || !query.locks.is_empty();
        self.locking.push(is_locking);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.locking.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.enter(Scope::of_select(select, &self.named));
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Derived { lateral: true, .. }
        | TableFactor::Function { lateral: true, .. } = factor
        {
            self.add(Rule::NoLateral, factor);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) => {
                let name = table_name(&function.name).to_lowercase();
                if TIME_AND_CHANCE.contains(&name.as_str()) {
                    self.add(Rule::TimeIsBound, &name);
                }
                if name.contains("advisory") || name == "pg_notify" {
                    self.add(Rule::OneNodeKnows, &name);
                }
            }
            Expr::Interval(_)
            | Expr::Cast {
                data_type: DataType::Interval { .. },
                ..
            } => {
                self.add(Rule::TimeIsBound, expr);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
