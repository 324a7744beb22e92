//! The orders that a run set aside, with the reason (R22).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A row of `sync_failures`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "sync_failures")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// The run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    /// Where the order comes from.
    pub source: String,
    /// The source's id.
    pub external_id: String,
    /// A code of the API.
    pub code: String,
    /// What is wrong with it.
    pub message: String,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
