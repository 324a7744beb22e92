//! What a run changed, by status before and after.

use async_graphql::SimpleObject;

use crate::graphql::scalars::int;
use crate::graphql::words::TransactionStatus;
use crate::ledger::Transition;

/// How many transactions a run took from one status to another.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct TransitionCount {
    /// The status before.
    from: TransactionStatus,
    /// The status after.
    to: TransactionStatus,
    /// How many transactions.
    transactions: i32,
}

impl From<Transition> for TransitionCount {
    fn from(transition: Transition) -> Self {
        Self {
            from: transition.from.into(),
            to: transition.to.into(),
            transactions: int(transition.transactions),
        }
    }
}
