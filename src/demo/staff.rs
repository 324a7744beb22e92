//! What the staff of the demo shop did by hand: overrides, bonuses, corrections and a deletion.

use entity::affiliate_transaction as transaction;
use entity::words::{
    CancelReason, OrderStatus, OverrideReason, StatusActor, TransactionKind, TransactionStatus,
};
use uuid::Uuid;

use super::ADMIN;
use super::roster::ROSTER;
use crate::app::App;
use crate::error::{Error, Result};
use crate::ledger::{self, Author, Change, CreateTransaction, DeleteTransaction, OverrideStatus};
use crate::reports::{
    OrdersFilter, OrdersSort, PageRequest, Scope, find_affiliate_by_code, list_orders,
    transactions_of_orders,
};

/// How many commissions each kind of override is for.
const OVERRIDES: u64 = 3;

/// Somebody at the shop who changes things by hand.
pub(super) struct Staff<'a> {
    app: &'a App,
    shop_id: i64,
    author: Author,
}

impl<'a> Staff<'a> {
    pub(super) fn of(app: &'a App, shop_id: i64) -> Self {
        Self {
            app,
            shop_id,
            author: Author::new(StatusActor::Admin, ADMIN),
        }
    }

    pub(super) async fn write<C: Change>(&self, change: &C) -> Result<C::Output> {
        self.write_as(&self.author, change).await
    }

    pub(super) async fn write_as<C: Change>(
        &self,
        author: &Author,
        change: &C,
    ) -> Result<C::Output> {
        ledger::write(self.app, self.shop_id, author, change).await
    }

    /// The id of an affiliate of the roster.
    pub(super) async fn affiliate(&self, code: &str) -> Result<Uuid> {
        let scope = Scope::shop(self.shop_id);
        let affiliate = find_affiliate_by_code(self.app.database.reader(), scope, code).await?;
        Ok(affiliate.ok_or_else(|| Error::not_found("affiliate"))?.id)
    }

    /// Takes commissions from those who cheat, and gives some to those who could not help it.
    pub(super) async fn override_some(&self) -> Result<()> {
        for promoter in ROSTER.iter().filter(|promoter| promoter.is_suspicious()) {
            let filter = OrdersFilter {
                statuses: vec![OrderStatus::Complete],
                affiliate_id: Some(self.affiliate(promoter.code).await?),
                ..OrdersFilter::default()
            };
            let note = "Same delivery address as three fake orders; under review";
            let to = (TransactionStatus::Cancelled, OverrideReason::Fraud, note);
            self.override_commissions_of(&filter, to).await?;
        }
        let filter = OrdersFilter {
            cancel_reasons: vec![CancelReason::Inventory],
            promoted: Some(true),
            ..OrdersFilter::default()
        };
        let note = "We ran out of stock, you did your part";
        let to = (TransactionStatus::Completed, OverrideReason::Goodwill, note);
        self.override_commissions_of(&filter, to).await
    }

    async fn override_commissions_of(
        &self,
        filter: &OrdersFilter,
        (status, reason, note): (TransactionStatus, OverrideReason, &str),
    ) -> Result<()> {
        for row in self.commissions_of(filter).await? {
            let change = OverrideStatus {
                transaction_id: row.id,
                status,
                reason,
                note: Some(note.to_owned()),
                pinned: None,
                expected_version: Some(row.version),
            };
            self.write(&change).await?;
        }
        Ok(())
    }

    /// The transactions of the newest orders that a filter leaves.
    async fn commissions_of(&self, filter: &OrdersFilter) -> Result<Vec<transaction::Model>> {
        let (db, scope) = (self.app.database.reader(), Scope::shop(self.shop_id));
        let page = PageRequest::first(OVERRIDES);
        let orders = list_orders(db, scope, filter, OrdersSort::default(), &page).await?;
        let ids: Vec<Uuid> = orders.rows.iter().map(|order| order.id).collect();
        let mut by_order = transactions_of_orders(db, scope, &ids).await?;
        let in_order = ids.iter().filter_map(|id| by_order.remove(id));
        Ok(in_order.flatten().collect())
    }

    /// Bonuses, corrections, and something entered twice; `also_for` gets some of each.
    pub(super) async fn enter_extras(&self, also_for: &str) -> Result<()> {
        use TransactionKind::{Adjustment, Manual};
        for (code, kind, amount, note) in [
            (
                ROSTER[0].code,
                Adjustment,
                "250.00",
                "Christmas bonus: best shop window of the season",
            ),
            (
                ROSTER[1].code,
                Manual,
                "150.00",
                "Sponsored episode, paid once the invoice is in",
            ),
            (
                ROSTER[3].code,
                Adjustment,
                "-18.40",
                "Correction: a return was paid out last month",
            ),
            (also_for, Adjustment, "25.00", "Welcome bonus"),
            (
                also_for,
                Adjustment,
                "-4.30",
                "Correction: a commission was counted twice",
            ),
        ] {
            self.enter(code, kind, amount, note).await?;
        }
        let twice = self
            .enter(ROSTER[1].code, Manual, "150.00", "Sponsored episode")
            .await?;
        let change = DeleteTransaction {
            transaction_id: twice.id,
            reason: OverrideReason::Duplicate,
            note: Some("Entered twice".to_owned()),
            expected_version: None,
        };
        self.write(&change).await?;
        Ok(())
    }

    async fn enter(
        &self,
        code: &str,
        kind: TransactionKind,
        amount: &str,
        note: &str,
    ) -> Result<transaction::Model> {
        let change = CreateTransaction {
            affiliate_id: self.affiliate(code).await?,
            order_id: None,
            kind,
            amount: amount.to_owned(),
            currency: super::CURRENCY.to_owned(),
            note: Some(note.to_owned()),
        };
        self.write(&change).await
    }
}
