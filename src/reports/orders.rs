//! The orders report: every order of a shop by status, filtered, searched, sorted and paged.

use std::collections::HashMap;

use entity::order::{Column, Entity, Model};
use entity::words::{CancelReason, OrderStatus};
use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};

use super::days::DayRange;
use super::id_lists::read_by_ids;
use super::keyset::{Direction, SortColumn, Sorting, count_rows, read_page};
use super::orders_summary::count_by_rollups;
use super::page::{Page, PageRequest};
use super::scope::Scope;
use super::search::starts_with;
use crate::error::Result;

/// The source that an order is looked for in first.
const API_SOURCE: &str = "api";

/// Which orders. What is unset or empty leaves none out.
#[derive(Clone, Debug, Default)]
pub struct OrdersFilter {
    /// One of these.
    pub statuses: Vec<OrderStatus>,
    /// Cancelled for one of these reasons.
    pub cancel_reasons: Vec<CancelReason>,
    /// From this source.
    pub source: Option<String>,
    /// Placed on these days of the shop's time zone.
    pub placed: DayRange,
    /// Brought by this affiliate: the order's commission is its (R15).
    pub affiliate_id: Option<Uuid>,
    /// Whether an affiliate brought it (R15).
    pub promoted: Option<bool>,
    /// In this currency.
    pub currency: Option<String>,
    /// What the number or the external id begins with, capitals and all.
    pub search: Option<String>,
}

/// How orders are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrdersSort {
    /// By what.
    pub by: OrdersSortBy,
    /// Which way.
    pub direction: Direction,
}

/// What orders are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrdersSortBy {
    /// When the customer placed it.
    PlacedAt,
    /// Its currency, then its total (R24).
    Total,
}

impl OrdersFilter {
    /// Whether only such things are asked for as the rollups tell apart.
    pub(super) fn is_in_rollups(&self) -> bool {
        self.cancel_reasons.is_empty()
            && self.source.is_none()
            && self.promoted.is_none()
            && self.prefix().is_none()
    }

    /// The predicate of a reader's orders with this filter.
    pub(super) fn condition(&self, scope: Scope) -> Condition {
        let promoted = self.promoted.map(|is_promoted| match is_promoted {
            true => Column::AffiliateId.is_not_null(),
            false => Column::AffiliateId.is_null(),
        });
        scope
            .orders()
            .add_option(is_one_of(Column::Status, &self.statuses))
            .add_option(is_one_of(Column::CancelReason, &self.cancel_reasons))
            .add_option(self.source.as_ref().map(|it| Column::Source.eq(it)))
            .add(self.placed.holds(&Column::PlacedOn.into_expr()))
            .add_option(self.brought_by(scope))
            .add_option(promoted)
            .add_option(self.currency.as_ref().map(|it| Column::Currency.eq(it)))
            .add_option(self.prefix().map(|prefix| {
                Condition::any()
                    .add(starts_with(Column::Number, prefix))
                    .add(starts_with(Column::ExternalId, prefix))
            }))
    }

    /// An affiliate that asks for another's orders gets none, not even those that both have a part in.
    fn brought_by(&self, scope: Scope) -> Option<Expr> {
        let affiliate_id = self.affiliate_id?;
        if !scope.sees_affiliate(affiliate_id) {
            return Some(Expr::val(false));
        }
        Some(Column::AffiliateId.eq(affiliate_id))
    }

    fn prefix(&self) -> Option<&str> {
        self.search.as_deref().filter(|prefix| !prefix.is_empty())
    }
}

impl Default for OrdersSort {
    /// The newest first.
    fn default() -> Self {
        Self {
            by: OrdersSortBy::PlacedAt,
            direction: Direction::Descending,
        }
    }
}

impl Sorting for OrdersSort {
    type Row = Model;

    fn name(self) -> &'static str {
        match (self.by, self.direction) {
            (OrdersSortBy::PlacedAt, Direction::Ascending) => "placed",
            (OrdersSortBy::PlacedAt, Direction::Descending) => "-placed",
            (OrdersSortBy::Total, Direction::Ascending) => "total",
            (OrdersSortBy::Total, Direction::Descending) => "-total",
        }
    }

    fn direction(self) -> Direction {
        self.direction
    }

    fn columns(self) -> &'static [SortColumn<Model>] {
        match self.by {
            OrdersSortBy::PlacedAt => &[
                SortColumn::Int(|| Column::PlacedAt.into_expr(), |row| row.placed_at.0),
                SortColumn::Id(|| Column::Id.into_expr(), |row| row.id),
            ],
            OrdersSortBy::Total => &[
                SortColumn::Text(|| Column::Currency.into_expr(), |row| &row.currency),
                SortColumn::Int(|| Column::TotalMinor.into_expr(), |row| row.total_minor),
                SortColumn::Id(|| Column::Id.into_expr(), |row| row.id),
            ],
        }
    }
}

/// One page of the orders that a filter leaves.
pub async fn list_orders(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &OrdersFilter,
    sort: OrdersSort,
    page: &PageRequest,
) -> Result<Page<Model>> {
    let query = Entity::find().filter(filter.condition(scope));
    read_page(db, query, sort, page).await
}

/// How many orders a filter leaves; from the rollups wherever they can tell.
pub async fn count_orders(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &OrdersFilter,
) -> Result<u64> {
    if let Some(count) = count_by_rollups(db, scope, filter).await? {
        return Ok(count);
    }
    count_rows(db, Entity::find().filter(filter.condition(scope))).await
}

/// One order, if it is in sight.
pub async fn find_order(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: Uuid,
) -> Result<Option<Model>> {
    Ok(in_sight(scope).filter(Column::Id.eq(id)).one(db).await?)
}

/// One order by its source's id. Without a source it is `api`'s, else the only source's that has this
/// id; where several others have it, nobody can tell which is meant.
pub async fn find_order_by_external_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    source: Option<&str>,
    external_id: &str,
) -> Result<Option<Model>> {
    let query = in_sight(scope).filter(Column::ExternalId.eq(external_id));
    if let Some(source) = source {
        return Ok(query.filter(Column::Source.eq(source)).one(db).await?);
    }
    let mut orders = query.all(db).await?;
    if let Some(index) = orders.iter().position(|it| it.source == API_SOURCE) {
        return Ok(Some(orders.swap_remove(index)));
    }
    Ok(orders.pop().filter(|_| orders.is_empty()))
}

/// The orders among `ids` that are in sight.
pub async fn orders_by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Model>> {
    let orders = read_by_ids(db, in_sight(scope), Column::Id, ids).await?;
    Ok(orders.into_iter().map(|order| (order.id, order)).collect())
}

fn in_sight(scope: Scope) -> Select<Entity> {
    Entity::find().filter(scope.orders())
}

/// Rows whose word is one of `words`, unless there are none to choose from.
pub(super) fn is_one_of<W>(column: impl ColumnTrait, words: &[W]) -> Option<Expr>
where
    W: Copy + Into<sea_orm::Value>,
{
    (!words.is_empty()).then(|| column.is_in(words.iter().copied()))
}
