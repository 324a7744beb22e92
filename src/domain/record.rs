//! What files tell of affiliates and of transactions made by hand; orders have [`super::order::OrderReport`].

use entity::Instant;
use entity::words::{TransactionKind, TransactionStatus};

/// What a file tells of one affiliate. What is left out keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct AffiliateRecord {
    /// The shop's own key of it.
    pub code: String,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it earns anything new.
    pub active: Option<bool>,
    /// Its own rate: percent, as decimal text.
    pub commission_rate: Option<String>,
}

/// What a file tells of one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TransactionRecord {
    /// The source's id.
    pub external_id: String,
    /// Whose it is.
    pub affiliate_code: String,
    /// MANUAL where left out; never COMMISSION.
    pub kind: Option<TransactionKind>,
    /// Decimal text of either sign.
    pub amount: String,
    /// ISO 4217; the shop's where left out.
    pub currency: Option<String>,
    /// The order that it follows, if any.
    pub order_external_id: Option<String>,
    /// Where that order comes from.
    pub order_source: Option<String>,
    /// Where it stands.
    pub status: Option<TransactionStatus>,
    /// When it was made.
    pub created_at: Option<Instant>,
    /// What staff wrote to it.
    pub note: Option<String>,
}
