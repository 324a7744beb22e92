//! Figures a day, per shop and per affiliate, kept with every write.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Day;

/// A row of `kpi_days`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "kpi_days")]
pub struct Model {
    /// The shop that owns the row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub shop_id: i64,
    /// The affiliate, or the nil id for the whole shop.
    #[sea_orm(primary_key, auto_increment = false)]
    pub affiliate_id: Uuid,
    /// In the shop's time zone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Day,
    /// ISO 4217.
    #[sea_orm(primary_key, auto_increment = false)]
    pub currency: String,
    /// Orders that are NEW.
    pub new_orders: i64,
    /// Orders that are COMPLETE.
    pub complete_orders: i64,
    /// Orders that are CANCELLED.
    pub cancelled_orders: i64,
    /// Cancelled ones with reason FAKE.
    pub fake_orders: i64,
    /// Orders that an affiliate brought.
    pub promoted_orders: i64,
    /// Totals of NEW orders.
    pub new_total_minor: i64,
    /// Totals of COMPLETE orders.
    pub complete_total_minor: i64,
    /// Totals of CANCELLED orders.
    pub cancelled_total_minor: i64,
    /// Refunds of NEW orders.
    pub new_refunded_minor: i64,
    /// Refunds of COMPLETE orders.
    pub complete_refunded_minor: i64,
    /// Refunds of CANCELLED orders.
    pub cancelled_refunded_minor: i64,
    /// Complete and promoted, less refunds.
    pub promoted_revenue_minor: i64,
    /// OPEN and IN_PROGRESS.
    pub commission_pending_minor: i64,
    /// COMPLETED.
    pub commission_cashable_minor: i64,
    /// CANCELLED.
    pub commission_cancelled_minor: i64,
}

/// Relations are spelled out where they are joined, always by shop first.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
