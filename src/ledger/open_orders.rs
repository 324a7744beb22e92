//! The orders that a platform is asked for again by their ids, since they are not final here.

use std::collections::BTreeMap;

use entity::words::OrderStatus;
use entity::{affiliate_transaction as transaction, order, unsettled_transaction as unsettled};
use sea_orm::sea_query::{Expr, JoinType, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, ExprTrait, IntoSimpleExpr};
use uuid::Uuid;

use crate::domain::settling::UNSETTLED;
use crate::error::Result;

/// The external ids of a source's orders that are NEW, or have a transaction that is OPEN or IN_PROGRESS, or could
/// not be looked at, by their own ids. Those that are gone are left out unless `with_gone`.
pub async fn open_orders(
    db: &impl ConnectionTrait,
    shop_id: i64,
    source: &str,
    with_gone: bool,
) -> Result<BTreeMap<Uuid, String>> {
    let mut found = BTreeMap::new();
    for mut query in [
        new_orders(),
        unsettled_orders(),
        pinned_orders(),
        missed_orders(),
    ] {
        query
            .columns([
                (order::Entity, order::Column::Id),
                (order::Entity, order::Column::ExternalId),
            ])
            .and_where(order::Column::ShopId.into_simple_expr().eq(shop_id))
            .and_where(order::Column::Source.into_simple_expr().eq(source));
        if !with_gone {
            query.and_where(order::Column::GoneAt.into_simple_expr().is_null());
        }
        for row in db.query_all(&query).await? {
            found.insert(row.try_get("", "id")?, row.try_get("", "external_id")?);
        }
    }
    Ok(found)
}

fn new_orders() -> SelectStatement {
    Query::select()
        .from(order::Entity)
        .and_where(order::Column::Status.eq(OrderStatus::New))
        .take()
}

/// Sync may touch these: the queue has them.
fn unsettled_orders() -> SelectStatement {
    let of_queue = transaction::Column::ShopId
        .into_simple_expr()
        .eq(unsettled::Column::ShopId.into_simple_expr())
        .and(
            transaction::Column::Id
                .into_simple_expr()
                .eq(unsettled::Column::TransactionId.into_simple_expr()),
        );
    Query::select()
        .from(unsettled::Entity)
        .join(JoinType::InnerJoin, transaction::Entity, of_queue)
        .join(JoinType::InnerJoin, order::Entity, of_transaction())
        .take()
}

/// These will be settled at once when an admin releases them (R12).
fn pinned_orders() -> SelectStatement {
    Query::select()
        .from(transaction::Entity)
        .join(JoinType::InnerJoin, order::Entity, of_transaction())
        // A constant and no parameter, or else the partial index on pinned transactions could not serve.
        .and_where(
            transaction::Column::Pinned
                .into_simple_expr()
                .eq(Expr::Constant(true.into())),
        )
        .and_where(transaction::Column::Status.is_in(UNSETTLED.iter().copied()))
        .and_where(transaction::Column::DeletedAt.is_null())
        .take()
}

/// What became of these is to be known, final or not.
fn missed_orders() -> SelectStatement {
    Query::select()
        .from(order::Entity)
        .and_where(order::Column::MissedAt.is_not_null())
        .take()
}

fn of_transaction() -> SimpleExpr {
    order::Column::ShopId
        .into_simple_expr()
        .eq(transaction::Column::ShopId.into_simple_expr())
        .and(
            order::Column::Id
                .into_simple_expr()
                .eq(transaction::Column::OrderId.into_simple_expr()),
        )
}
