//! The stored orders that an import is about. One that was damaged behind our back, so that it cannot be
//! read, is that order's failure alone (R22).

use std::collections::{HashMap, HashSet};

use entity::order;
use entity::words::{CancelReason, OrderStatus};
use sea_orm::sea_query::{Cond, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, Iterable, QueryFilter, QuerySelect, Select};

use super::ShopWrite;
use crate::error::{Refusal, RefusalCode, Result};

/// How many orders go into one look-up.
const CHUNK: usize = 5_000;

/// Orders of one source by their external ids.
#[derive(Debug, Default)]
pub(super) struct StoredOrders {
    rows: HashMap<String, order::Model>,
    damaged: HashSet<String>,
}

impl StoredOrders {
    pub(super) async fn load(shop: &ShopWrite, source: &str, ids: &[String]) -> Result<Self> {
        let mut stored = Self::default();
        for ids in ids.chunks(CHUNK) {
            let orders = order::Entity::find()
                .filter(order::Column::ShopId.eq(shop.shop.shop_id))
                .filter(order::Column::Source.eq(source))
                .filter(order::Column::ExternalId.is_in(ids));
            stored.read(shop, orders).await?;
        }
        Ok(stored)
    }

    /// Reads all orders at once, and tells the damaged ones apart only where that fails.
    async fn read(&mut self, shop: &ShopWrite, orders: Select<order::Entity>) -> Result<()> {
        let rows = if let Ok(rows) = orders.clone().all(shop.db()).await {
            rows
        } else {
            let damaged: Vec<String> = orders
                .clone()
                .filter(is_readable().not())
                .select_only()
                .column(order::Column::ExternalId)
                .into_tuple()
                .all(shop.db())
                .await?;
            self.damaged.extend(damaged);
            orders.filter(is_readable()).all(shop.db()).await?
        };
        let by_id = rows.into_iter().map(|row| (row.external_id.clone(), row));
        self.rows.extend(by_id);
        Ok(())
    }

    /// The order with this id, if there is one.
    pub(super) fn find(&self, external_id: &str) -> Result<Option<&order::Model>, Refusal> {
        if self.damaged.contains(external_id) {
            return Err(Refusal {
                code: RefusalCode::Invalid,
                message: "the stored order is damaged: its status or its reason is no word of ours"
                    .to_owned(),
                field: None,
            });
        }
        Ok(self.rows.get(external_id))
    }
}

fn is_readable() -> Cond {
    Cond::all()
        .add(order::Column::Status.is_in(OrderStatus::iter()))
        .add(
            order::Column::CancelReason
                .is_null()
                .or(order::Column::CancelReason.is_in(CancelReason::iter())),
        )
}
