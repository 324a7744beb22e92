//! Overrides: an admin sets a status by hand (R10), and takes the pin off again (R12).

use entity::words::{OverrideReason, TransactionKind, TransactionStatus};
use entity::{affiliate_transaction as transaction, order};
use serde::Serialize;
use uuid::Uuid;

use super::history::Why;
use super::order_sources::unseen_sources;
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
        let change = Restatus {
            order: order_of(shop, &stored).await?,
            stored,
            row,
            status: self.status,
        };
        change.store(shop, why).await
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
            status: TransactionStatus::Open,
            ..stored.clone()
        };
        // Only overrides give a commission its note, and this one is over.
        if row.kind == TransactionKind::Commission {
            row.note = None;
        }
        // As though it were OPEN, its amount follows its order again (R16).
        if let Some(order) = &order {
            follow_order(&mut row, order);
        }
        let mut standing = standing(&row, order.as_ref(), shop.shop.lock_final_statuses);
        if let Some(order) = &order {
            let unseen = unseen_sources(shop.db(), shop.shop.shop_id).await?;
            standing.sight = standing.sight.among(&order.source, &unseen);
        }
        let status = standing
            .settled(shop.now)
            .unwrap_or(TransactionStatus::Open);
        let change = Restatus {
            stored,
            row,
            order,
            status,
        };
        change.store(shop, Why::default()).await
    }
}

/// A row on its way to a new status or pin.
struct Restatus {
    stored: transaction::Model,
    row: transaction::Model,
    order: Option<order::Model>,
    status: TransactionStatus,
}

impl Restatus {
    /// Stores the row, and the one row of history that tells of it.
    async fn store(self, shop: &mut ShopWrite, why: Why) -> Result<transaction::Model> {
        let (mut row, order) = (self.row, self.order.as_ref());
        if self.status != self.stored.status {
            stamp(shop, &mut row);
        }
        set_status(&mut row, self.status, order);
        if let Some(order) = order {
            follow_order(&mut row, order);
        }
        shop.history
            .transaction_changed(&row, self.stored.status, why);
        replace(shop, &self.stored, row, order).await
    }
}
