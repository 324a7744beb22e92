//! Overrides: an admin sets a status by hand (R10), and takes the pin off again (R12).

use entity::words::{OverrideReason, TransactionKind, TransactionStatus};
use entity::{affiliate_transaction as transaction, order};
use serde::Serialize;
use uuid::Uuid;

use super::history::Why;
use super::order_store::follow_order;
use super::queue::standing;
use super::transaction_rows::{
    find_transaction, order_of, replace, require_version, set_status, stamp,
};
use super::{Change, ShopWrite};
use crate::domain::settling::is_final;
use crate::domain::text;
use crate::error::{Error, RefusalCode, Result};

/// Sets any status from any status.
#[derive(Debug, Serialize)]
pub struct OverrideStatus {
    /// Which transaction.
    pub transaction_id: Uuid,
    /// What it becomes.
    pub status: TransactionStatus,
    /// Why, for the staff.
    pub reason: OverrideReason,
    /// Why, for the affiliate too.
    pub note: Option<String>,
    /// Whether sync must leave it alone; by default where the status is final.
    pub pinned: Option<bool>,
    /// Refused where the row has moved on since.
    pub expected_version: Option<i32>,
}

/// Takes the pin off and settles the row at once as though it were OPEN, also while sync is off.
#[derive(Debug, Serialize)]
pub struct ReleaseOverride {
    /// Which transaction.
    pub transaction_id: Uuid,
    /// Refused where the row has moved on since.
    pub expected_version: Option<i32>,
}

impl Change for OverrideStatus {
    const NAME: &'static str = "overrideTransactionStatus";
    type Output = transaction::Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<transaction::Model> {
        let stored = find_transaction(shop, self.transaction_id).await?;
        require_version(&stored, self.expected_version)?;
        let pinned = self.pinned.unwrap_or(is_final(self.status));
        if stored.status == self.status && stored.pinned == pinned {
            let state = if pinned { "pinned" } else { "not pinned" };
            return Err(Error::refused(
                RefusalCode::SameStatus,
                format!("the transaction has that status already, and is {state}"),
            ));
        }
        let note = text::note("note", self.note.as_deref().unwrap_or(""))?;
        let mut row = transaction::Model {
            pinned,
            ..stored.clone()
        };
        if note.is_some() {
            row.note.clone_from(&note);
        }
        let why = Why {
            reason: Some(self.reason),
            note,
        };
        restatus(shop, stored, row, self.status, why).await
    }
}

impl Change for ReleaseOverride {
    const NAME: &'static str = "releaseTransactionOverride";
    type Output = transaction::Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<transaction::Model> {
        let stored = find_transaction(shop, self.transaction_id).await?;
        require_version(&stored, self.expected_version)?;
        if !stored.pinned {
            return Err(Error::refused(
                RefusalCode::NotPinned,
                "the transaction has no pin to release",
            ));
        }
        let order = order_of(shop, &stored).await?;
        let mut row = transaction::Model {
            pinned: false,
            ..stored.clone()
        };
        // Only overrides give a commission its note, and this one is over.
        if row.kind == TransactionKind::Commission {
            row.note = None;
        }
        let as_open = transaction::Model {
            status: TransactionStatus::Open,
            ..row.clone()
        };
        let status = standing(&as_open, order.as_ref(), shop.shop.lock_final_statuses)
            .settled(shop.now)
            .unwrap_or(TransactionStatus::Open);
        restatus(shop, stored, row, status, Why::default()).await
    }
}

/// Stores a row with a new status or pin, and the one row of history that tells of it. On its way it is
/// open for a moment, so that its amount catches up with its order (R16).
async fn restatus(
    shop: &mut ShopWrite,
    stored: transaction::Model,
    mut row: transaction::Model,
    status: TransactionStatus,
    why: Why,
) -> Result<transaction::Model> {
    let order = order_of(shop, &stored).await?;
    if !row.pinned
        && let Some(order) = &order
    {
        catch_up(&mut row, order);
    }
    if status != stored.status {
        stamp(shop, &mut row);
    }
    set_status(&mut row, status, order.as_ref());
    if let Some(order) = &order {
        follow_order(&mut row, order);
    }
    shop.history.transaction_changed(&row, stored.status, why);
    replace(shop, &stored, row, order.as_ref()).await
}

fn catch_up(row: &mut transaction::Model, order: &order::Model) {
    row.status = TransactionStatus::Open;
    follow_order(row, order);
}
