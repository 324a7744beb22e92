//! The words of the product as the API spells and explains them; what they mean is the program's own.

use async_graphql::Enum;

/// What an order is to the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::OrderStatus")]
pub enum OrderStatus {
    /// Placed, and neither complete nor cancelled.
    New,
    /// Fulfilled: its total less refunds is revenue.
    Complete,
    /// Called off, declined, returned or fake.
    Cancelled,
}

/// Why an order was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::CancelReason")]
pub enum CancelReason {
    /// The customer changed their mind.
    Customer,
    /// The payment or the order was declined.
    Declined,
    /// A prank or a fraud, never a real order.
    Fake,
    /// The goods could not be delivered.
    Inventory,
    /// Returned and paid back.
    Refunded,
    /// Any other reason.
    Other,
}

/// Where a transaction stands. COMPLETED and CANCELLED are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::TransactionStatus")]
pub enum TransactionStatus {
    /// Waits for its order.
    Open,
    /// Its order moves, or the days to wait are not over.
    InProgress,
    /// Cashable: the shop may pay it out.
    Completed,
    /// Will not be paid.
    Cancelled,
}

/// What a transaction was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::TransactionKind")]
pub enum TransactionKind {
    /// The commission on a promoted order; at most one an order.
    Commission,
    /// Entered by hand; follows its order if it has one.
    Manual,
    /// A correction by hand, cashable at once; may be negative. It follows no order.
    Adjustment,
}

/// Who set a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::StatusActor")]
pub enum StatusActor {
    /// A sync run, by the order.
    Sync,
    /// A member of the staff, by hand.
    Admin,
    /// An import or a push of orders.
    Import,
}

/// Why the staff overrode or deleted a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::OverrideReason")]
pub enum OverrideReason {
    /// The order or the affiliate cheated.
    Fraud,
    /// The goods came back.
    Returned,
    /// The affiliate bought from itself.
    SelfReferral,
    /// The same thing was recorded twice.
    Duplicate,
    /// Paid although it need not be.
    Goodwill,
    /// A mistake is put right.
    Correction,
    /// Any other reason, told in the note.
    Other,
}

/// What a token may see and do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::Role")]
pub enum Role {
    /// Sees and does everything in its shop.
    Admin,
    /// Sees every figure of its shop, changes nothing.
    Analyst,
    /// Sees its own transactions, the orders that they came from, its own counts and balance.
    Affiliate,
}

/// What the days to wait are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::WaitFrom")]
pub enum WaitFrom {
    /// The creation of the transaction; a commission counts as created when its order was placed.
    TransactionCreated,
    /// The completion of the order.
    OrderCompleted,
}

/// Whether an affiliate's earlier orders raise or lower its commission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::FactorDirection")]
pub enum FactorDirection {
    /// Each earlier order adds the factor.
    Increase,
    /// Each earlier order takes the factor off.
    Decrease,
}

/// What started a sync run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::SyncTrigger")]
pub enum SyncTrigger {
    /// The shop's interval.
    Schedule,
    /// An admin, through the API.
    Manual,
    /// The generation of a product feed.
    Feed,
    /// The command line.
    Cli,
}

/// How far a sync run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::SyncState")]
pub enum SyncState {
    /// Recorded, about to start.
    Queued,
    /// At work.
    Running,
    /// Went through; single orders may have been set aside.
    Succeeded,
    /// Stopped on the way; the next run makes it good.
    Failed,
}

/// Why sync has not made a transaction cashable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::domain::blocker::Blocker")]
pub enum TransactionBlocker {
    /// It follows no order, because none is linked or because it is an adjustment: only an admin completes it.
    NoOrder,
    /// Its order is not COMPLETE.
    OrderNotComplete,
    /// Its platform no longer has its order, as two questions in a row have shown. It is asked for once a day, and
    /// goes on once the order is back; an admin may override it.
    OrderGone,
    /// Its order could not be looked at when its platform was last asked for it: it was missing for the first time,
    /// or could not be read, or the platform could not. The next run asks again, unless the source is switched off.
    OrderUnseen,
    /// The days to wait are not over, or have not begun.
    WaitingDays,
    /// An override pins it: sync leaves it alone until an admin releases it.
    Pinned,
    /// It is CANCELLED, and sync changes final transactions no more.
    Final,
    /// The shop's sync is off.
    SyncDisabled,
}

/// How long one point of a KPI series is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::domain::period::Interval")]
pub enum KpiInterval {
    /// A calendar day.
    Day,
    /// An ISO week, which begins on Monday.
    Week,
    /// A calendar month.
    Month,
    /// Three months from January, April, July or October.
    Quarter,
    /// A calendar year.
    Year,
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::reports::Direction")]
pub enum OrderDirection {
    /// The smallest or oldest first.
    #[graphql(name = "ASC")]
    Ascending,
    /// The largest or newest first.
    #[graphql(name = "DESC")]
    Descending,
}

/// What the orders report is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::reports::OrdersSortBy")]
pub enum OrdersReportOrderField {
    /// When the customer placed the order.
    PlacedAt,
    /// The currency, then the total before refunds.
    Total,
}

/// What transactions are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::reports::TransactionsSortBy")]
pub enum TransactionOrderField {
    /// When the transaction was made; a commission counts as made when its order was placed.
    CreatedAt,
    /// The currency, then the amount.
    Amount,
    /// When the days to wait are over; those that do not know yet come last either way.
    WaitsUntil,
}

/// How promoted order counts are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::reports::PromotedSort")]
pub enum PromotedOrderCountOrder {
    /// The most orders first.
    CountDesc,
    /// The fewest orders first.
    CountAsc,
    /// By the affiliate's code.
    AffiliateCode,
}

/// What a webhook endpoint can be told of. A message's type is the name in lower case with a full stop, such as
/// `order.status_changed`; its data has `changes`, each field with what it was and what it is, and `sequence`, the
/// number in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "entity::words::WebhookEvent")]
pub enum WebhookEvent {
    /// An order has another status.
    OrderStatusChanged,
    /// A transaction has another status or pin, or was deleted.
    TransactionStatusChanged,
    /// A sync run ended, well or not. Its sequence is the last number that the history had then.
    SyncFinished,
}
