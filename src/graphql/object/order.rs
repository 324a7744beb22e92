//! Orders, with what the orders of one page share.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::order;
use uuid::Uuid;

use super::{Affiliate, StatusChangeConnection, StatusChanges, Transaction};
use crate::error;
use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::in_turn::InTurn;
use crate::graphql::money::Money;
use crate::graphql::node_id::{NodeKind, encode};
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::DateTime;
use crate::graphql::siblings::Siblings;
use crate::graphql::words::{CancelReason, OrderStatus};
use crate::reports::{self, ChangesOf, OrderParts, Parts};

/// An order of one page.
#[derive(Clone, Debug)]
pub struct Order {
    row: order::Model,
    page: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    affiliates: Siblings<Affiliate>,
    transactions: Siblings<Vec<Transaction>>,
}

impl Order {
    /// The orders of one page.
    pub fn page(rows: Vec<order::Model>) -> Vec<Self> {
        Self::page_with(rows, Parts::default(), OrderParts::default())
    }

    /// The orders of one page with what was read together with them.
    pub fn page_with(rows: Vec<order::Model>, asked: Parts, found: OrderParts) -> Vec<Self> {
        let page = Arc::new(Shared::of(&rows, asked, found));
        let order = |row| Self {
            row,
            page: Arc::clone(&page),
        };
        rows.into_iter().map(order).collect()
    }

    /// The orders with these ids that the viewer may see.
    pub async fn read(ctx: &Context<'_>, ids: &[Uuid]) -> error::Result<HashMap<Uuid, Self>> {
        let db = reads(ctx)?.db().await?;
        let rows = reports::orders_by_ids(&db, viewer(ctx)?.scope(), ids).await?;
        let orders = Self::page(rows.into_values().collect());
        Ok(orders.into_iter().map(|it| (it.row.id, it)).collect())
    }

    /// The row.
    pub fn row(&self) -> &order::Model {
        &self.row
    }
}

impl Shared {
    fn of(rows: &[order::Model], asked: Parts, found: OrderParts) -> Self {
        Self {
            affiliates: if asked.affiliates.is_some() {
                Siblings::known(Affiliate::by_id(found.affiliates))
            } else {
                Siblings::new(rows.iter().filter_map(|row| row.affiliate_id))
            },
            transactions: if asked.transactions.is_some() {
                Siblings::known(Transaction::by_order(found.transactions))
            } else {
                Siblings::new(rows.iter().map(|row| row.id))
            },
        }
    }
}

impl From<order::Model> for Order {
    fn from(row: order::Model) -> Self {
        let rows = std::slice::from_ref(&row);
        let page = Arc::new(Shared::of(rows, Parts::default(), OrderParts::default()));
        Self { row, page }
    }
}

/// What a customer placed. Affiliates see the orders that their own transactions came from.
#[Object(serial)]
impl Order {
    /// Opaque, and the same for good.
    pub(super) async fn id(&self) -> ID {
        encode(NodeKind::Order, self.row.shop_id, self.row.id)
    }

    /// What the order is to the shop, as its native status was mapped.
    async fn status(&self) -> OrderStatus {
        self.row.status.into()
    }

    /// Whether the order is NEW and work has begun.
    async fn in_progress(&self) -> bool {
        self.row.in_progress
    }

    /// The platform's own word for the status, kept as it came.
    async fn native_status(&self) -> &str {
        &self.row.native_status
    }

    /// Why it was cancelled, where that is known; FAKE marks pranks and fraud. Null unless CANCELLED.
    async fn cancel_reason(&self) -> Option<CancelReason> {
        self.row.cancel_reason.map(Into::into)
    }

    /// Where the order comes from: `api`, `file` or a platform.
    async fn source(&self) -> &str {
        &self.row.source
    }

    /// The source's own id of the order; unique together with the source.
    async fn external_id(&self) -> &str {
        &self.row.external_id
    }

    /// What customers and staff call the order.
    async fn number(&self) -> &str {
        &self.row.number
    }

    /// When the customer placed it.
    async fn placed_at(&self) -> DateTime {
        self.row.placed_at.into()
    }

    /// When the status last changed.
    async fn status_changed_at(&self) -> DateTime {
        self.row.status_changed_at.into()
    }

    /// When it completed; null until it does, and again once it is reopened.
    async fn completed_at(&self) -> Option<DateTime> {
        self.row.completed_at.map(Into::into)
    }

    /// When its platform was found, for the second time in a row, to have it no longer; null otherwise, and again
    /// once it is back. It keeps its status, is asked for once a day, and makes nothing COMPLETED meanwhile.
    async fn gone_at(&self) -> Option<DateTime> {
        self.row.gone_at.map(Into::into)
    }

    /// What the customer owes, before refunds.
    async fn total(&self) -> Result<InTurn<Money>> {
        Ok(InTurn(Money::stored(
            self.row.total_minor,
            &self.row.currency,
        )?))
    }

    /// What was paid back, from nothing to the total.
    async fn refunded(&self) -> Result<InTurn<Money>> {
        Ok(InTurn(Money::stored(
            self.row.refunded_minor,
            &self.row.currency,
        )?))
    }

    /// Whether an affiliate brought the order, so that it has a commission. An affiliate is told of itself only.
    async fn promoted(&self, ctx: &Context<'_>) -> Result<bool> {
        let scope = viewer(ctx)?.scope();
        Ok(self
            .row
            .affiliate_id
            .is_some_and(|id| scope.sees_affiliate(id)))
    }

    /// Who brought the order; null where nobody did. An affiliate is told of itself only.
    async fn affiliate(&self, ctx: &Context<'_>) -> Result<Option<InTurn<&Affiliate>>> {
        let Some(id) = self.row.affiliate_id else {
            return Ok(None);
        };
        let affiliates = &self.page.affiliates;
        let read = Affiliate::read(ctx, affiliates.ids());
        Ok(affiliates.find(id, read).await?.map(InTurn))
    }

    /// What affiliates earn or owe by this order, the oldest first. An affiliate sees its own only.
    async fn transactions(&self, ctx: &Context<'_>) -> Result<Vec<InTurn<&Transaction>>> {
        let of_orders = &self.page.transactions;
        let read = Transaction::read_of_orders(ctx, of_orders.ids());
        let found = of_orders.find(self.row.id, read).await?;
        Ok(found.into_iter().flatten().map(InTurn).collect())
    }

    /// Every change of the order's status, the oldest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many changes from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only changes behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many changes from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only changes ahead of this cursor.")] before: Option<String>,
    ) -> Result<StatusChangeConnection> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        StatusChanges(ChangesOf::Order(self.row.id))
            .page(ctx, &page)
            .await
    }
}
