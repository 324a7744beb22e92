//! The tables as SeaORM entities: columns and the words stored in them, no behaviour.
//!
//! Every table is keyed by shop first, and amounts are whole minor units of the currency beside them.

pub mod access_token;
pub mod affiliate;
pub mod affiliate_transaction;
pub mod finished_run;
pub mod idempotency_key;
pub mod kpi_day;
pub mod kpi_month;
pub mod order;
pub mod order_source;
pub mod shop;
pub mod status_change;
pub mod status_mapping;
pub mod sync_failure;
pub mod sync_lease;
pub mod sync_run;
pub mod time;
pub mod unsettled_transaction;
pub mod webhook_endpoint;
pub mod words;
pub mod write_receipt;

pub use time::{Day, Instant};
