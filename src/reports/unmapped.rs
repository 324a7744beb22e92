//! Native statuses that no table knows (R1), so that somebody puts them into one.

use entity::order::{Column, Entity};
use sea_orm::prelude::Expr;
use sea_orm::sea_query::{ExprTrait, Order};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::error::Result;

/// A word of a source that is in no table.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct UnmappedStatus {
    /// Where the orders come from.
    pub source: String,
    /// The platform's own word.
    pub native_status: String,
    /// How many orders have it now.
    pub orders: i64,
}

/// The unmapped words of a shop, those of most orders first, then by word.
pub async fn unmapped_statuses(
    db: &impl ConnectionTrait,
    shop_id: i64,
) -> Result<Vec<UnmappedStatus>> {
    // A constant and no parameter, or else the partial index on unmapped orders could not serve.
    let is_unmapped = Column::Mapped.into_expr().eq(Expr::Constant(false.into()));
    Ok(Entity::find()
        .select_only()
        .columns([Column::Source, Column::NativeStatus])
        .expr_as(Expr::cust("COUNT(*)"), "orders")
        .filter(Column::ShopId.eq(shop_id))
        .filter(is_unmapped)
        .group_by(Column::Source)
        .group_by(Column::NativeStatus)
        .order_by(Expr::cust("COUNT(*)"), Order::Desc)
        .order_by_asc(Column::NativeStatus)
        .order_by_asc(Column::Source)
        .into_model()
        .all(db)
        .await?)
}

#[cfg(test)]
mod tests {
    use entity::order;

    use super::super::fixtures::{Fixture, NEIGHBOUR, SHOP, order};
    use super::*;

    #[tokio::test]
    async fn r1_unmapped_words_come_with_most_orders_first_then_by_word() {
        let fixture = Fixture::open().await;
        let words = [
            ("api", "b"),
            ("api", "B"),
            ("file", "z"),
            ("file", "z"),
            ("api", "known"),
        ];
        let orders = words
            .iter()
            .zip(1..)
            .map(|((source, word), n)| order::Model {
                source: (*source).to_owned(),
                native_status: (*word).to_owned(),
                mapped: *word == "known",
                ..order(n)
            });
        let mut orders: Vec<_> = orders.collect();
        let neighbours = order::Model {
            shop_id: NEIGHBOUR,
            ..orders[0].clone()
        };
        orders.push(neighbours);
        fixture.put(orders).await;
        let unmapped = |source: &str, native_status: &str, orders| UnmappedStatus {
            source: source.to_owned(),
            native_status: native_status.to_owned(),
            orders,
        };
        let expected = vec![
            unmapped("file", "z", 2),
            unmapped("api", "B", 1),
            unmapped("api", "b", 1),
        ];
        let found = unmapped_statuses(fixture.db(), SHOP).await;
        assert_eq!(found.ok(), Some(expected));
    }
}
