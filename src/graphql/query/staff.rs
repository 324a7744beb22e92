//! The shop's figures, for the staff, and its tokens, for admins.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::shop;
use uuid::Uuid;

use crate::domain::Currency;
use crate::domain::period::Period;
use crate::error;
use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::input::require_affiliate;
use crate::graphql::object::{AccessTokenConnection, AccessTokens, KpiReport};
use crate::graphql::reads::{app, reads, shop, sighting, viewer};
use crate::graphql::scalars::{CurrencyCode, Date};
use crate::graphql::words::KpiInterval;
use crate::reports::{KpiAnswer, KpiQuestion};

/// What the staff alone may ask.
#[derive(Debug, Default)]
pub struct StaffQueries;

#[Object(serial)]
impl StaffQueries {
    /// The figures of a shop, or of one of its affiliates, over the orders placed in a period. For the staff
    /// only.
    async fn kpi(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
        #[graphql(desc = "The first day of the period.")] from: Date,
        #[graphql(desc = "The last day of the period, included.")] to: Date,
        #[graphql(
            desc = "How long each point of the series is; at most 1,100 points.",
            default_with = "Some(KpiInterval::Month)"
        )]
        interval: Option<KpiInterval>,
        #[graphql(desc = "The currency to count in; by default the shop's.")] currency: Option<
            CurrencyCode,
        >,
        #[graphql(desc = "Count only what this affiliate brought and earned.")]
        affiliate_id: Option<ID>,
    ) -> Result<Option<KpiReport>> {
        let viewer = viewer(ctx)?;
        viewer.require_staff()?;
        viewer.shop_of(shop_id.as_ref())?;
        let period = Period::new(from.0, to.0)?;
        let interval = interval.unwrap_or(KpiInterval::Month);
        let affiliate_id = match &affiliate_id {
            Some(id) => Some(require_affiliate(ctx, id).await?),
            None => None,
        };
        Ok(Some(
            report(ctx, period, interval, currency, affiliate_id).await?,
        ))
    }

    /// The access tokens of a shop, the newest first, revoked ones among them. For admins only.
    async fn access_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
        #[graphql(
            desc = "At most so many tokens from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only tokens behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many tokens from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only tokens ahead of this cursor.")] before: Option<String>,
    ) -> Result<Option<AccessTokenConnection>> {
        let viewer = viewer(ctx)?;
        viewer.require_admin()?;
        viewer.shop_of(shop_id.as_ref())?;
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        AccessTokens.page(ctx, &page).await.map(Some)
    }
}

async fn report(
    ctx: &Context<'_>,
    period: Period,
    interval: KpiInterval,
    currency: Option<CurrencyCode>,
    affiliate_id: Option<Uuid>,
) -> error::Result<KpiReport> {
    let sighting = sighting(ctx);
    let shop = match &sighting {
        Some(shop) => Arc::clone(shop),
        None => shop(ctx).await?,
    };
    let currency = match currency {
        Some(currency) => currency.known()?,
        None => Currency::parse(&shop.currency)?,
    };
    let question = KpiQuestion {
        shop_id: shop.shop_id,
        period,
        interval: interval.into(),
        currency,
        affiliate_id,
    };
    Ok(KpiReport {
        period,
        interval,
        time_zone: shop.time_zone.clone(),
        currency,
        answer: answer(ctx, question, sighting).await?,
    })
}

/// From memory where it can be; else the figures and the shop's revision are those of one snapshot.
async fn answer(
    ctx: &Context<'_>,
    question: KpiQuestion,
    sighting: Option<Arc<shop::Model>>,
) -> error::Result<Arc<KpiAnswer>> {
    let memory = &app(ctx)?.kpis;
    if let Some(answer) = sighting.and_then(|shop| memory.recall(&question, &shop)) {
        return Ok(answer);
    }
    let shop = shop(ctx).await?;
    let db = reads(ctx)?.db().await?;
    memory.answer(&db, question, &shop).await
}
