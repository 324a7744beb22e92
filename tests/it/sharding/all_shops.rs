//! The few statements that are meant to ask every shop. Citus sends each to all nodes and puts the answers
//! together, which it can for a SELECT from one table that locks nothing.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, GroupByExpr, InTarget, Query, Select, SetExpr, Statement, TableFactor, visit_expressions,
};

use super::scope::{column_name, table_name};

/// A question to all shops: from which table, by which columns alone.
struct AllShops {
    table: &'static str,
    by: &'static [&'static str],
}

const ALL_SHOPS: &[AllShops] = &[
    // `cashable shop list`, and commands without --shop, are about all of them.
    AllShops {
        table: "shops",
        by: &[],
    },
    // The schedule looks whose turn it is, once in five seconds.
    AllShops {
        table: "shops",
        by: &["sync_enabled"],
    },
    // The schedule looks for runs whose process went away; the index runs_unfinished is small.
    AllShops {
        table: "sync_runs",
        by: &["state"],
    },
    // Whoever tells webhook endpoints looks which there are, once in two seconds; a shop has few.
    AllShops {
        table: "webhook_endpoints",
        by: &["enabled"],
    },
];

/// Whether a statement is one of them and as plain as they must be.
pub fn is_meant_for_all_shops(statement: &Statement) -> bool {
    let Statement::Query(query) = statement else {
        return false;
    };
    let Some((table, select)) = plain_select(query) else {
        return false;
    };
    let Some(by) = select.selection.as_ref().map_or(Some(Vec::new()), columns) else {
        return false;
    };
    ALL_SHOPS
        .iter()
        .any(|meant| meant.table == table && meant.by == by)
}

/// A SELECT from one table without locks, groups and whatever else needs a second thought.
fn plain_select(query: &Query) -> Option<(String, &Select)> {
    let SetExpr::Select(select) = query.body.as_ref() else {
        return None;
    };
    let [from] = select.from.as_slice() else {
        return None;
    };
    let TableFactor::Table { name, .. } = &from.relation else {
        return None;
    };
    let is_plain = query.with.is_none()
        && query.locks.is_empty()
        && query.limit_clause.is_none()
        && from.joins.is_empty()
        && select.distinct.is_none()
        && select.having.is_none()
        && matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    is_plain.then(|| (table_name(name), select.as_ref()))
}

/// The columns in a condition, each once; `None` where it asks anything else than columns and values.
fn columns(condition: &Expr) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let walked = visit_expressions(condition, |expr| {
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                found.extend(column_name(expr).map(|(_, name)| name));
            }
            Expr::BinaryOp { .. }
            | Expr::In {
                target: InTarget::List(_),
                ..
            }
            | Expr::Value(_)
            | Expr::Nested(_) => {}
            _ => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    });
    found.sort();
    found.dedup();
    walked.is_continue().then_some(found)
}
