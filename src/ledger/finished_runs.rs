//! The ends of runs, numbered under the shop's lock as the history is (R26), so that whoever is told of both is
//! told of them in the order in which they happened.

use entity::finished_run::{Column, Entity, Model};
use entity::sync_run;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{ShopWrite, bulk};
use crate::error::Result;

/// Notes that these runs have ended, in the transaction that ends them.
pub(super) async fn note_finished(
    shop: &ShopWrite,
    runs: impl IntoIterator<Item = &sync_run::Model>,
) -> Result<()> {
    let last = last_run_number(shop).await?;
    let rows = (last + 1..).zip(runs).map(|(number, run)| Model {
        shop_id: run.shop_id,
        number,
        run_id: run.id,
        after_sequence: shop.shop.last_sequence,
    });
    bulk::insert::<Entity>(shop.db(), rows.collect()).await
}

/// The number of the last run that has ended; 0 before the first.
pub(super) async fn last_run_number(shop: &ShopWrite) -> Result<i64> {
    let last = Entity::find()
        .filter(Column::ShopId.eq(shop.shop.shop_id))
        .order_by_desc(Column::Number)
        .one(shop.db())
        .await?;
    Ok(last.map_or(0, |row| row.number))
}
