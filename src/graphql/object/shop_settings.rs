//! A shop's settings.

use async_graphql::SimpleObject;
use entity::shop::Model;

use crate::domain::decimal::{format_fraction, format_percent};
use crate::graphql::scalars::{Date, Decimal};
use crate::graphql::words::{FactorDirection, WaitFrom};

/// How a shop syncs and pays. A change holds for what comes after it: transactions keep the days to wait, the
/// rate and the factor that held when they were made.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct ShopSettings {
    /// Whether sync may change the shop's transactions; off until an admin turns it on.
    sync_enabled: bool,
    /// How often the shop syncs by itself, in minutes.
    sync_interval_minutes: i32,
    /// How many days a commission stays unpayable so that returns can still happen.
    wait_days: i32,
    /// What these days are counted from.
    wait_from: WaitFrom,
    /// Whether sync leaves COMPLETED and CANCELLED transactions as they are, whatever their orders say.
    lock_final_statuses: bool,
    /// Whether sync puts promoted order counters right that were changed behind the program's back.
    recount_promoted_orders: bool,
    /// Orders placed before this day earn nothing unless an import says so; null where all do.
    commissions_from: Option<Date>,
    /// The commission in percent of an order's total less refunds, for affiliates without a rate of their own.
    commission_rate: Decimal,
    /// The surcharge or deduction by the number of an affiliate's earlier orders; null where there is none.
    order_count_factor: Option<OrderCountFactor>,
}

/// How an affiliate's earlier orders change its commission.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct OrderCountFactor {
    /// Whether each earlier order raises or lowers it.
    direction: FactorDirection,
    /// By how much, as a fraction: `"0.05"` is five percent of the commission.
    factor_per_order: Decimal,
    /// How many earlier orders count at most.
    limit: i32,
}

impl From<&Model> for ShopSettings {
    fn from(shop: &Model) -> Self {
        let factor = |direction: entity::words::FactorDirection| OrderCountFactor {
            direction: direction.into(),
            factor_per_order: Decimal(format_fraction(shop.factor_ppm)),
            limit: shop.factor_limit,
        };
        Self {
            sync_enabled: shop.sync_enabled,
            sync_interval_minutes: shop.sync_interval_minutes,
            wait_days: shop.wait_days,
            wait_from: shop.wait_from.into(),
            lock_final_statuses: shop.lock_final_statuses,
            recount_promoted_orders: shop.recount_promoted_orders,
            commissions_from: shop.commissions_from.map(Into::into),
            commission_rate: Decimal(format_percent(shop.commission_rate_ppm)),
            order_count_factor: shop.factor_direction.map(factor),
        }
    }
}
