//! Input objects of queries, checked and turned into what reports take.

mod checks;
mod orders_report;
mod transactions;

pub use self::checks::{days, optional_text, require_affiliate, text};
pub use self::orders_report::{OrdersReportFilter, OrdersReportOrder};
pub use self::transactions::{TransactionFilter, TransactionOrder};
