//! What a native status means, by shop and source (R1).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A row of `status_mappings`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "status_mappings")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// Where the orders come from.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// The platform's own word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub native_status: String,
    /// `NEW`, `IN_PROGRESS`, `COMPLETE`, `CANCELLED`, `CANCELLED:REASON` or `IGNORE`.
    pub maps_to: String,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
