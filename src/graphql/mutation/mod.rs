//! What admins do: each mutation authorises, makes one change through the ledger, and tells what became of
//! it. What a caller can run into in honest use comes back as data, in `userErrors`.

mod affiliates;
mod door;
mod order_sources;
mod orders;
mod payload;
mod settings;
mod statuses;
mod sync;
mod tokens;
mod transactions;

use async_graphql::MergedObject;

/// What admins do. Every mutation needs a token with role ADMIN.
#[derive(Debug, Default, MergedObject)]
#[graphql(serial)]
pub struct Mutation(
    affiliates::AffiliateMutations,
    order_sources::OrderSourceMutations,
    orders::OrderMutations,
    settings::SettingsMutations,
    statuses::StatusMutations,
    sync::SyncMutations,
    tokens::TokenMutations,
    transactions::TransactionMutations,
);
