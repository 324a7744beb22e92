//! Sync runs: one pass over one shop each.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Instant;
use crate::words::{SyncState, SyncTrigger};

/// A row of `sync_runs`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "sync_runs")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// Made by the program, UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What started it.
    pub trigger: SyncTrigger,
    /// How far it is.
    pub state: SyncState,
    /// Changes nothing.
    pub dry_run: bool,
    /// When it was asked for.
    pub queued_at: Instant,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// Orders that the source gave.
    pub orders_read: i64,
    /// Orders that differed.
    pub orders_changed: i64,
    /// Orders whose native status is in no table.
    pub orders_unmapped: i64,
    /// Reports older than what is stored (R3).
    pub orders_stale: i64,
    /// Orders set aside (R22).
    pub orders_failed: i64,
    /// How many there were to look at.
    pub transactions_due: i64,
    /// How many it looked at.
    pub transactions_checked: i64,
    /// How many it changed.
    pub transactions_changed: i64,
    /// `[[from, to, count]]`.
    pub transitions: Json,
    /// Counters put right (R15).
    pub promoted_counts_repaired: i64,
    /// Why it failed.
    pub error: Option<String>,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
