//! Overrides, and transactions made and deleted by hand.

use async_graphql::{Context, ID, InputObject, Object};

use super::door::{found, optional_row, row, write_as_admin};
use super::payload::payload;
use crate::graphql::errors::Result;
use crate::graphql::node_id::{self, NodeKind};
use crate::graphql::object::Transaction;
use crate::graphql::reads::viewer;
use crate::graphql::scalars::{CurrencyCode, Decimal};
use crate::graphql::words::{OverrideReason, TransactionKind, TransactionStatus};
use crate::ledger::{CreateTransaction, DeleteTransaction, OverrideStatus, ReleaseOverride};

#[derive(Debug, Default)]
pub struct TransactionMutations;

/// Which transaction gets which status by hand, and why.
#[derive(Debug, InputObject)]
pub struct OverrideTransactionStatusInput {
    /// The transaction.
    transaction_id: ID,
    /// What it becomes; any status may follow any other.
    status: TransactionStatus,
    /// Why, for the staff; affiliates do not see it.
    reason: OverrideReason,
    /// Why, in words that the affiliate sees too. Left out, the present note stays.
    note: Option<String>,
    /// Whether sync must leave the transaction alone until it is released. By default true for COMPLETED and
    /// CANCELLED, false for OPEN and IN_PROGRESS.
    pinned: Option<bool>,
    /// The version that the caller has read: VERSION_CONFLICT when the transaction has moved on since.
    expected_version: Option<i32>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// Which transaction's override to release.
#[derive(Debug, InputObject)]
pub struct ReleaseTransactionOverrideInput {
    /// The transaction.
    transaction_id: ID,
    /// The version that the caller has read: VERSION_CONFLICT when the transaction has moved on since.
    expected_version: Option<i32>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// A transaction to be made by hand.
#[derive(Debug, InputObject)]
pub struct CreateTransactionInput {
    /// Who earns or owes.
    affiliate_id: ID,
    /// The order that it is for. A MANUAL transaction follows it; without an order it stays OPEN until it is
    /// overridden.
    order_id: Option<ID>,
    /// MANUAL, or ADJUSTMENT, which is cashable at once. A COMMISSION comes with its order.
    kind: TransactionKind,
    /// How much, in the currency; negative only for an ADJUSTMENT.
    amount: Decimal,
    /// In which currency.
    currency: CurrencyCode,
    /// What it is for, in words that the affiliate sees too.
    note: Option<String>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and makes nothing again.
    idempotency_key: Option<String>,
}

/// Which transaction to delete, and why.
#[derive(Debug, InputObject)]
pub struct DeleteTransactionInput {
    /// The transaction.
    transaction_id: ID,
    /// Why, for the staff; affiliates do not see it.
    reason: OverrideReason,
    /// Why, in words for the history.
    note: Option<String>,
    /// The version that the caller has read: VERSION_CONFLICT when the transaction has moved on since.
    expected_version: Option<i32>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

payload! {
    /// What became of an override.
    OverrideTransactionStatusPayload {
        /// The transaction as it stands now; null where it was not changed.
        transaction: Transaction
    }
}

payload! {
    /// What became of a release.
    ReleaseTransactionOverridePayload {
        /// The transaction as it stands now; null where it was not changed.
        transaction: Transaction
    }
}

payload! {
    /// What became of a transaction to be made.
    CreateTransactionPayload {
        /// The new transaction; null where none was made.
        transaction: Transaction
    }
}

payload! {
    /// What became of a deletion.
    DeleteTransactionPayload {
        /// The id of the transaction that is deleted now; null where it was not.
        deleted_transaction_id: ID
    }
}

#[Object(serial)]
impl TransactionMutations {
    /// Sets a transaction's status by hand. SAME_STATUS where it has that status and that pin already.
    /// Requires ADMIN.
    async fn override_transaction_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transaction, what it becomes, and why.")]
        input: OverrideTransactionStatusInput,
    ) -> Result<OverrideTransactionStatusPayload> {
        let id = row(
            ctx,
            NodeKind::Transaction,
            "transactionId",
            &input.transaction_id,
        )?;
        let change = OverrideStatus {
            transaction_id: found!(id),
            status: input.status.into(),
            reason: input.reason.into(),
            note: input.note,
            pinned: input.pinned,
            expected_version: input.expected_version,
        };
        Ok(write_as_admin(ctx, input.idempotency_key, &change)
            .await?
            .into())
    }

    /// Takes the pin off and settles the transaction at once by its order, as though it were OPEN; also while
    /// sync is off. NOT_PINNED where there is no pin. Requires ADMIN.
    async fn release_transaction_override(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transaction.")] input: ReleaseTransactionOverrideInput,
    ) -> Result<ReleaseTransactionOverridePayload> {
        let id = row(
            ctx,
            NodeKind::Transaction,
            "transactionId",
            &input.transaction_id,
        )?;
        let change = ReleaseOverride {
            transaction_id: found!(id),
            expected_version: input.expected_version,
        };
        Ok(write_as_admin(ctx, input.idempotency_key, &change)
            .await?
            .into())
    }

    /// Makes a transaction by hand: MANUAL, or an ADJUSTMENT, which may be negative and is cashable at once.
    /// Requires ADMIN.
    async fn create_transaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose it is, how much, and what for.")] input: CreateTransactionInput,
    ) -> Result<CreateTransactionPayload> {
        let affiliate = row(ctx, NodeKind::Affiliate, "affiliateId", &input.affiliate_id)?;
        let order = optional_row(ctx, NodeKind::Order, "orderId", input.order_id.as_ref())?;
        let change = CreateTransaction {
            affiliate_id: found!(affiliate),
            order_id: found!(order),
            kind: input.kind.into(),
            amount: input.amount.0,
            currency: input.currency.0,
            note: input.note,
        };
        Ok(write_as_admin(ctx, input.idempotency_key, &change)
            .await?
            .into())
    }

    /// Deletes a transaction. It stays in the history, counts nowhere, and no import brings it back.
    /// Requires ADMIN.
    async fn delete_transaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transaction, and why.")] input: DeleteTransactionInput,
    ) -> Result<DeleteTransactionPayload> {
        let id = row(
            ctx,
            NodeKind::Transaction,
            "transactionId",
            &input.transaction_id,
        )?;
        let change = DeleteTransaction {
            transaction_id: found!(id),
            reason: input.reason.into(),
            note: input.note,
            expected_version: input.expected_version,
        };
        let shop_id = viewer(ctx)?.shop_id;
        let deleted = write_as_admin(ctx, input.idempotency_key, &change).await?;
        Ok(deleted
            .map(|id| node_id::encode(NodeKind::Transaction, shop_id, id))
            .into())
    }
}
