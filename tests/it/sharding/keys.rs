//! What Citus asks of tables and indexes: it can keep a key only where it can be kept within one shop.

use sqlparser::ast::{
    ColumnOption, CreateIndex, CreateTable, ForeignKeyConstraint, Ident, IndexColumn,
    ReferentialAction, TableConstraint,
};

use super::rule::{Offence, Rule};
use super::scope::{column_name, table_name};

pub fn of_table(table: &CreateTable) -> Vec<Offence> {
    if table_name(&table.name) == "seaql_migrations" {
        return Vec::new();
    }
    let options = table.columns.iter().flat_map(|column| &column.options);
    // A key in a column's own line is a key of that column alone.
    let of_columns = options.filter_map(|option| match &option.option {
        ColumnOption::PrimaryKey(_) | ColumnOption::Unique(_) | ColumnOption::ForeignKey(_) => {
            Some(Offence::new(Rule::KeysHoldTheShop, &option.option))
        }
        _ => None,
    });
    let of_constraints = table.constraints.iter().filter_map(of_constraint);
    of_columns.chain(of_constraints).collect()
}

pub fn of_index(index: &CreateIndex) -> Option<Offence> {
    (index.unique && !hold_shop(&index.columns))
        .then(|| Offence::new(Rule::KeysHoldTheShop, &index.table_name))
}

fn of_constraint(constraint: &TableConstraint) -> Option<Offence> {
    let holds_shop = match constraint {
        TableConstraint::PrimaryKey(key) => hold_shop(&key.columns),
        TableConstraint::Unique(key) => hold_shop(&key.columns),
        TableConstraint::ForeignKey(key) if sets_null(key) => {
            return Some(Offence::new(Rule::NothingHappensByItself, constraint));
        }
        TableConstraint::ForeignKey(key) => is_within_shop(key),
        _ => true,
    };
    (!holds_shop).then(|| Offence::new(Rule::KeysHoldTheShop, constraint))
}

fn hold_shop(columns: &[IndexColumn]) -> bool {
    let names = columns.iter().filter_map(|it| column_name(&it.column.expr));
    names.into_iter().any(|(_, name)| name == "shop_id")
}

/// The shop must stand in the same place on both sides.
fn is_within_shop(key: &ForeignKeyConstraint) -> bool {
    let place = |columns: &[Ident]| columns.iter().position(|it| it.value == "shop_id");
    place(&key.columns).is_some() && place(&key.columns) == place(&key.referred_columns)
}

fn sets_null(key: &ForeignKeyConstraint) -> bool {
    let actions = [key.on_delete.as_ref(), key.on_update.as_ref()];
    actions.contains(&Some(&ReferentialAction::SetNull))
}
