//! Transactions made and deleted by hand.

use entity::words::{OverrideReason, TransactionKind, TransactionStatus};
use entity::{affiliate, affiliate_transaction as transaction, order};
use serde::Serialize;
use uuid::Uuid;

use super::affiliates::find_affiliate;
use super::commissions::{completed_at, waits_until};
use super::history::Why;
use super::rollups::Move;
use super::transaction_rows::{
    find_order, find_transaction, insert_transaction, order_of, replace, require_version,
    set_status,
};
use super::{Change, ShopWrite, bulk};
use crate::domain::zone::day_of;
use crate::domain::{Currency, text};
use crate::error::{Error, Result};

/// Makes a transaction by hand.
#[derive(Debug, Serialize)]
pub struct CreateTransaction {
    /// Who earns or owes.
    pub affiliate_id: Uuid,
    /// The order it is for, if it is for one.
    pub order_id: Option<Uuid>,
    /// MANUAL or ADJUSTMENT.
    pub kind: TransactionKind,
    /// Decimal text; negative only for an adjustment.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// Shown to the affiliate.
    pub note: Option<String>,
}

/// Deletes a transaction; it stays in the history and is never brought back by an import (R16).
#[derive(Debug, Serialize)]
pub struct DeleteTransaction {
    /// Which one.
    pub transaction_id: Uuid,
    /// Why, for the staff.
    pub reason: OverrideReason,
    /// Why, for the affiliate too.
    pub note: Option<String>,
    /// Refused where the row has moved on since.
    pub expected_version: Option<i32>,
}

impl Change for CreateTransaction {
    const NAME: &'static str = "createTransaction";
    type Output = transaction::Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<transaction::Model> {
        let affiliate = find_affiliate(shop, self.affiliate_id).await?;
        let order = match self.order_id {
            Some(id) => Some(find_order(shop, id).await?),
            None => None,
        };
        let currency = Currency::parse(&self.currency)?;
        let amount_minor = currency.parse_signed("amount", &self.amount)?;
        check_amount(self.kind, amount_minor, &affiliate)?;
        let note = text::note("note", self.note.as_deref().unwrap_or(""))?;
        let row = new_transaction(
            shop,
            &affiliate,
            order.as_ref(),
            Terms {
                kind: self.kind,
                amount_minor,
                currency,
                note,
            },
        )?;
        insert_transaction(shop, &row, order.as_ref()).await?;
        Ok(row)
    }
}

impl Change for DeleteTransaction {
    const NAME: &'static str = "deleteTransaction";
    type Output = Uuid;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Uuid> {
        let stored = find_transaction(shop, self.transaction_id).await?;
        require_version(&stored, self.expected_version)?;
        let note = text::note("note", self.note.as_deref().unwrap_or(""))?;
        let order = order_of(shop, &stored).await?;
        let row = transaction::Model {
            deleted_at: Some(shop.now),
            ..stored.clone()
        };
        shop.history.transaction_deleted(
            &row,
            Why {
                reason: Some(self.reason),
                note,
            },
        );
        replace(shop, &stored, row, order.as_ref()).await?;
        if stored.kind == TransactionKind::Commission
            && let Some(order) = order
        {
            let unpromoted = order::Model {
                affiliate_id: None,
                ..order.clone()
            };
            shop.rollups.order(&order, Move::Out);
            shop.rollups.order(&unpromoted, Move::In);
            bulk::upsert::<order::Entity>(shop.db(), vec![unpromoted]).await?;
        }
        Ok(stored.id)
    }
}

/// What a transaction made by hand is about.
pub(super) struct Terms {
    pub(super) kind: TransactionKind,
    pub(super) amount_minor: i64,
    pub(super) currency: Currency,
    pub(super) note: Option<String>,
}

pub(super) fn check_amount(
    kind: TransactionKind,
    amount_minor: i64,
    affiliate: &affiliate::Model,
) -> Result<()> {
    check_kind(kind, amount_minor)?;
    if !affiliate.active && amount_minor > 0 {
        return Err(Error::invalid(
            "affiliateId",
            format!(
                "the affiliate {} is inactive and earns nothing new",
                affiliate.code
            ),
        ));
    }
    Ok(())
}

/// What can be said before it is known whose it is.
pub(super) fn check_kind(kind: TransactionKind, amount_minor: i64) -> Result<()> {
    match kind {
        TransactionKind::Commission => Err(Error::invalid(
            "kind",
            "a COMMISSION comes with its order; by hand there are MANUAL and ADJUSTMENT",
        )),
        TransactionKind::Manual if amount_minor < 0 => Err(Error::invalid(
            "amount",
            "only an ADJUSTMENT may have a negative amount",
        )),
        _ => Ok(()),
    }
}

/// A transaction made by hand: MANUAL waits for its order, an ADJUSTMENT is cashable at once.
pub(super) fn new_transaction(
    shop: &ShopWrite,
    affiliate: &affiliate::Model,
    order: Option<&order::Model>,
    terms: Terms,
) -> Result<transaction::Model> {
    let settings = &shop.shop;
    let mut row = transaction::Model {
        shop_id: settings.shop_id,
        id: shop.new_id(),
        affiliate_id: affiliate.id,
        affiliate_since: shop.now,
        order_id: order.map(|order| order.id),
        external_id: None,
        kind: terms.kind,
        amount_minor: terms.amount_minor,
        currency: terms.currency.code().to_owned(),
        status: TransactionStatus::Open,
        status_changed_at: shop.now,
        status_set_by: shop.actor(),
        pinned: false,
        diverged: false,
        wait_days: settings.wait_days,
        wait_from: settings.wait_from,
        waits_until: waits_until(
            settings.wait_from,
            settings.wait_days,
            shop.now,
            order.and_then(completed_at),
        ),
        final_total_minor: None,
        final_refunded_minor: None,
        rate_ppm: 0,
        factor_ppm: 0,
        factor_orders: 0,
        imported_amount: false,
        note: terms.note,
        version: 1,
        created_at: shop.now,
        reported_on: match order {
            Some(order) => order.placed_on,
            None => day_of(shop.now, shop.zone()?),
        },
        deleted_at: None,
    };
    if terms.kind == TransactionKind::Adjustment {
        set_status(&mut row, TransactionStatus::Completed, order);
    }
    Ok(row)
}
