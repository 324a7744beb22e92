//! The words of the product as they are stored: one enum a word list, spelled alike in SQL, Rust and GraphQL.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// What an order is to the shop (R1).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum OrderStatus {
    /// Placed, and neither complete nor cancelled.
    #[sea_orm(string_value = "NEW")]
    #[serde(rename = "NEW")]
    New,
    /// Fulfilled: its total counts as revenue.
    #[sea_orm(string_value = "COMPLETE")]
    #[serde(rename = "COMPLETE")]
    Complete,
    /// Called off, returned or fake.
    #[sea_orm(string_value = "CANCELLED")]
    #[serde(rename = "CANCELLED")]
    Cancelled,
}

/// Why an order was cancelled.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum CancelReason {
    /// The customer changed their mind.
    #[sea_orm(string_value = "CUSTOMER")]
    #[serde(rename = "CUSTOMER")]
    Customer,
    /// The payment or the order was declined.
    #[sea_orm(string_value = "DECLINED")]
    #[serde(rename = "DECLINED")]
    Declined,
    /// A prank or a fraud, never a real order.
    #[sea_orm(string_value = "FAKE")]
    #[serde(rename = "FAKE")]
    Fake,
    /// The goods could not be delivered.
    #[sea_orm(string_value = "INVENTORY")]
    #[serde(rename = "INVENTORY")]
    Inventory,
    /// Returned and paid back.
    #[sea_orm(string_value = "REFUNDED")]
    #[serde(rename = "REFUNDED")]
    Refunded,
    /// Any other reason.
    #[sea_orm(string_value = "OTHER")]
    #[serde(rename = "OTHER")]
    Other,
}

/// Where an affiliate transaction stands (R6).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum TransactionStatus {
    /// Waits for its order.
    #[sea_orm(string_value = "OPEN")]
    #[serde(rename = "OPEN")]
    Open,
    /// The order moves, or the days to wait are not over.
    #[sea_orm(string_value = "IN_PROGRESS")]
    #[serde(rename = "IN_PROGRESS")]
    InProgress,
    /// Cashable: the shop may pay it out.
    #[sea_orm(string_value = "COMPLETED")]
    #[serde(rename = "COMPLETED")]
    Completed,
    /// Will not be paid.
    #[sea_orm(string_value = "CANCELLED")]
    #[serde(rename = "CANCELLED")]
    Cancelled,
}

/// What a transaction was made for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum TransactionKind {
    /// The commission on a promoted order.
    #[sea_orm(string_value = "COMMISSION")]
    #[serde(rename = "COMMISSION")]
    Commission,
    /// Entered by hand; follows its order if it has one.
    #[sea_orm(string_value = "MANUAL")]
    #[serde(rename = "MANUAL")]
    Manual,
    /// A correction by hand, cashable at once; may be negative.
    #[sea_orm(string_value = "ADJUSTMENT")]
    #[serde(rename = "ADJUSTMENT")]
    Adjustment,
}

/// Who set a status.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum StatusActor {
    /// A sync run.
    #[sea_orm(string_value = "SYNC")]
    #[serde(rename = "SYNC")]
    Sync,
    /// A member of the staff.
    #[sea_orm(string_value = "ADMIN")]
    #[serde(rename = "ADMIN")]
    Admin,
    /// An import or a push of orders.
    #[sea_orm(string_value = "IMPORT")]
    #[serde(rename = "IMPORT")]
    Import,
}

/// Why an admin overrode or deleted.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum OverrideReason {
    /// The order or the affiliate cheated.
    #[sea_orm(string_value = "FRAUD")]
    #[serde(rename = "FRAUD")]
    Fraud,
    /// The goods came back.
    #[sea_orm(string_value = "RETURNED")]
    #[serde(rename = "RETURNED")]
    Returned,
    /// The affiliate bought from itself.
    #[sea_orm(string_value = "SELF_REFERRAL")]
    #[serde(rename = "SELF_REFERRAL")]
    SelfReferral,
    /// The same thing was recorded twice.
    #[sea_orm(string_value = "DUPLICATE")]
    #[serde(rename = "DUPLICATE")]
    Duplicate,
    /// Paid although it need not be.
    #[sea_orm(string_value = "GOODWILL")]
    #[serde(rename = "GOODWILL")]
    Goodwill,
    /// A mistake is put right.
    #[sea_orm(string_value = "CORRECTION")]
    #[serde(rename = "CORRECTION")]
    Correction,
    /// Any other reason, told in the note.
    #[sea_orm(string_value = "OTHER")]
    #[serde(rename = "OTHER")]
    Other,
}

/// What a token may see and do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Role {
    /// Everything in its shop.
    #[sea_orm(string_value = "ADMIN")]
    #[serde(rename = "ADMIN")]
    Admin,
    /// Reads every figure, changes nothing.
    #[sea_orm(string_value = "ANALYST")]
    #[serde(rename = "ANALYST")]
    Analyst,
    /// Reads what is its own.
    #[sea_orm(string_value = "AFFILIATE")]
    #[serde(rename = "AFFILIATE")]
    Affiliate,
}

/// What the days to wait are counted from (R7).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WaitFrom {
    /// The creation of the transaction: a commission counts as created when its order was placed.
    #[sea_orm(string_value = "TRANSACTION_CREATED")]
    #[serde(rename = "TRANSACTION_CREATED")]
    TransactionCreated,
    /// The completion of the order.
    #[sea_orm(string_value = "ORDER_COMPLETED")]
    #[serde(rename = "ORDER_COMPLETED")]
    OrderCompleted,
}

/// Whether each earlier order raises or lowers a commission (R16).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum FactorDirection {
    /// Each earlier order adds the factor.
    #[sea_orm(string_value = "INCREASE")]
    #[serde(rename = "INCREASE")]
    Increase,
    /// Each earlier order takes the factor off.
    #[sea_orm(string_value = "DECREASE")]
    #[serde(rename = "DECREASE")]
    Decrease,
}

/// What started a sync run (R17).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum SyncTrigger {
    /// The interval of the shop.
    #[sea_orm(string_value = "SCHEDULE")]
    #[serde(rename = "SCHEDULE")]
    Schedule,
    /// An admin.
    #[sea_orm(string_value = "MANUAL")]
    #[serde(rename = "MANUAL")]
    Manual,
    /// The generation of a product feed.
    #[sea_orm(string_value = "FEED")]
    #[serde(rename = "FEED")]
    Feed,
    /// The command line.
    #[sea_orm(string_value = "CLI")]
    #[serde(rename = "CLI")]
    Cli,
}

/// How far a sync run is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum SyncState {
    /// Recorded, about to start.
    #[sea_orm(string_value = "QUEUED")]
    #[serde(rename = "QUEUED")]
    Queued,
    /// At work.
    #[sea_orm(string_value = "RUNNING")]
    #[serde(rename = "RUNNING")]
    Running,
    /// Went through.
    #[sea_orm(string_value = "SUCCEEDED")]
    #[serde(rename = "SUCCEEDED")]
    Succeeded,
    /// Stopped; the next run makes it good.
    #[sea_orm(string_value = "FAILED")]
    #[serde(rename = "FAILED")]
    Failed,
}

/// What a shop's other tools can be told of, by the names that messages have.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum WebhookEvent {
    /// An order has another status.
    #[sea_orm(string_value = "order.status_changed")]
    #[serde(rename = "order.status_changed")]
    OrderStatusChanged,
    /// A transaction has another status or pin, or was deleted.
    #[sea_orm(string_value = "transaction.status_changed")]
    #[serde(rename = "transaction.status_changed")]
    TransactionStatusChanged,
    /// A sync run ended, well or not.
    #[sea_orm(string_value = "sync.finished")]
    #[serde(rename = "sync.finished")]
    SyncFinished,
}
