//! Shops: tenants with their own orders, affiliates, settings, currency and time zone.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::words::{FactorDirection, WaitFrom};
use crate::{Day, Instant};

/// A row of `shops`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "shops")]
pub struct Model {
    /// Derived from the name, so that names are unique across shards without an index that spans them.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// What people call the shop.
    pub name: String,
    /// ISO 4217; frozen with the first order (R24).
    pub currency: String,
    /// IANA name; frozen with the first order (R24).
    pub time_zone: String,
    /// Whether sync may change the shop (R20).
    pub sync_enabled: bool,
    /// How often the scheduler runs (R17).
    pub sync_interval_minutes: i32,
    /// Days to wait of new transactions (R7).
    pub wait_days: i32,
    /// What those days are counted from (R7).
    pub wait_from: WaitFrom,
    /// Whether final statuses stand (R8).
    pub lock_final_statuses: bool,
    /// Whether a run puts counters right (R15).
    pub recount_promoted_orders: bool,
    /// Earlier orders earn only what an import brings (R16).
    pub commissions_from: Option<Day>,
    /// Parts per million of the order: 50,000 is 5 percent (R16).
    pub commission_rate_ppm: i64,
    /// Set where earlier orders change the commission (R16).
    pub factor_direction: Option<FactorDirection>,
    /// The change for each earlier order, in parts per million.
    pub factor_ppm: i64,
    /// How many earlier orders count at most.
    pub factor_limit: i32,
    /// The newest number of the history (R26); locked by every write.
    pub last_sequence: i64,
    /// Moves with every write, so that answers can be remembered.
    pub revision: i64,
    /// When a run last counted the promoted orders.
    pub recounted_at: Option<Instant>,
    /// When a run last looked at every unsettled row.
    pub swept_at: Option<Instant>,
    /// When the shop was made.
    pub created_at: Instant,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
