//! The history of orders and transactions: who changed what, when and why (R26).

use entity::affiliate_transaction;
use entity::status_change::{Column, Entity, Model};
use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};

use super::keyset::{Direction, SortColumn, Sorting, count_rows, read_page};
use super::page::{Key, Page, PageRequest, Position};
use super::scope::Scope;
use crate::error::Result;

/// Whose changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangesOf {
    /// One order's.
    Order(Uuid),
    /// One transaction's.
    Transaction(Uuid),
    /// Every transaction's, for those who watch.
    Transactions,
}

/// Changes in the order in which they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BySequence;

impl BySequence {
    /// The position of this number, whether or not such a change is in sight.
    #[must_use]
    pub fn position_of(sequence: i64) -> Position {
        Position(vec![Key::Int(sequence)])
    }
}

impl Sorting for BySequence {
    type Row = Model;

    fn name(self) -> &'static str {
        "sequence"
    }

    fn direction(self) -> Direction {
        Direction::Ascending
    }

    fn columns(self) -> &'static [SortColumn<Model>] {
        &[SortColumn::Int(
            || Column::Sequence.into_expr(),
            |row| row.sequence,
        )]
    }
}

/// One page of changes, the oldest first.
pub async fn list_changes(
    db: &impl ConnectionTrait,
    scope: Scope,
    of: ChangesOf,
    page: &PageRequest,
) -> Result<Page<Model>> {
    read_page(db, changes(scope, of), BySequence, page).await
}

/// How many changes there were.
pub async fn count_changes(db: &impl ConnectionTrait, scope: Scope, of: ChangesOf) -> Result<u64> {
    count_rows(db, changes(scope, of)).await
}

fn changes(scope: Scope, of: ChangesOf) -> Select<Entity> {
    let (subject, own): (Expr, affiliate_transaction::Column) = match of {
        ChangesOf::Order(id) => (
            Column::OrderId.eq(id),
            affiliate_transaction::Column::OrderId,
        ),
        ChangesOf::Transaction(id) => (
            Column::TransactionId.eq(id),
            affiliate_transaction::Column::Id,
        ),
        ChangesOf::Transactions => (
            Column::TransactionId.is_not_null(),
            affiliate_transaction::Column::Id,
        ),
    };
    let changed = match of {
        ChangesOf::Order(_) => Column::OrderId,
        ChangesOf::Transaction(_) | ChangesOf::Transactions => Column::TransactionId,
    };
    let own = scope
        .own_transactions(own)
        .map(|own| changed.in_subquery(own));
    Entity::find().filter(
        Condition::all()
            .add(Column::ShopId.eq(scope.shop_id))
            .add(subject)
            .add_option(own),
    )
}
