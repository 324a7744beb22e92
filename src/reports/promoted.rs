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
