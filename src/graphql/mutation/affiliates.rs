//! Affiliates made and changed.

use async_graphql::{Context, ID, InputObject, Object};

use super::door::{found, require_admin, row, write_as_admin};
use super::payload::payload;
use crate::graphql::errors::Result;
use crate::graphql::node_id::NodeKind;
use crate::graphql::object::Affiliate;
use crate::graphql::reads::viewer;
use crate::graphql::scalars::Decimal;
use crate::ledger::{CreateAffiliate, UpdateAffiliate};

#[derive(Debug, Default)]
pub struct AffiliateMutations;

/// An affiliate to be made.
#[derive(Debug, InputObject)]
pub struct CreateAffiliateInput {
    /// The shop; may be left out where the viewer sees exactly one.
    shop_id: Option<ID>,
    /// What its orders carry; unique in the shop.
    code: String,
    /// What people call it; the code where left out.
    name: Option<String>,
    /// Percent of what an order brings, instead of the shop's rate.
    commission_rate: Option<Decimal>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and makes nothing again.
    idempotency_key: Option<String>,
}

/// What to change of an affiliate; what is left out or null stays.
#[derive(Debug, InputObject)]
pub struct UpdateAffiliateInput {
    /// The affiliate.
    affiliate_id: ID,
    /// What people call it.
    name: Option<String>,
    /// Whether it earns anything new.
    active: Option<bool>,
    /// Percent of what an order brings, instead of the shop's rate. Commissions that are there keep theirs.
    commission_rate: Option<Decimal>,
    /// True puts the affiliate back to the shop's rate.
    clear_commission_rate: Option<bool>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

payload! {
    /// What became of an affiliate to be made.
    CreateAffiliatePayload {
        /// The new affiliate; null where none was made.
        affiliate: Affiliate
    }
}

payload! {
    /// What became of a change to an affiliate.
    UpdateAffiliatePayload {
        /// The affiliate as it is now; null where it was not changed.
        affiliate: Affiliate
    }
}

#[Object(serial)]
impl AffiliateMutations {
    /// Makes an affiliate. DUPLICATE where the shop has its code already. Requires ADMIN.
    async fn create_affiliate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its code, name and rate.")] input: CreateAffiliateInput,
    ) -> Result<CreateAffiliatePayload> {
        require_admin(ctx)?;
        viewer(ctx)?.shop_of(input.shop_id.as_ref())?;
        let change = CreateAffiliate {
            code: input.code,
            name: input.name,
            commission_rate: input.commission_rate.map(|rate| rate.0),
        };
        Ok(write_as_admin(ctx, input.idempotency_key, &change)
            .await?
            .into())
    }

    /// Changes an affiliate. One that is made inactive earns nothing new; what it has earned stays.
    /// Requires ADMIN.
    async fn update_affiliate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which affiliate, and what to change.")] input: UpdateAffiliateInput,
    ) -> Result<UpdateAffiliatePayload> {
        let id = row(ctx, NodeKind::Affiliate, "affiliateId", &input.affiliate_id)?;
        let change = UpdateAffiliate {
            affiliate_id: found!(id),
            name: input.name,
            active: input.active,
            commission_rate: input.commission_rate.map(|rate| rate.0),
            clear_commission_rate: input.clear_commission_rate.unwrap_or(false),
        };
        Ok(write_as_admin(ctx, input.idempotency_key, &change)
            .await?
            .into())
    }
}
