//! Orders as last reported.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::words::{CancelReason, OrderStatus};
use crate::{Day, Instant};

/// A row of `orders`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// Made by the program, UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where the order comes from.
    pub source: String,
    /// The source's id; unique by shop and source (R2).
    pub external_id: String,
    /// What customers and staff call the order.
    pub number: String,
    /// What it is to the shop (R1).
    pub status: OrderStatus,
    /// NEW, and work has begun.
    pub in_progress: bool,
    /// The platform's own word, as it came.
    pub native_status: String,
    /// False where the native status is in no table (R1).
    pub mapped: bool,
    /// Set only where CANCELLED.
    pub cancel_reason: Option<CancelReason>,
    /// When the customer placed it.
    pub placed_at: Instant,
    /// The same in the shop's time zone.
    pub placed_on: Day,
    /// The newest time of change that the source told (R3).
    pub changed_at: Option<Instant>,
    /// When the status last changed.
    pub status_changed_at: Instant,
    /// When it completed, until it is reopened (R7).
    pub completed_at: Option<Instant>,
    /// ISO 4217.
    pub currency: String,
    /// Before refunds.
    pub total_minor: i64,
    /// From 0 to the total.
    pub refunded_minor: i64,
    /// As reported.
    pub affiliate_code: Option<String>,
    /// By its commission (R15).
    pub affiliate_id: Option<Uuid>,
    /// Since when nobody could look at it, since its platform no longer has it or tells it unreadably; unset where
    /// it was told when it was last asked for. It makes nothing COMPLETED meanwhile.
    pub missed_at: Option<Instant>,
    /// When its platform was found a second time not to have it.
    pub gone_at: Option<Instant>,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
