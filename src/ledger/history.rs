//! R26: every change of a status, a pin or a deletion is one row, numbered without gaps.

use entity::words::{OrderStatus, OverrideReason, TransactionStatus};
use entity::{Instant, affiliate_transaction, order, status_change};
use sea_orm::{ActiveEnum, ConnectionTrait};
use uuid::Uuid;

use super::{Author, bulk};
use crate::error::Result;

/// What a deletion changes a status to.
const DELETED: &str = "DELETED";

/// The rows that a write adds, and the last number given.
#[derive(Debug)]
pub(super) struct History {
    last_sequence: i64,
    rows: Vec<Row>,
}

#[derive(Debug, Default)]
struct Row {
    order_id: Option<Uuid>,
    transaction_id: Option<Uuid>,
    from_status: String,
    to_status: String,
    pinned: Option<bool>,
    why: Why,
}

/// Why an admin did it.
#[derive(Clone, Debug, Default)]
pub(super) struct Why {
    pub(super) reason: Option<OverrideReason>,
    pub(super) note: Option<String>,
}

impl History {
    pub(super) fn after(last_sequence: i64) -> Self {
        Self {
            last_sequence,
            rows: Vec::new(),
        }
    }

    /// The next free number; rows that SQL writes itself start there.
    pub(super) fn next_sequence(&self) -> Result<i64> {
        if self.rows.is_empty() {
            return Ok(self.last_sequence + 1);
        }
        let buffered = "history rows are buffered and cannot be numbered by SQL too";
        Err(crate::error::Error::Unexpected(buffered.to_owned()))
    }

    /// Accounts for numbers that SQL has given itself.
    pub(super) fn skip(&mut self, rows: u64) {
        self.last_sequence += i64::try_from(rows).unwrap_or(0);
    }

    pub(super) fn order_changed(&mut self, order: &order::Model, from: OrderStatus) {
        self.rows.push(Row {
            order_id: Some(order.id),
            from_status: from.to_value(),
            to_status: order.status.to_value(),
            ..Row::default()
        });
    }

    pub(super) fn transaction_changed(
        &mut self,
        row: &affiliate_transaction::Model,
        from: TransactionStatus,
        why: Why,
    ) {
        self.rows.push(Row {
            transaction_id: Some(row.id),
            from_status: from.to_value(),
            to_status: row.status.to_value(),
            pinned: Some(row.pinned),
            why,
            ..Row::default()
        });
    }

    pub(super) fn transaction_deleted(&mut self, row: &affiliate_transaction::Model, why: Why) {
        self.rows.push(Row {
            transaction_id: Some(row.id),
            from_status: row.status.to_value(),
            to_status: DELETED.to_owned(),
            pinned: Some(row.pinned),
            why,
            ..Row::default()
        });
    }

    /// Writes the rows and returns the last number given.
    pub(super) async fn flush(
        self,
        db: &impl ConnectionTrait,
        shop_id: i64,
        at: Instant,
        author: &Author,
    ) -> Result<i64> {
        let last_sequence = self.last_sequence + i64::try_from(self.rows.len()).unwrap_or(0);
        let rows = (self.last_sequence + 1..)
            .zip(self.rows)
            .map(|(sequence, row)| status_change::Model {
                shop_id,
                sequence,
                at,
                order_id: row.order_id,
                transaction_id: row.transaction_id,
                from_status: row.from_status,
                to_status: row.to_status,
                pinned: row.pinned,
                actor: author.actor,
                actor_name: author.name.clone(),
                sync_run_id: author.sync_run_id,
                reason: row.why.reason,
                note: row.why.note,
            });
        bulk::insert::<status_change::Entity>(db, rows.collect()).await?;
        Ok(last_sequence)
    }
}
