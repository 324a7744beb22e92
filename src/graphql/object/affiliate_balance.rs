//! What an affiliate's transactions come to.

use async_graphql::SimpleObject;

use crate::error::Result;
use crate::graphql::money::Money;
use crate::reports::Balance;

/// What an affiliate's transactions come to in one currency.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct AffiliateBalance {
    /// OPEN and IN_PROGRESS transactions: may become cashable.
    pending: Money,
    /// COMPLETED transactions: the shop may pay them out. Negative adjustments are taken off.
    cashable: Money,
    /// CANCELLED transactions: will not be paid.
    cancelled: Money,
}

impl AffiliateBalance {
    /// As the sums are stored.
    pub fn stored(balance: &Balance) -> Result<Self> {
        let money = |minor| Money::stored(minor, &balance.currency);
        Ok(Self {
            pending: money(balance.pending_minor)?,
            cashable: money(balance.cashable_minor)?,
            cancelled: money(balance.cancelled_minor)?,
        })
    }
}
