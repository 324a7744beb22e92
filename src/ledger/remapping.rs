//! R1: what native statuses mean is a table of the shop; a changed table re-maps the stored orders at once.

use std::collections::BTreeMap;

use entity::{order, status_mapping};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use super::commissions::Claim;
use super::meanings::Meanings;
use super::order_rows::{Identity, state_of};
use super::order_store::{OrderWrite, store, transactions_of};
use super::{Change, ShopWrite, bulk};
use crate::domain::status::Meaning;
use crate::domain::text;
use crate::error::{Error, Result};

/// How many orders are re-mapped at a time.
const CHUNK: u64 = 2_000;

/// Says what native statuses of a source mean; words that are not named keep their meaning.
#[derive(Debug, Serialize)]
pub struct MapStatuses {
    /// Where the orders come from.
    pub source: String,
    /// `NEW`, `IN_PROGRESS`, `COMPLETE`, `CANCELLED`, `CANCELLED:REASON` or `IGNORE` by native status.
    pub meanings: BTreeMap<String, String>,
}

impl Change for MapStatuses {
    const NAME: &'static str = "mapStatuses";
    /// How many orders have another status now.
    type Output = u64;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<u64> {
        let source = text::required("source", &self.source)?;
        let before = Meanings::load(shop, &source).await?;
        let mut after = before.clone();
        let mut rows = Vec::new();
        for (native, meaning) in self.read()? {
            if before.told(&native) != Some(meaning) {
                after.set(&native, meaning);
                rows.push(status_mapping::Model {
                    shop_id: shop.shop.shop_id,
                    source: source.clone(),
                    native_status: native,
                    maps_to: meaning.to_string(),
                });
            }
        }
        if rows.is_empty() {
            return Ok(0);
        }
        bulk::upsert::<status_mapping::Entity>(shop.db(), rows).await?;
        let mut changed = 0;
        for native in stored_words(shop, &source).await? {
            if let Some(meaning) = after.of(&native)
                && before.of(&native) != Some(meaning)
            {
                changed += remap(shop, &source, &native, meaning).await?;
            }
        }
        Ok(changed)
    }
}

impl MapStatuses {
    /// The table as it was given, each word once.
    fn read(&self) -> Result<BTreeMap<String, Meaning>> {
        let mut meanings = BTreeMap::new();
        for (native, meaning) in &self.meanings {
            let native = text::required("nativeStatus", native)?;
            if meanings
                .insert(native.clone(), Meaning::parse(meaning)?)
                .is_some()
            {
                let message = format!("the status {native} is mapped twice");
                return Err(Error::invalid("nativeStatus", message));
            }
        }
        Ok(meanings)
    }
}

/// The native statuses that stored orders of a source have.
async fn stored_words(shop: &ShopWrite, source: &str) -> Result<Vec<String>> {
    Ok(order::Entity::find()
        .select_only()
        .column(order::Column::NativeStatus)
        .distinct()
        .filter(order::Column::ShopId.eq(shop.shop.shop_id))
        .filter(order::Column::Source.eq(source))
        .order_by_asc(order::Column::NativeStatus)
        .into_tuple()
        .all(shop.db())
        .await?)
}

/// Gives the stored orders with this native status its new meaning.
async fn remap(shop: &mut ShopWrite, source: &str, native: &str, meaning: Meaning) -> Result<u64> {
    let mut changed = 0;
    let mut after = Uuid::nil();
    loop {
        let orders = order::Entity::find()
            .filter(order::Column::ShopId.eq(shop.shop.shop_id))
            .filter(order::Column::Source.eq(source))
            .filter(order::Column::NativeStatus.eq(native))
            .filter(order::Column::Id.gt(after))
            .order_by_asc(order::Column::Id)
            .limit(CHUNK)
            .all(shop.db())
            .await?;
        let Some(last) = orders.last() else {
            return Ok(changed);
        };
        after = last.id;
        let ids: Vec<Uuid> = orders.iter().map(|order| order.id).collect();
        let mut linked = transactions_of(shop, &ids).await?;
        let mut writes = Vec::new();
        for stored in orders {
            let state = state_of(&stored)?.remapped(Some(meaning), shop.now);
            let row = Identity::of(&stored).with_state(&shop.shop, state)?;
            changed +=
                u64::from(row.status != stored.status || row.in_progress != stored.in_progress);
            writes.push(OrderWrite {
                linked: linked.remove(&stored.id).unwrap_or_default(),
                stored: Some(stored),
                row,
                claim: Claim::Keep,
            });
        }
        store(shop, writes).await?;
    }
}
