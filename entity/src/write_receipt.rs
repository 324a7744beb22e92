//! That a write was committed: what a caller looks for whose COMMIT got no answer.

use sea_orm::entity::prelude::*;

use crate::Instant;

/// A row of `write_receipts`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "write_receipts")]
pub struct Model {
    /// The shop that was written to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// The shop's revision that the write made.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision: i64,
    /// The write.
    pub write_id: Uuid,
    /// When it was made.
    pub at: Instant,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
