//! What the words of a source mean.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::door::{found, invalid, require_admin, write_as_admin};
use crate::error::Refusal;
use crate::graphql::errors::Result;
use crate::graphql::object::{StatusMapping, StatusMeaning};
use crate::graphql::reads::viewer;
use crate::graphql::user_error::UserError;
use crate::graphql::words::CancelReason;
use crate::ledger::MapStatuses;

#[derive(Debug, Default)]
pub struct StatusMutations;

/// A word that gets a meaning.
#[derive(Debug, InputObject)]
pub struct MapStatusInput {
    /// The shop; may be left out where the viewer sees exactly one.
    shop_id: Option<ID>,
    /// Where the orders come from, as `unmappedStatuses` tells it: a source's name, `api` or `file`.
    source: String,
    /// The word.
    native_status: String,
    /// What it means.
    meaning: StatusMeaning,
    /// Why an order with it is cancelled; with CANCELLED alone.
    cancel_reason: Option<CancelReason>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// What became of a word.
#[derive(Debug, SimpleObject)]
#[graphql(serial)]
pub struct MapStatusPayload {
    /// The word with its meaning; null where it got none.
    mapping: Option<StatusMapping>,
    /// How many stored orders have another status for it now.
    changed_orders: i32,
    /// Why it got none; empty where it did.
    user_errors: Vec<UserError>,
}

#[Object(serial)]
impl StatusMutations {
    /// Says what a status word of a source means; stored orders follow at once. Requires ADMIN.
    async fn map_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which word, of which source, and what it means.")] input: MapStatusInput,
    ) -> Result<MapStatusPayload> {
        require_admin(ctx)?;
        viewer(ctx)?.shop_of(input.shop_id.as_ref())?;
        let Some(meaning) = input.meaning.with(input.cancel_reason) else {
            let message = "cancelReason goes with the meaning CANCELLED alone";
            return Ok(invalid("cancelReason", message).into());
        };
        let native_status = input.native_status.trim().to_owned();
        let change = MapStatuses {
            source: input.source,
            meanings: BTreeMap::from([(native_status.clone(), meaning.to_string())]),
        };
        let changed = found!(write_as_admin(ctx, input.idempotency_key, &change).await?);
        Ok(MapStatusPayload {
            mapping: Some(StatusMapping::own(native_status, meaning)),
            changed_orders: i32::try_from(changed).unwrap_or(i32::MAX),
            user_errors: Vec::new(),
        })
    }
}

impl From<Refusal> for MapStatusPayload {
    fn from(refusal: Refusal) -> Self {
        Self {
            mapping: None,
            changed_orders: 0,
            user_errors: vec![refusal.into()],
        }
    }
}
