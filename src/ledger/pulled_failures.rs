//! What a run could not take in of what it pulled, listed for whoever looks at the run.

use std::collections::HashMap;

use entity::{order, sync_failure};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{ShopWrite, bulk};
use crate::error::{RefusalCode, Result};

/// R22: lists orders with what is wrong with them, each once a run; how many there are.
pub(super) async fn set_aside(
    shop: &ShopWrite,
    run_id: Uuid,
    source: &str,
    failures: Vec<(String, String)>,
) -> Result<i64> {
    let known = ids_of(shop, source, &failures).await?;
    let failures: Vec<_> = failures
        .into_iter()
        .map(|(external_id, message)| sync_failure::Model {
            shop_id: shop.shop.shop_id,
            run_id,
            order_id: known
                .get(&external_id)
                .copied()
                .unwrap_or_else(|| shop.new_id()),
            source: source.to_owned(),
            external_id,
            code: RefusalCode::Invalid.as_str().to_owned(),
            message,
        })
        .collect();
    let count = i64::try_from(failures.len()).unwrap_or(i64::MAX);
    bulk::upsert::<sync_failure::Entity>(shop.db(), failures).await?;
    Ok(count)
}

async fn ids_of(
    shop: &ShopWrite,
    source: &str,
    failures: &[(String, String)],
) -> Result<HashMap<String, Uuid>> {
    if failures.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, Uuid)> = order::Entity::find()
        .select_only()
        .columns([order::Column::ExternalId, order::Column::Id])
        .filter(order::Column::ShopId.eq(shop.shop.shop_id))
        .filter(order::Column::Source.eq(source))
        .filter(order::Column::ExternalId.is_in(failures.iter().map(|(id, _)| id)))
        .into_tuple()
        .all(shop.db())
        .await?;
    Ok(rows.into_iter().collect())
}
