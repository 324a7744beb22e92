//! Transactions: what one affiliate earns or owes.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::words::{StatusActor, TransactionKind, TransactionStatus, WaitFrom};
use crate::{Day, Instant};

/// A row of `affiliate_transactions`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "affiliate_transactions")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// Made by the program, UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who earns.
    pub affiliate_id: Uuid,
    /// Since when it is theirs: what happened to it before is not theirs to see.
    pub affiliate_since: Instant,
    /// The order it came from.
    pub order_id: Option<Uuid>,
    /// The id it was imported by, unique in the shop.
    pub external_id: Option<String>,
    /// What it was made for.
    pub kind: TransactionKind,
    /// May be negative for an adjustment.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Where it stands.
    pub status: TransactionStatus,
    /// When that was set.
    pub status_changed_at: Instant,
    /// Who set it.
    pub status_set_by: StatusActor,
    /// Sync leaves it alone until it is released (R11).
    pub pinned: bool,
    /// Final, and its order says otherwise or has moved (R9).
    pub diverged: bool,
    /// The days that held when it was made (R7).
    pub wait_days: i32,
    /// The anchor that held when it was made (R7).
    pub wait_from: WaitFrom,
    /// When the days are over; unset means not yet (R7).
    pub waits_until: Option<Instant>,
    /// The order's total when the row became final (R9).
    pub final_total_minor: Option<i64>,
    /// The order's refunds when the row became final (R9).
    pub final_refunded_minor: Option<i64>,
    /// Rate of a commission, fixed when recorded (R16).
    pub rate_ppm: i64,
    /// Factor of a commission with its sign, fixed when recorded (R16).
    pub factor_ppm: i64,
    /// Earlier orders that count, fixed when recorded (R16).
    pub factor_orders: i32,
    /// The amount came with an import and changes only by import (R16).
    pub imported_amount: bool,
    /// Shown to the affiliate.
    pub note: Option<String>,
    /// Counts the changes of status, pin, amount and affiliate.
    pub version: i32,
    /// A commission counts as created when its order was placed (R7).
    pub created_at: Instant,
    /// The day its money is reported on: its order's, else the day it was made (R23).
    pub reported_on: Day,
    /// Soft deletion, never undone by an import (R16).
    pub deleted_at: Option<Instant>,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
