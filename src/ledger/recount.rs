//! R15: a run counts the promoted orders again and puts right what was changed behind our back.

use entity::{affiliate, affiliate_transaction as transaction, shop};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

use super::runs::renew_lease;
use super::{Change, ShopWrite};
use crate::error::Result;

/// Sets every counter to what the rows say, where the shop has recounting on; answers how many were wrong.
#[derive(Debug, Serialize)]
pub struct Recount {
    /// The run that counts.
    pub run_id: Uuid,
}

impl Change for Recount {
    const NAME: &'static str = "recount";
    type Output = i64;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<i64> {
        if !shop.shop.recount_promoted_orders {
            return Ok(0);
        }
        renew_lease(shop, self.run_id).await?;
        recount(shop).await
    }
}

/// Sets every counter to what the rows say; answers how many were wrong.
pub(super) async fn recount(shop: &ShopWrite) -> Result<i64> {
    let shop_id = shop.shop.shop_id;
    let repaired = affiliate::Entity::update_many()
        .col_expr(
            affiliate::Column::PromotedOrders,
            Expr::from(promoted_orders(shop_id)),
        )
        .col_expr(affiliate::Column::CountedAt, Expr::value(shop.now.0))
        .filter(affiliate::Column::ShopId.eq(shop_id))
        .filter(is_wrong(shop_id))
        .exec(shop.db())
        .await?;
    shop::Entity::update_many()
        .col_expr(shop::Column::RecountedAt, Expr::value(shop.now.0))
        .filter(shop::Column::ShopId.eq(shop_id))
        .exec(shop.db())
        .await?;
    Ok(i64::try_from(repaired.rows_affected).unwrap_or(i64::MAX))
}

/// How many counters a recount would put right.
pub(super) async fn count_wrong(db: &impl sea_orm::ConnectionTrait, shop_id: i64) -> Result<u64> {
    Ok(affiliate::Entity::find()
        .filter(affiliate::Column::ShopId.eq(shop_id))
        .filter(is_wrong(shop_id))
        .count(db)
        .await?)
}

fn is_wrong(shop_id: i64) -> Expr {
    Expr::col((affiliate::Entity, affiliate::Column::PromotedOrders)).ne(promoted_orders(shop_id))
}

/// The distinct orders that an affiliate's transactions link, deleted ones apart.
fn promoted_orders(shop_id: i64) -> SelectStatement {
    let linked = |column| Expr::col((transaction::Entity, column));
    Query::select()
        .expr(linked(transaction::Column::OrderId).count_distinct())
        .from(transaction::Entity)
        .and_where(linked(transaction::Column::ShopId).eq(shop_id))
        .and_where(
            linked(transaction::Column::ShopId)
                .equals((affiliate::Entity, affiliate::Column::ShopId)),
        )
        .and_where(
            linked(transaction::Column::AffiliateId)
                .equals((affiliate::Entity, affiliate::Column::Id)),
        )
        .and_where(transaction::Column::DeletedAt.is_null())
        .take()
}
