//! The history: append-only, numbered without gaps within a shop (R26).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Instant;
use crate::words::{OverrideReason, StatusActor};

/// A row of `status_changes`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "status_changes")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    /// When.
    pub at: Instant,
    /// Set where an order changed.
    pub order_id: Option<Uuid>,
    /// Set where a transaction changed.
    pub transaction_id: Option<Uuid>,
    /// Before.
    pub from_status: String,
    /// After; `DELETED` for a deletion.
    pub to_status: String,
    /// The pin after the change, for transactions.
    pub pinned: Option<bool>,
    /// Who.
    pub actor: StatusActor,
    /// The name of the token or command.
    pub actor_name: Option<String>,
    /// The run, where it was a run.
    pub sync_run_id: Option<Uuid>,
    /// Why, for the staff.
    pub reason: Option<OverrideReason>,
    /// Why, for the affiliate too.
    pub note: Option<String>,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
