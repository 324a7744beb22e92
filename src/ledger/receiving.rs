//! Orders that came without a run: pushed by their platform, or fetched since it hinted at them.

use std::collections::BTreeMap;

use entity::order_source::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

use super::order_sources::{is_read_alike, require};
use super::{Change, ImportCounts, ImportOrders, ShopWrite};
use crate::domain::order::OrderReport;
use crate::error::{Error, RefusalCode, Result};

/// Orders that a platform has pushed.
#[derive(Debug, Serialize)]
pub struct StorePushed {
    /// The platform.
    pub source_id: Uuid,
    /// What it tells.
    pub reports: Vec<OrderReport>,
}

/// Orders that were fetched for a hint of their platform. It is what a run would have done a little later, and so is
/// not done where sync is off (R20).
#[derive(Debug, Serialize)]
pub struct StoreHinted {
    /// The platform as it was asked.
    pub source: order_source::Model,
    /// The orders.
    pub reports: Vec<OrderReport>,
}

impl Change for StorePushed {
    const NAME: &'static str = "storePushed";
    type Output = ImportCounts;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<ImportCounts> {
        let source = require_enabled(shop, self.source_id).await?;
        let counts = import(shop, source.name, &self.reports).await?;
        order_source::Entity::update_many()
            .col_expr(Column::PulledAt, Expr::value(shop.now))
            .filter(Column::ShopId.eq(source.shop_id))
            .filter(Column::Id.eq(source.id))
            .exec(shop.db())
            .await?;
        Ok(counts)
    }
}

impl Change for StoreHinted {
    const NAME: &'static str = "storeHinted";
    type Output = ImportCounts;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<ImportCounts> {
        if !shop.shop.sync_enabled {
            let message = "the sync was turned off meanwhile";
            return Err(Error::refused(RefusalCode::SyncDisabled, message));
        }
        let source = require_enabled(shop, self.source.id).await?;
        if !is_read_alike(&source, &self.source) {
            return Err(Error::not_found("source"));
        }
        import(shop, source.name, &self.reports).await
    }
}

async fn require_enabled(shop: &ShopWrite, id: Uuid) -> Result<order_source::Model> {
    let source = require(shop, id).await?;
    if source.enabled {
        return Ok(source);
    }
    let message = format!("the source {} is switched off", source.name);
    Err(Error::refused(RefusalCode::SyncDisabled, message))
}

async fn import(
    shop: &mut ShopWrite,
    source: String,
    reports: &[OrderReport],
) -> Result<ImportCounts> {
    let import = ImportOrders {
        source,
        meanings: BTreeMap::new(),
        reports: reports.to_vec(),
    };
    import.apply(shop).await
}
