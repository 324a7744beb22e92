//! Keyset pagination: a listing's order as columns, a row's position as their values, and the one place
//! that turns both into SQL.
//!
//! All columns of one order run in the same direction, so that "behind this row" is one comparison of
//! tuples, which both databases answer from an index.

use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::{ExprTrait, Order, SelectStatement};
use sea_orm::{ConnectionTrait, EntityTrait, FromQueryResult, QuerySelect, Select};

use super::page::{Key, Page, PageRequest, Position};
use crate::error::{Error, Result};

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest or oldest first.
    Ascending,
    /// The largest or newest first.
    Descending,
}

/// One column of an order: how SQL says it, and what a row has there. The last one is unique.
pub enum SortColumn<T: 'static> {
    /// A whole number.
    Int(fn() -> Expr, fn(&T) -> i64),
    /// Text in byte order.
    Text(fn() -> Expr, fn(&T) -> &str),
    /// The row's id.
    Id(fn() -> Expr, fn(&T) -> Uuid),
}

/// An order in which a listing can be read.
pub trait Sorting: Copy {
    /// What is listed.
    type Row: 'static;

    /// Goes into the cursor, so that a cursor of one order is refused by another.
    fn name(self) -> &'static str;

    /// The direction of all columns.
    fn direction(self) -> Direction;

    /// What is compared, in this order.
    fn columns(self) -> &'static [SortColumn<Self::Row>];

    /// Where a row stands.
    fn position(self, row: &Self::Row) -> Position {
        Position(
            self.columns()
                .iter()
                .map(|column| column.key(row))
                .collect(),
        )
    }
}

impl<T> SortColumn<T> {
    fn expr(&self) -> Expr {
        match self {
            Self::Int(expr, _) | Self::Text(expr, _) | Self::Id(expr, _) => expr(),
        }
    }

    fn key(&self, row: &T) -> Key {
        match self {
            Self::Int(_, get) => Key::Int(get(row)),
            Self::Text(_, get) => Key::Text(get(row).to_owned()),
            Self::Id(_, get) => Key::Id(get(row)),
        }
    }

    /// The key as a value to compare with. Cursors come from outside, where they may have been tampered
    /// with: PostgreSQL would refuse another type, and text with a NUL in it.
    fn bound(&self, key: &Key) -> Option<Expr> {
        match (self, key) {
            (Self::Int(..), Key::Int(value)) => Some(Expr::val(*value)),
            (Self::Text(..), Key::Text(value)) if !value.contains('\0') => {
                Some(Expr::val(value.as_str()))
            }
            (Self::Id(..), Key::Id(value)) => Some(Expr::val(*value)),
            _ => None,
        }
    }
}

/// Reads one page of what `query` selects.
pub(super) async fn read_page<E, S>(
    db: &impl ConnectionTrait,
    mut query: Select<E>,
    sorting: S,
    request: &PageRequest,
) -> Result<Page<S::Row>>
where
    E: EntityTrait,
    S: Sorting,
    S::Row: FromQueryResult + Send + Sync,
{
    restrict(QuerySelect::query(&mut query), sorting, request)?;
    let rows = query.into_model::<S::Row>().all(db).await?;
    Ok(request.page_of(rows))
}

/// How many rows `query` selects.
pub(super) async fn count_rows<E: EntityTrait>(
    db: &impl ConnectionTrait,
    query: Select<E>,
) -> Result<u64> {
    let rows: Option<i64> = query
        .select_only()
        .expr_as(Expr::cust("COUNT(*)"), "row_count")
        .into_tuple()
        .one(db)
        .await?;
    Ok(rows.and_then(|rows| rows.try_into().ok()).unwrap_or(0))
}

/// Adds the bounds, the order and one row more than the page has.
pub(super) fn restrict<S: Sorting>(
    query: &mut SelectStatement,
    sorting: S,
    request: &PageRequest,
) -> Result<()> {
    let is_ascending = sorting.direction() == Direction::Ascending;
    if let Some(after) = &request.after {
        query.and_where(beyond(sorting, after, is_ascending)?);
    }
    if let Some(before) = &request.before {
        query.and_where(beyond(sorting, before, !is_ascending)?);
    }
    sort_by(query, sorting, request);
    query.limit(request.size().saturating_add(1));
    Ok(())
}

/// Adds the order in which a page is read.
pub(super) fn sort_by<S: Sorting>(query: &mut SelectStatement, sorting: S, request: &PageRequest) {
    let is_ascending = sorting.direction() == Direction::Ascending;
    let order = if is_ascending == request.is_backwards() {
        Order::Desc
    } else {
        Order::Asc
    };
    for column in sorting.columns() {
        query.order_by_expr(column.expr(), order.clone());
    }
}

/// Rows with larger keys than `position`, or with smaller ones.
fn beyond<S: Sorting>(sorting: S, position: &Position, is_larger: bool) -> Result<Expr> {
    let columns = sorting.columns();
    let bounds: Option<Vec<Expr>> = columns
        .iter()
        .zip(&position.0)
        .map(|(column, key)| column.bound(key))
        .collect();
    let bounds = bounds
        .filter(|bounds| bounds.len() == columns.len() && bounds.len() == position.0.len())
        .ok_or_else(|| Error::BadInput("the cursor is not one of this list".to_owned()))?;
    let row = Expr::tuple(columns.iter().map(SortColumn::expr));
    let bound = Expr::tuple(bounds);
    Ok(if is_larger {
        row.gt(bound)
    } else {
        row.lt(bound)
    })
}
