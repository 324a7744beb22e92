//! Orders pushed by a shop.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::words::StatusActor;

use super::door::{require_admin, write};
use crate::domain::order::OrderReport;
use crate::error::{Refusal, RefusalCode};
use crate::graphql::errors::Result;
use crate::graphql::reads::viewer;
use crate::graphql::scalars::{CurrencyCode, DateTime, Decimal, int};
use crate::graphql::user_error::{UserError, UserErrorCode};
use crate::graphql::words::CancelReason;
use crate::ledger::{FailedRow, ImportCounts, ImportOrders};

/// How many orders one call may carry.
const MAX_ORDERS: usize = 5_000;

#[derive(Debug, Default)]
pub struct OrderMutations;

/// Orders as a shop reports them.
#[derive(Debug, InputObject)]
pub struct ImportOrdersInput {
    /// The shop; may be left out where the viewer sees exactly one.
    shop_id: Option<ID>,
    /// Where the orders come from; `api` where left out. Status words are read by the table of this source.
    source: Option<String>,
    /// The orders, at most 5,000.
    orders: Vec<OrderInput>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// What is told of one order. What is left out or null keeps its value; a new order needs nativeStatus,
/// placedAt and total.
#[derive(Debug, InputObject)]
pub struct OrderInput {
    /// The source's id; with the source it says which order this is.
    external_id: String,
    /// The platform's own status word. One that no table knows makes the order NEW and is counted as unmapped.
    native_status: Option<String>,
    /// What customers and staff call the order; the external id where never told.
    number: Option<String>,
    /// When the customer placed it.
    placed_at: Option<DateTime>,
    /// When the platform last changed it. A report older than what is stored changes nothing.
    changed_at: Option<DateTime>,
    /// When it was completed.
    completed_at: Option<DateTime>,
    /// Before refunds.
    total: Option<Decimal>,
    /// How much of the total was paid back, from 0 to the total.
    refunded: Option<Decimal>,
    /// The shop's where never told.
    currency: Option<CurrencyCode>,
    /// Why it was cancelled; only with a status that means CANCELLED.
    cancel_reason: Option<CancelReason>,
    /// The code of the affiliate that brought the order; an unknown code makes an affiliate.
    affiliate_code: Option<String>,
    /// The commission, where the caller has computed it; else Cashable does.
    commission: Option<Decimal>,
}

/// What became of the orders; each is counted once.
#[derive(Debug, Default, SimpleObject)]
#[graphql(serial)]
pub struct ImportOrdersPayload {
    /// Orders that are new.
    created: i32,
    /// Orders that differ now.
    changed: i32,
    /// Orders that do not.
    unchanged: i32,
    /// Reports older than what is stored, which changed nothing.
    stale: i32,
    /// Orders that were not taken, or not wholly; all others were.
    failed: Vec<ImportOrderError>,
    /// Why the call as a whole was refused; empty where it was not.
    user_errors: Vec<UserError>,
}

/// What was wrong with one order.
#[derive(Debug, SimpleObject)]
#[graphql(serial)]
pub struct ImportOrderError {
    /// Its place among the orders of the call, from 0.
    index: i32,
    /// The id it came with.
    external_id: String,
    /// What kind of mistake it is, for programs.
    code: UserErrorCode,
    /// What was wrong with what, for people.
    message: String,
}

#[Object(serial)]
impl OrderMutations {
    /// Takes in orders, each by its external id: new ones are made, known ones brought up to date, and one
    /// with a mistake is set aside without keeping the others. Sending the same again changes nothing.
    /// Requires ADMIN.
    async fn import_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The orders, and where they come from.")] input: ImportOrdersInput,
    ) -> Result<ImportOrdersPayload> {
        require_admin(ctx)?;
        viewer(ctx)?.shop_of(input.shop_id.as_ref())?;
        if input.orders.len() > MAX_ORDERS {
            return Ok(ImportOrdersPayload::refused(Refusal {
                code: RefusalCode::TooMany,
                message: format!(
                    "one call may carry {MAX_ORDERS} orders, this one has {}",
                    input.orders.len()
                ),
                field: Some(vec!["input".to_owned(), "orders".to_owned()]),
            }));
        }
        let change = ImportOrders {
            source: input.source.unwrap_or_else(|| "api".to_owned()),
            meanings: BTreeMap::new(),
            reports: input.orders.into_iter().map(OrderReport::from).collect(),
        };
        let counts = write(ctx, StatusActor::Import, input.idempotency_key, &change).await?;
        Ok(counts.map_or_else(ImportOrdersPayload::refused, ImportOrdersPayload::from))
    }
}

impl From<OrderInput> for OrderReport {
    fn from(input: OrderInput) -> Self {
        Self {
            external_id: input.external_id,
            native_status: input.native_status,
            number: input.number,
            placed_at: input.placed_at.map(|time| time.0),
            changed_at: input.changed_at.map(|time| time.0),
            completed_at: input.completed_at.map(|time| time.0),
            total: input.total.map(|amount| amount.0),
            refunded: input.refunded.map(|amount| amount.0),
            currency: input.currency.map(|currency| currency.0),
            cancel_reason: input.cancel_reason.map(Into::into),
            affiliate_code: input.affiliate_code,
            commission: input.commission.map(|amount| amount.0),
        }
    }
}

impl ImportOrdersPayload {
    fn refused(refusal: Refusal) -> Self {
        Self {
            user_errors: vec![refusal.into()],
            ..Self::default()
        }
    }
}

impl From<ImportCounts> for ImportOrdersPayload {
    fn from(counts: ImportCounts) -> Self {
        let count = |count: u64| int(i64::try_from(count).unwrap_or(i64::MAX));
        Self {
            created: count(counts.created),
            changed: count(counts.changed),
            unchanged: count(counts.unchanged),
            stale: count(counts.stale),
            failed: counts
                .failed
                .into_iter()
                .map(ImportOrderError::from)
                .collect(),
            user_errors: Vec::new(),
        }
    }
}

impl From<FailedRow> for ImportOrderError {
    fn from(failed: FailedRow) -> Self {
        Self {
            index: i32::try_from(failed.index).unwrap_or(i32::MAX),
            external_id: failed.external_id,
            code: failed.refusal.code.into(),
            message: failed.refusal.message,
        }
    }
}
