//! Affiliate transactions, with what those of one page share.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use entity::affiliate_transaction::Model;
use entity::words;
use uuid::Uuid;

use super::{Affiliate, Order, StatusChangeConnection, StatusChanges};
use crate::domain::blocker::blockers;
use crate::domain::settling::{Sight, Stage, Standing};
use crate::error::{self, Error};
use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::in_turn::InTurn;
use crate::graphql::money::Money;
use crate::graphql::node_id::{NodeKind, encode};
use crate::graphql::reads::{app, reads, shop, unseen_sources, viewer};
use crate::graphql::scalars::DateTime;
use crate::graphql::siblings::Siblings;
use crate::graphql::words::{StatusActor, TransactionBlocker, TransactionKind, TransactionStatus};
use crate::reports::{self, ChangesOf};

/// A transaction of one page.
#[derive(Clone, Debug)]
pub struct Transaction {
    row: Model,
    page: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    affiliates: Siblings<Affiliate>,
    orders: Siblings<Order>,
}

impl Transaction {
    /// The transactions of one page.
    pub fn page(rows: Vec<Model>) -> Vec<Self> {
        let page = Shared::of(&rows);
        let transaction = |row| Self {
            row,
            page: Arc::clone(&page),
        };
        rows.into_iter().map(transaction).collect()
    }

    /// The transactions with these ids that the viewer may see.
    pub async fn read(ctx: &Context<'_>, ids: &[Uuid]) -> error::Result<HashMap<Uuid, Self>> {
        let db = reads(ctx)?.db().await?;
        let rows = reports::transactions_by_ids(&db, viewer(ctx)?.scope(), ids).await?;
        let transactions = Self::page(rows.into_values().collect());
        Ok(transactions.into_iter().map(|it| (it.row.id, it)).collect())
    }

    /// The transactions of these orders that the viewer may see, all on one page.
    pub async fn read_of_orders(
        ctx: &Context<'_>,
        order_ids: &[Uuid],
    ) -> error::Result<HashMap<Uuid, Vec<Self>>> {
        let db = reads(ctx)?.db().await?;
        let rows = reports::transactions_of_orders(&db, viewer(ctx)?.scope(), order_ids).await?;
        Ok(Self::by_order(rows))
    }

    /// The transactions of the orders of one page, by order.
    pub fn by_order(rows: HashMap<Uuid, Vec<Model>>) -> HashMap<Uuid, Vec<Self>> {
        let mut by_order: HashMap<Uuid, Vec<Self>> = HashMap::new();
        for transaction in Self::page(rows.into_values().flatten().collect()) {
            if let Some(order_id) = transaction.row.order_id {
                by_order.entry(order_id).or_default().push(transaction);
            }
        }
        by_order
    }

    async fn find_order(&self, ctx: &Context<'_>) -> Result<Option<&Order>> {
        let Some(id) = self.row.order_id else {
            return Ok(None);
        };
        let orders = &self.page.orders;
        orders.find(id, Order::read(ctx, orders.ids())).await
    }

    /// What settling would see of it.
    fn standing(&self, order: Option<&Order>, lock_final: bool) -> Standing {
        Standing {
            status: self.row.status,
            kind: self.row.kind,
            pinned: self.row.pinned,
            stage: order.map(|it| Stage::of(it.row().status, it.row().in_progress)),
            lock_final,
            waits_until: self.row.waits_until,
            sight: order.map_or(Sight::Seen, |it| {
                Sight::of(it.row().missed_at, it.row().gone_at)
            }),
        }
    }
}

impl Shared {
    fn of(rows: &[Model]) -> Arc<Self> {
        Arc::new(Self {
            affiliates: Siblings::new(rows.iter().map(|row| row.affiliate_id)),
            orders: Siblings::new(rows.iter().filter_map(|row| row.order_id)),
        })
    }
}

impl From<Model> for Transaction {
    fn from(row: Model) -> Self {
        let page = Shared::of(std::slice::from_ref(&row));
        Self { row, page }
    }
}

/// What one affiliate earns or owes. Affiliates see their own only; deleted ones are shown to nobody.
#[Object(serial)]
impl Transaction {
    /// Opaque, and the same for good.
    pub(super) async fn id(&self) -> ID {
        encode(NodeKind::Transaction, self.row.shop_id, self.row.id)
    }

    /// Who earns or owes it.
    async fn affiliate(&self, ctx: &Context<'_>) -> Result<&Affiliate> {
        let affiliates = &self.page.affiliates;
        let read = Affiliate::read(ctx, affiliates.ids());
        let found = affiliates.find(self.row.affiliate_id, read).await?;
        Ok(found.ok_or_else(|| Error::Unexpected("a transaction has no affiliate".to_owned()))?)
    }

    /// The order that it came from; null where it is linked to none.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<&Order>> {
        self.find_order(ctx).await
    }

    /// What it was made for.
    async fn kind(&self) -> TransactionKind {
        self.row.kind.into()
    }

    /// How much; negative where the affiliate owes it. A commission follows its order's total and refunds
    /// until it is final or pinned.
    async fn amount(&self) -> Result<InTurn<Money>> {
        Ok(InTurn(Money::stored(
            self.row.amount_minor,
            &self.row.currency,
        )?))
    }

    /// Where it stands.
    async fn status(&self) -> TransactionStatus {
        self.row.status.into()
    }

    /// When the status was set.
    async fn status_changed_at(&self) -> DateTime {
        self.row.status_changed_at.into()
    }

    /// Who set the status.
    async fn status_set_by(&self) -> StatusActor {
        self.row.status_set_by.into()
    }

    /// Whether the shop may pay it out to the affiliate: its status is COMPLETED.
    async fn cashable(&self) -> bool {
        self.row.status == words::TransactionStatus::Completed
    }

    /// Whether an override holds it, so that sync leaves it alone until an admin releases it.
    async fn pinned(&self) -> bool {
        self.row.pinned
    }

    /// Whether it is final although its order now says otherwise, or its order's amounts have moved since: for
    /// an admin to look at.
    async fn diverged(&self) -> bool {
        self.row.diverged
    }

    /// When the days to wait are over; null where they have not begun.
    async fn waits_until(&self) -> Option<DateTime> {
        self.row.waits_until.map(Into::into)
    }

    /// Why sync has not made it cashable; empty when nothing stands in the way.
    async fn blockers(&self, ctx: &Context<'_>) -> Result<Vec<TransactionBlocker>> {
        let shop = shop(ctx).await?;
        let order = self.find_order(ctx).await?;
        let (now, is_synced) = (app(ctx)?.clock.now(), shop.sync_enabled);
        let mut standing = self.standing(order, shop.lock_final_statuses);
        let mut found = blockers(&standing, is_synced, now);
        if let (Some(order), true) = (order, found.is_empty()) {
            // Only where nothing else stands in the way is it worth asking.
            let unseen = unseen_sources(ctx).await?;
            standing.sight = standing.sight.among(&order.row().source, &unseen);
            found = blockers(&standing, is_synced, now);
        }
        Ok(found.into_iter().map(Into::into).collect())
    }

    /// What the staff told about it; the affiliate sees this.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }

    /// Goes up with every change of its status, pin, amount or affiliate. Mutations take it as
    /// `expectedVersion`.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// When it was made; a commission counts as made when its order was placed.
    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// Every change of its status or pin, the oldest first.
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
        StatusChanges(ChangesOf::Transaction(self.row.id))
            .page(ctx, &page)
            .await
    }
}
