//! Orders between the table and the rules: rows to states and back.

use entity::{Instant, order, shop};
use uuid::Uuid;

use crate::domain::Currency;
use crate::domain::order::OrderState;
use crate::domain::zone::{day_of, parse_zone};
use crate::error::Result;

/// What the rules know of a stored order.
pub(super) fn state_of(row: &order::Model) -> Result<OrderState> {
    Ok(OrderState {
        number: row.number.clone(),
        status: row.status,
        in_progress: row.in_progress,
        native_status: row.native_status.clone(),
        mapped: row.mapped,
        cancel_reason: row.cancel_reason,
        placed_at: row.placed_at,
        changed_at: row.changed_at,
        status_changed_at: row.status_changed_at,
        completed_at: row.completed_at,
        currency: Currency::parse(&row.currency)?,
        total_minor: row.total_minor,
        refunded_minor: row.refunded_minor,
        affiliate_code: row.affiliate_code.clone(),
    })
}

/// What makes an order the one that it is, whatever its state.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) id: Uuid,
    pub(super) source: String,
    pub(super) external_id: String,
    pub(super) affiliate_id: Option<Uuid>,
    pub(super) missed_at: Option<Instant>,
    pub(super) gone_at: Option<Instant>,
}

impl Identity {
    pub(super) fn of(row: &order::Model) -> Self {
        Self {
            id: row.id,
            source: row.source.clone(),
            external_id: row.external_id.clone(),
            affiliate_id: row.affiliate_id,
            missed_at: row.missed_at,
            gone_at: row.gone_at,
        }
    }

    /// The same, of which its source has just told.
    pub(super) fn seen(row: &order::Model) -> Self {
        Self {
            missed_at: None,
            gone_at: None,
            ..Self::of(row)
        }
    }

    /// The row of this order in this state.
    pub(super) fn with_state(self, shop: &shop::Model, state: OrderState) -> Result<order::Model> {
        Ok(order::Model {
            shop_id: shop.shop_id,
            id: self.id,
            source: self.source,
            external_id: self.external_id,
            number: state.number,
            status: state.status,
            in_progress: state.in_progress,
            native_status: state.native_status,
            mapped: state.mapped,
            cancel_reason: state.cancel_reason,
            placed_at: state.placed_at,
            placed_on: day_of(state.placed_at, parse_zone(&shop.time_zone)?),
            changed_at: state.changed_at,
            status_changed_at: state.status_changed_at,
            completed_at: state.completed_at,
            currency: state.currency.code().to_owned(),
            total_minor: state.total_minor,
            refunded_minor: state.refunded_minor,
            affiliate_code: state.affiliate_code,
            affiliate_id: self.affiliate_id,
            missed_at: self.missed_at,
            gone_at: self.gone_at,
        })
    }
}
