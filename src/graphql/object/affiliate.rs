//! Affiliates, with what those of one page share.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::affiliate::Model;
use uuid::Uuid;

use super::{AffiliateBalance, PromotedOrderCount, TransactionConnection, Transactions};
use crate::domain::decimal::format_percent;
use crate::error::{self, Error};
use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::input::{TransactionFilter, TransactionOrder};
use crate::graphql::node_id::{NodeKind, encode};
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::Decimal;
use crate::graphql::siblings::Siblings;
use crate::reports::{self, Balance, PromotedCount};

/// An affiliate of one page.
#[derive(Clone, Debug)]
pub struct Affiliate {
    row: Model,
    page: Arc<Shared>,
}

// Holds no affiliates: they hold it, and neither would ever go.
#[derive(Debug)]
struct Shared {
    promoted: Siblings<PromotedCount>,
    balances: Siblings<Vec<Balance>>,
}

impl Affiliate {
    /// The affiliates of one page.
    pub fn page(rows: Vec<Model>) -> Vec<Self> {
        let page = Shared::of(&rows);
        let affiliate = |row| Self {
            row,
            page: Arc::clone(&page),
        };
        rows.into_iter().map(affiliate).collect()
    }

    /// The affiliates with these ids that the viewer may see.
    pub async fn read(ctx: &Context<'_>, ids: &[Uuid]) -> error::Result<HashMap<Uuid, Self>> {
        let db = reads(ctx)?.db().await?;
        let rows = reports::affiliates_by_ids(&db, viewer(ctx)?.scope(), ids).await?;
        Ok(Self::by_id(rows))
    }

    /// The affiliates of one page by their ids.
    pub fn by_id(rows: HashMap<Uuid, Model>) -> HashMap<Uuid, Self> {
        let affiliates = Self::page(rows.into_values().collect());
        affiliates.into_iter().map(|it| (it.row.id, it)).collect()
    }
}

impl Shared {
    fn of(rows: &[Model]) -> Arc<Self> {
        Arc::new(Self {
            promoted: Siblings::new(rows.iter().map(|row| row.id)),
            balances: Siblings::new(rows.iter().map(|row| row.id)),
        })
    }
}

impl From<Model> for Affiliate {
    fn from(row: Model) -> Self {
        let page = Shared::of(std::slice::from_ref(&row));
        Self { row, page }
    }
}

/// Who promotes the shop's goods. Affiliates see themselves only.
#[Object(serial)]
impl Affiliate {
    /// Opaque, and the same for good.
    pub(super) async fn id(&self) -> ID {
        encode(NodeKind::Affiliate, self.row.shop_id, self.row.id)
    }

    /// What its orders carry; unique in the shop.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// Whether it earns commissions on new orders. Inactive affiliates keep what they have.
    async fn active(&self) -> bool {
        self.row.active
    }

    /// Its own rate in percent of an order's total less refunds; null where the shop's rate holds.
    async fn commission_rate(&self) -> Option<Decimal> {
        let rate = self.row.commission_rate_ppm?;
        Some(Decimal(format_percent(rate)))
    }

    /// How many orders it brought, by the stored counter.
    async fn promoted_orders(&self, ctx: &Context<'_>) -> Result<PromotedOrderCount> {
        let promoted = &self.page.promoted;
        let read = async {
            let db = reads(ctx)?.db().await?;
            reports::promoted_counts_of(&db, viewer(ctx)?.scope(), promoted.ids()).await
        };
        let found = promoted.find(self.row.id, read).await?.cloned();
        let gone = || Error::Unexpected("an affiliate has no counter".to_owned());
        Ok(PromotedOrderCount::new(
            self.clone(),
            found.ok_or_else(gone)?,
        ))
    }

    /// What it earns or owes, the newest first.
    async fn transactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transactions. Its affiliateId can only be this affiliate's.")]
        filter: Option<TransactionFilter>,
        #[graphql(desc = "In which order; by default the newest first.")] order_by: Option<
            TransactionOrder,
        >,
        #[graphql(
            desc = "At most so many transactions from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only transactions behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many transactions from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only transactions ahead of this cursor.")] before: Option<String>,
    ) -> Result<TransactionConnection> {
        let mut filter = filter.unwrap_or_default().resolve(ctx).await?;
        if filter
            .affiliate_id
            .replace(self.row.id)
            .is_some_and(|id| id != self.row.id)
        {
            let other = "affiliateId is another affiliate's: leave it out here";
            return Err(Error::BadInput(other.to_owned()).into());
        }
        let sort = order_by.map(Into::into).unwrap_or_default();
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        Transactions { filter, sort }.page(ctx, &page).await
    }

    /// What its transactions come to, one row for each currency; currencies in which all is zero are left out.
    async fn balance(&self, ctx: &Context<'_>) -> Result<Vec<AffiliateBalance>> {
        let balances = &self.page.balances;
        let read = async {
            let db = reads(ctx)?.db().await?;
            reports::balances_of(&db, viewer(ctx)?.scope(), balances.ids()).await
        };
        let found = balances.find(self.row.id, read).await?;
        let rows = found.into_iter().flatten();
        Ok(rows
            .map(AffiliateBalance::stored)
            .collect::<error::Result<_>>()?)
    }
}
