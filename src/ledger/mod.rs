//! The one door for writes: every change of business rows is a [`Change`] that goes through [`write()`].
//!
//! A change runs in one database transaction that first locks its shop's row. So writes of one shop happen
//! one after the other: history numbers have no gap (R26), counters and rollups move with what they sum
//! (R15, R25), and an override and a running sync never lose each other's write (R14).

mod affiliates;
mod author;
mod bulk;
mod commissions;
mod counters;
mod dead_runs;
mod finished_runs;
mod history;
mod idempotency;
mod import_counts;
mod meanings;
mod miscount;
mod missing;
mod open_orders;
mod order_import;
mod order_rows;
mod order_sources;
mod order_store;
mod overrides;
mod pulled_failures;
mod pulling;
mod queue;
mod receipts;
mod receiving;
mod recount;
mod remapping;
mod repair;
mod retry;
mod rollups;
mod runs;
mod schedule;
mod settings;
mod settling;
mod shop_write;
mod shops;
mod statistics;
mod stored_orders;
mod tokens;
mod transaction_import;
mod transaction_rows;
mod transactions;
mod webhook_endpoints;
mod webhook_lanes;

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use affiliates::{CreateAffiliate, ImportAffiliates, UpdateAffiliate};
pub use author::Author;
pub use dead_runs::fail_dead_runs;
pub use import_counts::{FailedRow, ImportCounts};
pub use miscount::MiscountForDemo;
pub use open_orders::open_orders;
pub use order_import::ImportOrders;
pub use order_sources::{
    ConnectSource, DisconnectSource, SourceChange, UpdateSource, find_source, sources_of,
    unseen_sources,
};
pub use overrides::{OverrideStatus, ReleaseOverride};
pub use pulling::{BeginSettling, NoteSource, StorePulled, TakenIn, UNREAD_LIMIT, unread_of};
pub use receiving::{StoreHinted, StorePushed};
pub use recount::Recount;
pub use remapping::MapStatuses;
pub use repair::Repair;
pub use retry::read_again;
pub use runs::{FinishRun, KeepLease, LEASE_MILLIS, QueueRun, QueuedRun, StartRun};
pub use schedule::shops_to_sync;
pub use settings::{Factor, UpdateSettings};
pub use settling::{Days, Preview, SettleChunk, Settled, Transition, preview, target_status};
pub use shop_write::ShopWrite;
pub use shops::{NewShop, create_shop, create_shop_with, require_shop, shop_id_of};
pub use statistics::refresh_statistics;
pub use tokens::{CreateToken, CreatedToken, RevokeToken, is_token, parse_secret, touch_token};
pub use transaction_import::ImportTransactions;
pub use transactions::{CreateTransaction, DeleteTransaction};
pub use webhook_endpoints::{
    AddWebhookEndpoint, ChangeWebhookEndpoint, RemoveWebhookEndpoint, RotateWebhookSecret,
};
pub use webhook_lanes::{Failure, Reached, WebhookLane};

use crate::app::App;
use crate::error::Result;

/// One change of one shop, applied whole or not at all.
pub trait Change: Serialize + Send + Sync {
    /// Names the change where requests are told apart.
    const NAME: &'static str;
    /// What it answers.
    type Output: Serialize + DeserializeOwned + Send;

    /// Makes the change. It may be called again after a rollback, so it keeps nothing outside of `shop`.
    fn apply(&self, shop: &mut ShopWrite) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Applies a change in one transaction, again where the database asks for it, and remembers its answer
/// where the caller gave a key to repeat it by.
pub async fn write<C: Change>(
    app: &App,
    shop_id: i64,
    author: &Author,
    change: &C,
) -> Result<C::Output> {
    let request = author.idempotency(change)?;
    let mut tries = retry::Tries::new();
    loop {
        let outcome = match &request {
            None => attempt(app, shop_id, author, change).await,
            Some(request) => request.once(app, shop_id, author, change).await,
        };
        match outcome {
            Ok(output) => return Ok(output),
            Err(error) => tries.again_after(error).await?,
        }
    }
}

/// Applies a change and takes it back: what it would answer, with nothing changed.
pub async fn rehearse<C: Change>(
    app: &App,
    shop_id: i64,
    author: &Author,
    change: &C,
) -> Result<C::Output> {
    let mut shop = ShopWrite::begin(app, shop_id, author).await?;
    change.apply(&mut shop).await
}

async fn attempt<C: Change>(
    app: &App,
    shop_id: i64,
    author: &Author,
    change: &C,
) -> Result<C::Output> {
    let mut shop = ShopWrite::begin(app, shop_id, author).await?;
    let output = change.apply(&mut shop).await?;
    shop.commit().await?;
    Ok(output)
}
