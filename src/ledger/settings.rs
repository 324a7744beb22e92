//! A shop's settings, as an admin changes them; what is left out stays.

use entity::words::{FactorDirection, WaitFrom};
use entity::{Day, affiliate_transaction as transaction, order, shop};
use sea_orm::sea_query::Cond;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;

use super::queue::enqueue;
use super::{Change, ShopWrite, bulk};
use crate::domain::Currency;
use crate::domain::decimal::{parse_fraction, parse_percent};
use crate::domain::settling::FINAL;
use crate::domain::zone::parse_zone;
use crate::error::{Error, Result};

/// The longest wait and the longest interval that make sense.
const MAX_WAIT_DAYS: i32 = 3_650;
const MAX_INTERVAL_MINUTES: i32 = 7 * 24 * 60;
const MAX_FACTOR_LIMIT: i32 = 100_000;

/// Changes a shop's settings.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateSettings {
    /// Whether sync may change the shop (R20).
    pub sync_enabled: Option<bool>,
    /// How often it runs, in minutes.
    pub sync_interval_minutes: Option<i32>,
    /// Days to wait of transactions to come (R7).
    pub wait_days: Option<i32>,
    /// What they are counted from.
    pub wait_from: Option<WaitFrom>,
    /// Whether final statuses stand (R8).
    pub lock_final_statuses: Option<bool>,
    /// Whether runs put counters right (R15).
    pub recount_promoted_orders: Option<bool>,
    /// Percent; for commissions to come.
    pub commission_rate: Option<String>,
    /// Earlier orders earn nothing unless an import says so.
    pub commissions_from: Option<Day>,
    /// Orders of any day earn.
    pub clear_commissions_from: bool,
    /// The surcharge or deduction by number of earlier orders.
    pub factor: Option<Factor>,
    /// No such factor.
    pub clear_factor: bool,
    /// ISO 4217; frozen with the first order (R24).
    pub currency: Option<String>,
    /// IANA name; frozen with the first order (R24).
    pub time_zone: Option<String>,
}

/// How earlier orders change a commission (R16).
#[derive(Clone, Debug, Serialize)]
pub struct Factor {
    /// Up or down.
    pub direction: FactorDirection,
    /// A fraction for each earlier order, as decimal text.
    pub per_order: String,
    /// How many earlier orders count at most.
    pub limit: i32,
}

impl Change for UpdateSettings {
    const NAME: &'static str = "updateShopSettings";
    type Output = shop::Model;

    async fn apply(&self, write: &mut ShopWrite) -> Result<shop::Model> {
        let mut shop = write.shop.clone();
        self.set_sync(&mut shop)?;
        self.set_commission(&mut shop)?;
        self.set_frozen(write, &mut shop).await?;
        if write.shop.lock_final_statuses && !shop.lock_final_statuses {
            let days_not_over = Cond::any()
                .add(transaction::Column::WaitsUntil.is_null())
                .add(transaction::Column::WaitsUntil.gt(write.now));
            enqueue(write, FINAL, days_not_over).await?;
        }
        bulk::upsert::<shop::Entity>(write.db(), vec![shop.clone()]).await?;
        write.shop = shop.clone();
        Ok(shop)
    }
}

impl UpdateSettings {
    pub(super) fn set_sync(&self, shop: &mut shop::Model) -> Result<()> {
        shop.sync_enabled = self.sync_enabled.unwrap_or(shop.sync_enabled);
        shop.wait_from = self.wait_from.unwrap_or(shop.wait_from);
        shop.lock_final_statuses = self.lock_final_statuses.unwrap_or(shop.lock_final_statuses);
        shop.recount_promoted_orders = self
            .recount_promoted_orders
            .unwrap_or(shop.recount_promoted_orders);
        if let Some(minutes) = self.sync_interval_minutes {
            shop.sync_interval_minutes =
                within("syncIntervalMinutes", minutes, 1, MAX_INTERVAL_MINUTES)?;
        }
        if let Some(days) = self.wait_days {
            shop.wait_days = within("waitDays", days, 0, MAX_WAIT_DAYS)?;
        }
        Ok(())
    }

    pub(super) fn set_commission(&self, shop: &mut shop::Model) -> Result<()> {
        if let Some(rate) = &self.commission_rate {
            shop.commission_rate_ppm = parse_percent("commissionRate", rate)?;
        }
        exclude(
            self.commissions_from.is_some() && self.clear_commissions_from,
            "commissionsFrom",
            "clearCommissionsFrom",
        )?;
        if self.commissions_from.is_some() || self.clear_commissions_from {
            shop.commissions_from = self.commissions_from;
        }
        exclude(
            self.factor.is_some() && self.clear_factor,
            "orderCountFactor",
            "clearOrderCountFactor",
        )?;
        if let Some(factor) = &self.factor {
            shop.factor_direction = Some(factor.direction);
            shop.factor_ppm = parse_fraction("factorPerOrder", &factor.per_order)?;
            shop.factor_limit = within("limit", factor.limit, 0, MAX_FACTOR_LIMIT)?;
        }
        if self.clear_factor {
            shop.factor_direction = None;
            shop.factor_ppm = 0;
            shop.factor_limit = 0;
        }
        Ok(())
    }

    /// R24: time zone and currency are frozen with the first order.
    async fn set_frozen(&self, write: &ShopWrite, shop: &mut shop::Model) -> Result<()> {
        if let Some(currency) = &self.currency {
            Currency::parse(currency)?
                .code()
                .clone_into(&mut shop.currency);
        }
        if let Some(time_zone) = &self.time_zone {
            parse_zone(time_zone)?
                .name()
                .clone_into(&mut shop.time_zone);
        }
        let moves = shop.currency != write.shop.currency || shop.time_zone != write.shop.time_zone;
        if moves && has_orders(write).await? {
            return Err(Error::invalid(
                if shop.currency == write.shop.currency {
                    "timeZone"
                } else {
                    "currency"
                },
                "time zone and currency of a shop are frozen with its first order or transaction",
            ));
        }
        Ok(())
    }
}

async fn has_orders(write: &ShopWrite) -> Result<bool> {
    let shop_id = write.shop.shop_id;
    let orders = order::Entity::find().filter(order::Column::ShopId.eq(shop_id));
    let transactions = transaction::Entity::find().filter(transaction::Column::ShopId.eq(shop_id));
    Ok(orders.one(write.db()).await?.is_some() || transactions.one(write.db()).await?.is_some())
}

fn within(field: &'static str, value: i32, least: i32, most: i32) -> Result<i32> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(Error::invalid(
        field,
        format!("{field} must lie between {least} and {most}, not {value}"),
    ))
}

fn exclude(both: bool, field: &str, clear: &'static str) -> Result<()> {
    if both {
        return Err(Error::invalid(
            clear,
            format!("{field} and {clear} exclude each other"),
        ));
    }
    Ok(())
}
