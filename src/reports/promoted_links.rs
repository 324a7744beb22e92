//! Which orders affiliates brought: those linked by transactions that are not deleted, each once (R15).

use std::collections::HashMap;

use entity::words::OrderStatus;
use entity::{affiliate, affiliate_transaction, order};
use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::{CaseStatement, Condition, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, FromQueryResult};

use super::days::DayRange;
use super::id_lists::id_lists;
use super::scope::Scope;
use crate::error::Result;

/// The derived table of an affiliate's orders, each once.
const LINKS: &str = "links";
/// The derived table of the counts by affiliate.
const COUNTS: &str = "counts";

/// How many of an affiliate's orders have which status now.
#[derive(Debug, FromQueryResult)]
pub(super) struct LinkedOrders {
    affiliate_id: Uuid,
    pub new_orders: i64,
    pub complete_orders: i64,
    pub cancelled_orders: i64,
}

/// The orders of these affiliates, placed on these days; affiliates without any are left out.
pub(super) async fn linked_orders_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    during: DayRange,
    affiliate_ids: &[Uuid],
) -> Result<HashMap<Uuid, LinkedOrders>> {
    let mut by_affiliate = HashMap::new();
    for list in id_lists(affiliate_ids) {
        let of_these = affiliate_transaction::Column::AffiliateId.is_in(list);
        let query = counts(scope, during, Some(of_these));
        for row in db.query_all(&query).await? {
            let row = LinkedOrders::from_query_result(&row, "")?;
            by_affiliate.extend([(row.affiliate_id, row)]);
        }
    }
    Ok(by_affiliate)
}

/// Joins the number of orders on these days to a query over affiliates, to be read by [`linked_count`].
pub(super) fn join_linked_counts(query: &mut SelectStatement, scope: Scope, during: DayRange) {
    let same_affiliate = Condition::all()
        .add(Expr::col((COUNTS, "shop_id")).eq(affiliate::Column::ShopId.into_expr()))
        .add(Expr::col((COUNTS, "affiliate_id")).eq(affiliate::Column::Id.into_expr()));
    let counts = counts(scope, during, None);
    query.join_subquery(JoinType::LeftJoin, counts, COUNTS, same_affiliate);
}

/// The number of orders that was joined; 0 for affiliates without any.
pub(super) fn linked_count() -> Expr {
    Expr::col((COUNTS, "orders")).if_null(0_i64)
}

fn counts(scope: Scope, during: DayRange, of_these: Option<Expr>) -> SelectStatement {
    use order::Column;
    let same_order = Condition::all()
        .add(Column::ShopId.into_expr().equals((LINKS, "shop_id")))
        .add(Column::Id.into_expr().equals((LINKS, "order_id")));
    let mut query = Query::select();
    query
        .columns([(LINKS, "shop_id"), (LINKS, "affiliate_id")])
        .expr_as(Expr::cust("COUNT(*)"), "orders")
        .from_subquery(links(scope, of_these), LINKS)
        .inner_join(order::Entity, same_order)
        .and_where(Column::ShopId.eq(scope.shop_id))
        .cond_where(during.holds(&Column::PlacedOn.into_expr()))
        .group_by_columns([(LINKS, "shop_id"), (LINKS, "affiliate_id")]);
    for (status, alias) in [
        (OrderStatus::New, "new_orders"),
        (OrderStatus::Complete, "complete_orders"),
        (OrderStatus::Cancelled, "cancelled_orders"),
    ] {
        let one: Expr = CaseStatement::new()
            .case(Column::Status.eq(status), 1)
            .finally(0)
            .into();
        query.expr_as(one.sum().cast_as("bigint"), alias);
    }
    query
}

fn links(scope: Scope, of_these: Option<Expr>) -> SelectStatement {
    use affiliate_transaction::{Column, Entity};
    Query::select()
        .distinct()
        .columns([Column::ShopId, Column::AffiliateId, Column::OrderId])
        .from(Entity)
        .cond_where(scope.transactions())
        .and_where(Column::OrderId.is_not_null())
        .and_where_option(of_these)
        .take()
}
