//! The ends of sync runs in the order in which they came, written in the transaction that ends the run: what the
//! history is for statuses, for those who are told of both.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A row of `finished_runs`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "finished_runs")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The run that ended.
    pub run_id: Uuid,
    /// The last number of the history when it did.
    pub after_sequence: i64,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
