//! The object types: each is made from a row, with the siblings of its page, and reads the rest when asked.

mod access_token;
mod affiliate;
mod affiliate_balance;
mod affiliates;
mod kpi;
mod kpi_report;
mod last_sync;
mod node;
mod order;
mod order_source;
mod order_source_check;
mod orders_report;
mod promoted_order_count;
mod shop;
mod shop_settings;
mod status_change;
mod status_mapping;
mod sync_failure;
mod sync_run;
mod sync_runs;
mod transaction;
mod transactions;
mod transition_count;
mod unmapped_status;
mod viewer;

pub use self::access_token::{AccessToken, AccessTokenConnection, AccessTokens};
pub use self::affiliate::Affiliate;
pub use self::affiliate_balance::AffiliateBalance;
pub use self::affiliates::{AffiliateConnection, Affiliates};
pub use self::kpi::Kpi;
pub use self::kpi_report::KpiReport;
pub use self::last_sync::LastSync;
pub use self::node::Node;
pub use self::order::Order;
pub use self::order_source::OrderSource;
pub use self::order_source_check::OrderSourceCheck;
pub use self::orders_report::{OrdersReport, OrdersReportConnection};
pub use self::promoted_order_count::{
    PromotedOrderCount, PromotedOrderCountConnection, PromotedOrderCounts,
};
pub use self::shop::{Shop, ShopConnection, Shops};
pub use self::shop_settings::ShopSettings;
pub use self::status_change::{StatusChangeConnection, StatusChanges};
pub use self::status_mapping::{StatusMapping, StatusMeaning};
pub use self::sync_failure::{SyncFailureConnection, SyncFailures};
pub use self::sync_run::SyncRun;
pub use self::sync_runs::{SyncRunConnection, SyncRuns};
pub use self::transaction::Transaction;
pub use self::transactions::{TransactionConnection, Transactions};
pub use self::transition_count::TransitionCount;
pub use self::unmapped_status::UnmappedStatus;
