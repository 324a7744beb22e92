//! The orders report: every order of a shop by status, filtered, searched, sorted and paged.

use entity::order::{Column, Entity, Model};
use entity::words::{CancelReason, OrderStatus};
use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::days::DayRange;
use super::keyset::{Direction, SortColumn, Sorting, count_rows};
use super::order_parts::{Parts, list_orders_with};
use super::orders_summary::count_by_rollups;
use super::page::{Page, PageRequest};
use super::scope::Scope;
use super::search::starts_with;
use crate::error::Result;

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
        let promoted = self.promoted.map(|is_promoted| {
            if is_promoted {
                Column::AffiliateId.is_not_null()
            } else {
                Column::AffiliateId.is_null()
            }
        });
        scope
            .orders()
            .add_option(is_one_of(Column::Status, &self.statuses))
            .add_option(is_one_of(Column::CancelReason, &self.cancel_reasons))
            .add_option(self.source.as_ref().map(|it| Column::Source.eq(it)))
            .add(self.placed.holds(&Column::PlacedOn.into_expr()))
            .add(self.placed.may_hold(&Column::PlacedAt.into_expr()))
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
    let (page, _) = list_orders_with(db, scope, filter, sort, page, Parts::default()).await?;
    Ok(page)
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

/// Rows whose word is one of `words`, unless there are none to choose from.
pub(super) fn is_one_of<W>(column: impl ColumnTrait, words: &[W]) -> Option<Expr>
where
    W: Copy + Into<sea_orm::Value>,
{
    (!words.is_empty()).then(|| column.is_in(words.iter().copied()))
}

#[cfg(test)]
mod tests {
    use entity::{Day, Instant};

    use super::super::fixtures::{DAY_MILLIS, FIRST_DAY, Fixture, SHOP, id, order, walk};
    use super::super::world::World;
    use super::super::{Key, Position};
    use super::*;
    use crate::error::Error;

    type Predicate = fn(&Model) -> bool;

    fn with(change: impl FnOnce(&mut OrdersFilter)) -> OrdersFilter {
        let mut filter = OrdersFilter::default();
        change(&mut filter);
        filter
    }

    async fn all(
        world: &World,
        scope: Scope,
        filter: &OrdersFilter,
        sort: OrdersSort,
    ) -> Vec<Model> {
        let db = world.fixture.db();
        walk(sort, async |page| {
            list_orders(db, scope, filter, sort, &page).await
        })
        .await
    }

    #[tokio::test]
    async fn r24_orders_are_paged_in_either_order_and_by_currency_before_total() {
        let world = World::make().await;
        let scope = Scope::shop(SHOP);
        for direction in [Direction::Ascending, Direction::Descending] {
            for by in [OrdersSortBy::PlacedAt, OrdersSortBy::Total] {
                let sort = OrdersSort { by, direction };
                let mut expected = world.rows.orders.clone();
                expected.sort_by_key(|it| match by {
                    OrdersSortBy::PlacedAt => (String::new(), it.placed_at.0, it.id),
                    OrdersSortBy::Total => (it.currency.clone(), it.total_minor, it.id),
                });
                if direction == Direction::Descending {
                    expected.reverse();
                }
                let listed = all(&world, scope, &OrdersFilter::default(), sort).await;
                assert_eq!(listed, expected, "{sort:?}");
            }
        }
    }

    #[tokio::test]
    async fn each_filter_leaves_just_what_it_says() {
        let world = World::make().await;
        let days = DayRange {
            from: Some(Day(FIRST_DAY + 10)),
            to: Some(Day(FIRST_DAY + 60)),
        };
        let cases: [(OrdersFilter, Predicate); 8] = [
            (
                with(|it| it.statuses = vec![OrderStatus::New, OrderStatus::Complete]),
                |it| it.status != OrderStatus::Cancelled,
            ),
            (
                with(|it| it.cancel_reasons = vec![CancelReason::Fake]),
                |it| it.cancel_reason == Some(CancelReason::Fake),
            ),
            (with(|it| it.source = Some("file".to_owned())), |it| {
                it.source == "file"
            }),
            (with(|it| it.placed = days), |it| {
                (10..=60).contains(&(it.placed_on.0 - FIRST_DAY))
            }),
            (with(|it| it.affiliate_id = Some(id(2))), |it| {
                it.affiliate_id == Some(id(2))
            }),
            (with(|it| it.promoted = Some(false)), |it| {
                it.affiliate_id.is_none()
            }),
            (with(|it| it.currency = Some("USD".to_owned())), |it| {
                it.currency == "USD"
            }),
            (with(|it| it.search = Some("a-1".to_owned())), |it| {
                it.number.starts_with("a-1")
            }),
        ];
        for (filter, is_left) in cases {
            let mut listed = all(&world, Scope::shop(SHOP), &filter, OrdersSort::default()).await;
            listed.sort_by_key(|it| it.id);
            let mut expected = world.rows.orders.clone();
            expected.retain(is_left);
            assert!(!expected.is_empty(), "{filter:?}");
            assert_eq!(listed, expected, "{filter:?}");
        }
    }

    #[tokio::test]
    async fn r23_a_day_holds_its_orders_in_the_time_zones_furthest_from_utc() {
        let fixture = Fixture::open().await;
        let start = i64::from(FIRST_DAY) * DAY_MILLIS;
        let hour = DAY_MILLIS / 24;
        let moments = [start - 14 * hour, start + 36 * hour - 1];
        let orders = moments.iter().zip(1..).map(|(at, n)| Model {
            placed_at: Instant(*at),
            ..order(n)
        });
        fixture.put(orders.collect()).await;
        let day = Some(Day(FIRST_DAY));
        let filter = with(|it| it.placed = DayRange { from: day, to: day });
        let (sort, page) = (OrdersSort::default(), PageRequest::default());
        let listed = list_orders(fixture.db(), Scope::shop(SHOP), &filter, sort, &page).await;
        assert_eq!(listed.map(|page| page.rows.len()).ok(), Some(2));
    }

    #[tokio::test]
    async fn search_is_a_prefix_of_number_or_external_id() {
        let fixture = Fixture::open().await;
        let orders = [
            ("A-1", "9"),
            ("A-10", "8"),
            ("B-1", "A-1x"),
            ("a-1", "7"),
            ("%", "\u{10ffff}z"),
        ];
        let orders = orders
            .iter()
            .zip(1..)
            .map(|((number, external_id), n)| Model {
                number: (*number).to_owned(),
                external_id: (*external_id).to_owned(),
                ..order(n)
            });
        fixture.put(orders.collect()).await;
        for (search, found) in [
            ("A-1", 3),
            ("A-10", 1),
            ("a", 1),
            ("%", 1),
            ("\u{10ffff}", 1),
            ("C", 0),
        ] {
            let filter = OrdersFilter {
                search: Some(search.to_owned()),
                ..OrdersFilter::default()
            };
            let count = count_orders(fixture.db(), Scope::shop(SHOP), &filter).await;
            assert_eq!(count.ok(), Some(found), "{search}");
        }
    }

    #[tokio::test]
    async fn an_affiliate_sees_the_orders_that_its_own_transactions_came_from() {
        let world = World::make().await;
        let db = world.fixture.db();
        let scope = Scope::affiliate(SHOP, id(4));
        let mut listed = all(
            &world,
            scope,
            &OrdersFilter::default(),
            OrdersSort::default(),
        )
        .await;
        listed.sort_by_key(|it| it.id);
        let linked = world.rows.linked(id(4));
        assert_eq!(listed.iter().collect::<Vec<_>>(), linked);
        let others = linked
            .iter()
            .find_map(|it| it.affiliate_id.filter(|it| *it != id(4)));
        let of_another = OrdersFilter {
            affiliate_id: others,
            ..OrdersFilter::default()
        };
        assert!(others.is_some());
        assert_eq!(count_orders(db, scope, &of_another).await.ok(), Some(0));
    }

    #[tokio::test]
    async fn a_cursor_of_another_list_is_refused() {
        let fixture = Fixture::open().await;
        for keys in [
            vec![],
            vec![Key::Int(1)],
            vec![Key::Text("1".to_owned()), Key::Id(id(1))],
            vec![Key::Int(1), Key::Id(id(1)), Key::Id(id(1))],
        ] {
            let page = PageRequest {
                after: Some(Position(keys)),
                ..PageRequest::default()
            };
            let (scope, none) = (Scope::shop(SHOP), OrdersFilter::default());
            let sort = OrdersSort::default();
            let listed = list_orders(fixture.db(), scope, &none, sort, &page).await;
            assert!(matches!(listed, Err(Error::BadInput(_))));
        }
    }
}
