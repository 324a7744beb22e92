//! A shop's settings.

use async_graphql::{Context, ID, InputObject, Object};

use super::door::{require_admin, write_as_admin};
use super::payload::payload;
use crate::graphql::errors::Result;
use crate::graphql::object::Shop;
use crate::graphql::reads::viewer;
use crate::graphql::scalars::{Date, Decimal};
use crate::graphql::words::{FactorDirection, WaitFrom};
use crate::ledger::{Factor, UpdateSettings};

#[derive(Debug, Default)]
pub struct SettingsMutations;

/// What to change of a shop's settings; what is left out or null stays.
#[derive(Debug, InputObject)]
pub struct UpdateShopSettingsInput {
    /// The shop; may be left out where the viewer sees exactly one.
    shop_id: Option<ID>,
    /// Whether sync may change the shop's transactions.
    sync_enabled: Option<bool>,
    /// How often sync runs, in minutes, from 1 to 10,080.
    sync_interval_minutes: Option<i32>,
    /// Days to wait of transactions to come, from 0 to 3,650. Those that are there keep theirs.
    wait_days: Option<i32>,
    /// What the days are counted from, for transactions to come.
    wait_from: Option<WaitFrom>,
    /// Whether sync leaves final statuses as they are.
    lock_final_statuses: Option<bool>,
    /// Whether each run counts the promoted orders again and puts wrong counters right.
    recount_promoted_orders: Option<bool>,
    /// Percent of what an order brings, from 0 to 100, for commissions to come.
    commission_rate: Option<Decimal>,
    /// The first day whose orders earn; earlier ones earn nothing unless an import says so.
    commissions_from: Option<Date>,
    /// True lets orders of every day earn.
    clear_commissions_from: Option<bool>,
    /// How earlier orders of the same affiliate change a commission to come.
    order_count_factor: Option<OrderCountFactorInput>,
    /// True takes that factor away.
    clear_order_count_factor: Option<bool>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// How earlier orders of the same affiliate change a commission: the rate times one plus or minus the factor
/// times their number.
#[derive(Debug, InputObject)]
pub struct OrderCountFactorInput {
    /// Up or down.
    direction: FactorDirection,
    /// What each earlier order adds or takes off, as a fraction from 0 to 1: `0.05` is 5 percent of the rate.
    factor_per_order: Decimal,
    /// How many earlier orders count at most.
    limit: i32,
}

payload! {
    /// What became of a change to a shop's settings.
    UpdateShopSettingsPayload {
        /// The shop with its settings as they are now; null where they were not changed.
        shop: Shop
    }
}

#[Object(serial)]
impl SettingsMutations {
    /// Changes a shop's settings, all of them or none. Requires ADMIN.
    async fn update_shop_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateShopSettingsInput,
    ) -> Result<UpdateShopSettingsPayload> {
        require_admin(ctx)?;
        viewer(ctx)?.shop_of(input.shop_id.as_ref())?;
        let key = input.idempotency_key.clone();
        let change = UpdateSettings::from(input);
        Ok(write_as_admin(ctx, key, &change).await?.into())
    }
}

impl From<UpdateShopSettingsInput> for UpdateSettings {
    fn from(input: UpdateShopSettingsInput) -> Self {
        Self {
            sync_enabled: input.sync_enabled,
            sync_interval_minutes: input.sync_interval_minutes,
            wait_days: input.wait_days,
            wait_from: input.wait_from.map(Into::into),
            lock_final_statuses: input.lock_final_statuses,
            recount_promoted_orders: input.recount_promoted_orders,
            commission_rate: input.commission_rate.map(|rate| rate.0),
            commissions_from: input.commissions_from.map(|day| day.0),
            clear_commissions_from: input.clear_commissions_from.unwrap_or(false),
            factor: input.order_count_factor.map(|factor| Factor {
                direction: factor.direction.into(),
                per_order: factor.factor_per_order.0,
                limit: factor.limit,
            }),
            clear_factor: input.clear_order_count_factor.unwrap_or(false),
            currency: None,
            time_zone: None,
        }
    }
}
