//! What `cashable check --repair` does: everything that is stored twice is made again from the rows.

use entity::{
    affiliate_transaction as transaction, kpi_day, kpi_month, order,
    unsettled_transaction as unsettled,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;
use uuid::Uuid;

use super::order_store::transactions_of;
use super::queue::requeue;
use super::recount::recount;
use super::rollups::Move;
use super::{Change, ShopWrite};
use crate::error::Result;

/// How many rows are read at a time.
const CHUNK: u64 = 2_000;

/// Makes counters, rollups and the settling queue of a shop again from its rows, whatever its settings say.
#[derive(Debug, Serialize)]
pub struct Repair;

impl Change for Repair {
    const NAME: &'static str = "repair";
    type Output = ();

    async fn apply(&self, shop: &mut ShopWrite) -> Result<()> {
        let shop_id = shop.shop.shop_id;
        recount(shop).await?;
        kpi_day::Entity::delete_many()
            .filter(kpi_day::Column::ShopId.eq(shop_id))
            .exec(shop.db())
            .await?;
        kpi_month::Entity::delete_many()
            .filter(kpi_month::Column::ShopId.eq(shop_id))
            .exec(shop.db())
            .await?;
        unsettled::Entity::delete_many()
            .filter(unsettled::Column::ShopId.eq(shop_id))
            .exec(shop.db())
            .await?;
        count_orders(shop).await?;
        count_transactions(shop).await
    }
}

async fn count_orders(shop: &mut ShopWrite) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let orders: Vec<order::Model> = next_rows(
            shop,
            order::Entity::find()
                .filter(order::Column::ShopId.eq(shop.shop.shop_id))
                .filter(order::Column::Id.gt(after))
                .order_by_asc(order::Column::Id),
        )
        .await?;
        let Some(last) = orders.last() else {
            return Ok(());
        };
        after = last.id;
        for order in &orders {
            shop.rollups.order(order, Move::In);
        }
        let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
        let linked = transactions_of(shop, &ids).await?;
        let mut rows = Vec::new();
        for order in &orders {
            let of_order = linked.get(&order.id).into_iter().flatten();
            rows.extend(of_order.map(|row| (row, Some(order))));
        }
        let lock_final = shop.shop.lock_final_statuses;
        requeue(shop.db(), shop.shop.shop_id, lock_final, shop.now, &rows).await?;
    }
}

async fn count_transactions(shop: &mut ShopWrite) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let rows: Vec<transaction::Model> = next_rows(
            shop,
            transaction::Entity::find()
                .filter(transaction::Column::ShopId.eq(shop.shop.shop_id))
                .filter(transaction::Column::Id.gt(after))
                .order_by_asc(transaction::Column::Id),
        )
        .await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in &rows {
            shop.rollups.transaction(row, Move::In);
        }
    }
}

async fn next_rows<E: EntityTrait>(shop: &ShopWrite, rows: Select<E>) -> Result<Vec<E::Model>>
where
    E::Model: FromQueryResult + Send + Sync,
{
    Ok(rows.limit(CHUNK).all(shop.db()).await?)
}
