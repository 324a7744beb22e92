//! Promoted orders by affiliate: the counter that is stored, or a count over some days (R15).

use std::collections::HashMap;

use entity::{Instant, affiliate, shop};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult,
    QuerySelect,
};

use super::affiliates::affiliates_by_ids;
use super::days::DayRange;
use super::keyset::{Direction, SortColumn, Sorting, read_page};
use super::page::{Page, PageRequest};
use super::promoted_links::{join_linked_counts, linked_count, linked_orders_of};
use super::scope::Scope;
use crate::error::Result;

/// How many orders an affiliate brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotedCount {
    /// Who.
    pub affiliate: affiliate::Model,
    /// The stored counter; for some days, counted over them.
    pub count: i64,
    /// Those of them that are NEW now.
    pub new_orders: i64,
    /// Those of them that are COMPLETE now.
    pub complete_orders: i64,
    /// Those of them that are CANCELLED now.
    pub cancelled_orders: i64,
    /// When the counter last moved or was recounted.
    pub counted_at: Instant,
}

/// How promoted counts are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PromotedSort {
    /// The most first.
    #[default]
    CountDesc,
    /// The fewest first.
    CountAsc,
    /// By code.
    AffiliateCode,
}

/// The same orders where the count is one over some days.
#[derive(Clone, Copy)]
struct OverDays(PromotedSort);

impl Sorting for PromotedSort {
    type Row = PromotedCount;

    fn name(self) -> &'static str {
        match self {
            Self::CountDesc => "-count",
            Self::CountAsc => "count",
            Self::AffiliateCode => "code",
        }
    }

    fn direction(self) -> Direction {
        match self {
            Self::CountDesc => Direction::Descending,
            Self::CountAsc | Self::AffiliateCode => Direction::Ascending,
        }
    }

    fn columns(self) -> &'static [SortColumn<PromotedCount>] {
        use affiliate::Column;
        match self {
            Self::CountDesc | Self::CountAsc => &[
                SortColumn::Int(|| Column::PromotedOrders.into_expr(), |row| row.count),
                SortColumn::Id(|| Column::Id.into_expr(), |row| row.affiliate.id),
            ],
            Self::AffiliateCode => &[
                SortColumn::Text(|| Column::Code.into_expr(), |row| &row.affiliate.code),
                SortColumn::Id(|| Column::Id.into_expr(), |row| row.affiliate.id),
            ],
        }
    }
}

impl Sorting for OverDays {
    type Row = PromotedCount;

    fn name(self) -> &'static str {
        self.0.name()
    }

    fn direction(self) -> Direction {
        self.0.direction()
    }

    fn columns(self) -> &'static [SortColumn<PromotedCount>] {
        match self.0 {
            PromotedSort::CountDesc | PromotedSort::CountAsc => &[
                SortColumn::Int(linked_count, |row| row.count),
                SortColumn::Id(|| affiliate::Column::Id.into_expr(), |row| row.affiliate.id),
            ],
            PromotedSort::AffiliateCode => self.0.columns(),
        }
    }
}

impl FromQueryResult for PromotedCount {
    /// The affiliate and the count; the rest is told afterwards, for the rows of one page.
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let affiliate = affiliate::Model::from_query_result(row, prefix)?;
        let count = row.try_get(prefix, "count")?;
        Ok(Self::of(affiliate, count))
    }
}

impl PromotedCount {
    fn of(affiliate: affiliate::Model, count: i64) -> Self {
        Self {
            count,
            new_orders: 0,
            complete_orders: 0,
            cancelled_orders: 0,
            counted_at: affiliate.counted_at,
            affiliate,
        }
    }
}

/// One page of affiliates, those without promoted orders among them. Over unbounded days the count is
/// the stored counter; otherwise it counts the orders placed on these days.
pub async fn list_promoted_counts(
    db: &impl ConnectionTrait,
    scope: Scope,
    during: DayRange,
    sort: PromotedSort,
    page: &PageRequest,
) -> Result<Page<PromotedCount>> {
    let query = affiliate::Entity::find().filter(scope.affiliates());
    let mut page = if during.is_unbounded() {
        let query = query.column_as(affiliate::Column::PromotedOrders, "count");
        read_page(db, query, sort, page).await?
    } else {
        let mut query = query.expr_as(linked_count(), "count");
        join_linked_counts(QuerySelect::query(&mut query), scope, during);
        read_page(db, query, OverDays(sort), page).await?
    };
    complete(db, scope, during, &mut page.rows).await?;
    Ok(page)
}

/// The stored counters of those affiliates that are in sight, with the statuses of their orders.
pub async fn promoted_counts_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    affiliate_ids: &[Uuid],
) -> Result<HashMap<Uuid, PromotedCount>> {
    let affiliates = affiliates_by_ids(db, scope, affiliate_ids).await?;
    let mut rows: Vec<PromotedCount> = affiliates
        .into_values()
        .map(|affiliate| {
            let count = affiliate.promoted_orders;
            PromotedCount::of(affiliate, count)
        })
        .collect();
    complete(db, scope, DayRange::default(), &mut rows).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.affiliate.id, row))
        .collect())
}

/// Fills in the statuses, and the shop's last recount.
async fn complete(
    db: &impl ConnectionTrait,
    scope: Scope,
    during: DayRange,
    rows: &mut [PromotedCount],
) -> Result<()> {
    let recounted_at = recounted_at(db, scope.shop_id).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.affiliate.id).collect();
    let linked = linked_orders_of(db, scope, during, &ids).await?;
    for row in rows {
        row.counted_at = recounted_at.map_or(row.counted_at, |it| it.max(row.counted_at));
        if let Some(of_affiliate) = linked.get(&row.affiliate.id) {
            row.new_orders = of_affiliate.new_orders;
            row.complete_orders = of_affiliate.complete_orders;
            row.cancelled_orders = of_affiliate.cancelled_orders;
        }
    }
    Ok(())
}

async fn recounted_at(db: &impl ConnectionTrait, shop_id: i64) -> Result<Option<Instant>> {
    let recounted_at: Option<Option<Instant>> = shop::Entity::find_by_id(shop_id)
        .select_only()
        .column(shop::Column::RecountedAt)
        .into_tuple()
        .one(db)
        .await?;
    Ok(recounted_at.flatten())
}

#[cfg(test)]
mod tests {
    use entity::Day;
    use entity::words::OrderStatus;

    use super::super::fixtures::{FIRST_DAY, SHOP, id, walk};
    use super::super::world::{Rows, World};
    use super::*;

    fn expected(rows: &Rows, affiliate: &affiliate::Model, during: DayRange) -> PromotedCount {
        let orders = rows.linked(affiliate.id);
        let count = |statuses: &[OrderStatus]| {
            let placed = orders.iter().filter(|it| {
                during.from.is_none_or(|from| from <= it.placed_on)
                    && during.to.is_none_or(|to| it.placed_on <= to)
            });
            let placed = placed.filter(|it| statuses.contains(&it.status)).count();
            i64::try_from(placed).expect("few")
        };
        PromotedCount {
            affiliate: affiliate.clone(),
            count: count(&[
                OrderStatus::New,
                OrderStatus::Complete,
                OrderStatus::Cancelled,
            ]),
            new_orders: count(&[OrderStatus::New]),
            complete_orders: count(&[OrderStatus::Complete]),
            cancelled_orders: count(&[OrderStatus::Cancelled]),
            counted_at: Instant(5),
        }
    }

    #[tokio::test]
    async fn r15_counts_are_distinct_orders_of_transactions_that_are_not_deleted() {
        let world = World::make().await;
        let db = world.fixture.db();
        let day = |day| Some(Day(FIRST_DAY + day));
        for (from, to) in [
            (None, None),
            (day(20), day(60)),
            (None, day(30)),
            (day(100), None),
        ] {
            let during = DayRange { from, to };
            for sort in [
                PromotedSort::CountDesc,
                PromotedSort::CountAsc,
                PromotedSort::AffiliateCode,
            ] {
                let affiliates = world.rows.affiliates.iter();
                let mut counts: Vec<_> = affiliates
                    .map(|it| expected(&world.rows, it, during))
                    .collect();
                counts.sort_by_key(|it| match sort {
                    PromotedSort::AffiliateCode => (0, it.affiliate.id),
                    _ => (it.count, it.affiliate.id),
                });
                if sort == PromotedSort::CountDesc {
                    counts.reverse();
                }
                let scope = Scope::shop(SHOP);
                let list = async |page| list_promoted_counts(db, scope, during, sort, &page).await;
                assert_eq!(walk(sort, list).await, counts, "{sort:?} {during:?}");
            }
        }
    }

    #[tokio::test]
    async fn an_affiliate_sees_no_count_but_its_own() {
        let world = World::make().await;
        let (db, scope) = (world.fixture.db(), Scope::affiliate(SHOP, id(2)));
        let own = expected(&world.rows, &world.rows.affiliates[1], DayRange::default());
        let ids = [id(1), id(2), id(9)];
        let counts = promoted_counts_of(db, scope, &ids).await.expect("counts");
        assert_eq!(counts, HashMap::from([(id(2), own.clone())]));
        let (sort, page) = (PromotedSort::default(), PageRequest::default());
        let listed = list_promoted_counts(db, scope, DayRange::default(), sort, &page).await;
        assert_eq!(listed.expect("counts").rows, [own]);
        let all = promoted_counts_of(db, Scope::shop(SHOP), &ids)
            .await
            .expect("counts");
        assert_eq!(all.len(), 3);
    }
}
