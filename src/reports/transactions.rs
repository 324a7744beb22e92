//! Affiliate transactions, the deleted ones never.

use std::collections::HashMap;

use chrono_tz::Tz;
use entity::affiliate_transaction::{Column, Entity, Model};
use entity::words::{TransactionKind, TransactionStatus};
use entity::{Day, Instant};
use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::{CaseStatement, Condition, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use super::days::DayRange;
use super::id_lists::{id_lists, read_by_ids};
use super::keyset::{Direction, SortColumn, Sorting, count_rows, read_page};
use super::orders::is_one_of;
use super::page::{Page, PageRequest};
use super::scope::Scope;
use crate::domain::zone::start_of_day;
use crate::error::Result;

/// Which transactions. What is unset or empty leaves none out.
#[derive(Clone, Debug, Default)]
pub struct TransactionsFilter {
    /// One of these.
    pub statuses: Vec<TransactionStatus>,
    /// Earned by this affiliate.
    pub affiliate_id: Option<Uuid>,
    /// From this order.
    pub order_id: Option<Uuid>,
    /// One of these.
    pub kinds: Vec<TransactionKind>,
    /// Whether sync must leave it alone (R11).
    pub pinned: Option<bool>,
    /// Whether its order says otherwise (R9).
    pub diverged: Option<bool>,
    /// Created at this instant or later.
    pub created_from: Option<Instant>,
    /// Created earlier than this instant.
    pub created_before: Option<Instant>,
}

/// How transactions are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionsSort {
    /// By what.
    pub by: TransactionsSortBy,
    /// Which way.
    pub direction: Direction,
}

/// What transactions are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionsSortBy {
    /// When it was created.
    CreatedAt,
    /// Its currency, then its amount (R24).
    Amount,
    /// When the days to wait are over; those that do not know yet come last either way.
    WaitsUntil,
}

impl TransactionsFilter {
    /// Created on these days of the shop's time zone.
    #[must_use]
    pub fn created_on(self, days: DayRange, zone: Tz) -> Self {
        Self {
            created_from: days.from.map(|from| start_of_day(from, zone)),
            created_before: days.to.map(|to| start_of_day(Day(to.0 + 1), zone)),
            ..self
        }
    }

    fn condition(&self, scope: Scope) -> Condition {
        scope
            .transactions()
            .add_option(is_one_of(Column::Status, &self.statuses))
            .add_option(self.affiliate_id.map(|id| Column::AffiliateId.eq(id)))
            .add_option(self.order_id.map(|id| Column::OrderId.eq(id)))
            .add_option(is_one_of(Column::Kind, &self.kinds))
            .add_option(self.pinned.map(|it| Column::Pinned.eq(it)))
            .add_option(self.diverged.map(|it| Column::Diverged.eq(it)))
            .add_option(self.created_from.map(|it| Column::CreatedAt.gte(it)))
            .add_option(self.created_before.map(|it| Column::CreatedAt.lt(it)))
    }
}

impl Default for TransactionsSort {
    /// The newest first.
    fn default() -> Self {
        Self {
            by: TransactionsSortBy::CreatedAt,
            direction: Direction::Descending,
        }
    }
}

impl Sorting for TransactionsSort {
    type Row = Model;

    fn name(self) -> &'static str {
        use Direction::{Ascending, Descending};
        match (self.by, self.direction) {
            (TransactionsSortBy::CreatedAt, Ascending) => "created",
            (TransactionsSortBy::CreatedAt, Descending) => "-created",
            (TransactionsSortBy::Amount, Ascending) => "amount",
            (TransactionsSortBy::Amount, Descending) => "-amount",
            (TransactionsSortBy::WaitsUntil, Ascending) => "waits",
            (TransactionsSortBy::WaitsUntil, Descending) => "-waits",
        }
    }

    fn direction(self) -> Direction {
        self.direction
    }

    fn columns(self) -> &'static [SortColumn<Model>] {
        match (self.by, self.direction) {
            (TransactionsSortBy::CreatedAt, _) => &[
                SortColumn::Int(|| Column::CreatedAt.into_expr(), |row| row.created_at.0),
                SortColumn::Id(|| Column::Id.into_expr(), |row| row.id),
            ],
            (TransactionsSortBy::Amount, _) => &[
                SortColumn::Text(|| Column::Currency.into_expr(), |row| &row.currency),
                SortColumn::Int(|| Column::AmountMinor.into_expr(), |row| row.amount_minor),
                SortColumn::Id(|| Column::Id.into_expr(), |row| row.id),
            ],
            // The databases disagree on where nulls go, so a column of its own says so.
            (TransactionsSortBy::WaitsUntil, Direction::Ascending) => &[
                SortColumn::Int(|| waits(0), |row| i64::from(row.waits_until.is_none())),
                SortColumn::Int(waits_until, |row| row.waits_until.map_or(0, |it| it.0)),
                SortColumn::Id(|| Column::Id.into_expr(), |row| row.id),
            ],
            (TransactionsSortBy::WaitsUntil, Direction::Descending) => &[
                SortColumn::Int(|| waits(1), |row| i64::from(row.waits_until.is_some())),
                SortColumn::Int(waits_until, |row| row.waits_until.map_or(0, |it| it.0)),
                SortColumn::Id(|| Column::Id.into_expr(), |row| row.id),
            ],
        }
    }
}

/// 0 or 1: `known` where the end of the days to wait is known, else the other.
fn waits(known: i64) -> Expr {
    CaseStatement::new()
        .case(Column::WaitsUntil.is_null(), 1 - known)
        .finally(known)
        .into()
}

fn waits_until() -> Expr {
    Column::WaitsUntil.into_expr().if_null(0_i64)
}

/// One page of the transactions that a filter leaves.
pub async fn list_transactions(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &TransactionsFilter,
    sort: TransactionsSort,
    page: &PageRequest,
) -> Result<Page<Model>> {
    let query = Entity::find().filter(filter.condition(scope));
    read_page(db, query, sort, page).await
}

/// How many transactions a filter leaves.
pub async fn count_transactions(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &TransactionsFilter,
) -> Result<u64> {
    count_rows(db, Entity::find().filter(filter.condition(scope))).await
}

/// One transaction, if it is in sight.
pub async fn find_transaction(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: Uuid,
) -> Result<Option<Model>> {
    Ok(in_sight(scope).filter(Column::Id.eq(id)).one(db).await?)
}

/// The transactions among `ids` that are in sight.
pub async fn transactions_by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Model>> {
    let rows = read_by_ids(db, in_sight(scope), Column::Id, ids).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The transactions of each of these orders that are in sight, the oldest first.
pub async fn transactions_of_orders(
    db: &impl ConnectionTrait,
    scope: Scope,
    order_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Model>>> {
    let mut by_order: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for list in id_lists(order_ids) {
        let query = in_sight(scope)
            .filter(Column::OrderId.is_in(list))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id);
        for row in query.all(db).await? {
            let Some(order_id) = row.order_id else {
                continue;
            };
            by_order.entry(order_id).or_default().push(row);
        }
    }
    Ok(by_order)
}

fn in_sight(scope: Scope) -> Select<Entity> {
    Entity::find().filter(scope.transactions())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{DAY_MILLIS, FIRST_DAY, SHOP, id, walk};
    use super::super::world::World;
    use super::*;

    type Predicate<'a> = &'a dyn Fn(&Model) -> bool;

    fn with(change: impl FnOnce(&mut TransactionsFilter)) -> TransactionsFilter {
        let mut filter = TransactionsFilter::default();
        change(&mut filter);
        filter
    }

    async fn all(
        world: &World,
        scope: Scope,
        filter: &TransactionsFilter,
        sort: TransactionsSort,
    ) -> Vec<Model> {
        let db = world.fixture.db();
        let list = async |page| list_transactions(db, scope, filter, sort, &page).await;
        walk(sort, list).await
    }

    #[tokio::test]
    async fn transactions_are_paged_in_every_order_and_unknown_ends_of_waiting_come_last() {
        use TransactionsSortBy::{Amount, CreatedAt, WaitsUntil};
        let world = World::make().await;
        let none = TransactionsFilter::default();
        for by in [CreatedAt, Amount, WaitsUntil] {
            let mut expected = world.rows.live(None);
            expected.sort_by_key(|it| match by {
                CreatedAt => (String::new(), it.created_at.0, it.id),
                Amount => (it.currency.clone(), it.amount_minor, it.id),
                WaitsUntil => (String::new(), it.waits_until.map_or(99, |it| it.0), it.id),
            });
            let up = TransactionsSort {
                by,
                direction: Direction::Ascending,
            };
            let listed = all(&world, Scope::shop(SHOP), &none, up).await;
            assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{by:?}");
            expected.reverse();
            if by == WaitsUntil {
                expected.sort_by_key(|it| it.waits_until.is_none());
            }
            let down = TransactionsSort {
                by,
                direction: Direction::Descending,
            };
            let listed = all(&world, Scope::shop(SHOP), &none, down).await;
            assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{by:?} down");
        }
    }

    #[tokio::test]
    async fn each_filter_leaves_just_what_it_says() {
        let world = World::make().await;
        let days = DayRange {
            from: Some(Day(FIRST_DAY + 1)),
            to: Some(Day(FIRST_DAY + 70)),
        };
        let order_id = world.rows.live(None)[0].order_id;
        let at = |day: i64| (i64::from(FIRST_DAY) + day) * DAY_MILLIS;
        let cases: [(TransactionsFilter, Predicate); 7] = [
            (
                with(|it| it.statuses = vec![TransactionStatus::Open]),
                &|it| it.status == TransactionStatus::Open,
            ),
            (with(|it| it.affiliate_id = Some(id(2))), &|it| {
                it.affiliate_id == id(2)
            }),
            (with(|it| it.order_id = order_id), &|it| {
                it.order_id == order_id
            }),
            (with(|it| it.kinds = vec![TransactionKind::Manual]), &|it| {
                it.kind == TransactionKind::Manual
            }),
            (with(|it| it.pinned = Some(true)), &|it| it.pinned),
            (with(|it| it.diverged = Some(false)), &|it| !it.diverged),
            (
                TransactionsFilter::default().created_on(days, Tz::UTC),
                &|it| (at(1)..at(71)).contains(&it.created_at.0),
            ),
        ];
        for own in [None, Some(id(2))] {
            let scope = Scope {
                shop_id: SHOP,
                affiliate_id: own,
            };
            for (filter, is_left) in &cases {
                let mut listed = all(&world, scope, filter, TransactionsSort::default()).await;
                listed.sort_by_key(|it| it.id);
                let mut expected = world.rows.live(own);
                expected.retain(|it| is_left(it));
                assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "{filter:?}");
                let count = count_transactions(world.fixture.db(), scope, filter).await;
                assert_eq!(count.ok(), u64::try_from(expected.len()).ok(), "{filter:?}");
            }
        }
    }

    #[tokio::test]
    async fn an_orders_transactions_come_oldest_first_and_never_deleted() {
        let world = World::make().await;
        let db = world.fixture.db();
        let orders: Vec<Uuid> = world.rows.orders.iter().map(|it| it.id).collect();
        for own in [None, Some(id(3))] {
            let scope = Scope {
                shop_id: SHOP,
                affiliate_id: own,
            };
            let by_order = transactions_of_orders(db, scope, &orders)
                .await
                .expect("rows");
            for order_id in &orders {
                let mut expected = world.rows.live(own);
                expected.retain(|it| it.order_id == Some(*order_id));
                expected.sort_by_key(|it| (it.created_at.0, it.id));
                let listed = by_order.get(order_id).into_iter().flatten();
                assert_eq!(listed.collect::<Vec<_>>(), expected);
            }
        }
        for row in &world.rows.transactions {
            for own in [id(3), id(5)] {
                let scope = Scope::affiliate(SHOP, own);
                let found = find_transaction(db, scope, row.id)
                    .await
                    .expect("it is read");
                let is_seen = row.deleted_at.is_none() && row.affiliate_id == own;
                assert_eq!(found.as_ref(), is_seen.then_some(row));
            }
        }
    }
}
