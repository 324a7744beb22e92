//! Everything that is read: listings, look-ups and figures. The only code that aggregates; it never
//! writes, and knows neither GraphQL nor HTTP.
//!
//! Each function takes a connection, or a snapshot where several figures must agree (R25), and a
//! [`Scope`], or a shop's id where only the staff may ask. Listings are paged by position, see
//! [`Sorting`].

mod affiliates;
mod audit;
mod balances;
mod columns;
mod days;
#[cfg(test)]
mod fixtures;
mod history;
mod id_lists;
mod keyset;
mod kpi;
mod kpi_figures;
mod kpi_memory;
mod last_sync;
mod order_lookups;
mod order_parts;
mod orders;
mod orders_summary;
mod page;
mod promoted;
mod promoted_links;
mod recount;
mod rollups;
mod row;
mod scope;
mod search;
mod shops;
mod status_mappings;
mod sync_runs;
mod syncs;
mod tokens;
mod transactions;
mod unmapped;
mod webhook_endpoints;
mod webhook_events;
mod webhook_subjects;
#[cfg(test)]
mod world;

pub use affiliates::{
    AffiliatesByCode, affiliates_by_ids, count_affiliates, find_affiliate, find_affiliate_by_code,
    list_affiliates,
};
pub use audit::{Findings, audit};
pub use balances::{Balance, balances_of};
pub use columns::Columns;
pub use days::DayRange;
pub use history::{BySequence, ChangesOf, count_changes, list_changes};
pub use keyset::{Direction, SortColumn, Sorting};
pub use kpi::Kpi;
pub use kpi_figures::{KpiFigures, kpi};
pub use kpi_memory::{KpiAnswer, KpiMemory, KpiQuestion};
pub use last_sync::{LastSync, last_sync};
pub use order_lookups::{find_order, find_order_by_external_id, orders_by_ids};
pub use order_parts::{OrderParts, Parts, find_order_with, list_orders_with};
pub use orders::{OrdersFilter, OrdersSort, OrdersSortBy, count_orders, list_orders};
pub use orders_summary::{OrdersSummary, summarize_orders};
pub use page::{DEFAULT_SIZE, Key, Page, PageRequest, Position};
pub use promoted::{PromotedCount, PromotedSort, list_promoted_counts, promoted_counts_of};
pub use recount::{kpi_from_rows, rollups_from_rows};
pub use rollups::WHOLE_SHOP;
pub use scope::Scope;
pub use shops::{ShopsById, find_shop, list_own_shops, list_shops};
pub use status_mappings::status_mappings;
pub use sync_runs::{
    FailuresByOrder, NewestRuns, count_failures, count_runs, find_run, list_failures, list_runs,
    runs_by_ids,
};
pub use syncs::list_syncs;
pub use tokens::{
    NewestTokens, count_tokens, find_token, find_token_with_shop, list_tokens, tokens_by_ids,
};
pub use transactions::{
    TransactionsFilter, TransactionsSort, TransactionsSortBy, count_transactions, find_transaction,
    list_transactions, transactions_by_ids, transactions_of_orders,
};
pub use unmapped::{UnmappedStatus, unmapped_statuses};
pub use webhook_endpoints::{endpoints_to_tell, list_webhook_endpoints, webhook_endpoints_by_ids};
pub use webhook_events::{Behind, Changed, Happened, ToTell, list_happenings};
