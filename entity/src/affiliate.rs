//! Affiliates: who promotes.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Instant;

/// A row of `affiliates`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "affiliates")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// Made by the program, UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique in the shop; what orders carry.
    pub code: String,
    /// What people call the affiliate.
    pub name: String,
    /// The name in lower case, which is searched.
    pub name_folded: String,
    /// Inactive ones earn nothing new (R16).
    pub active: bool,
    /// Instead of the shop's rate, in parts per million.
    pub commission_rate_ppm: Option<i64>,
    /// Distinct orders linked by transactions that are not deleted (R15).
    pub promoted_orders: i64,
    /// When the counter last moved.
    pub counted_at: Instant,
    /// When the affiliate was made.
    pub created_at: Instant,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
