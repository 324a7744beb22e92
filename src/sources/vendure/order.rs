//! What is asked of an order, and what it says.

use std::collections::BTreeMap;

use entity::Instant;
use serde::Deserialize;

use crate::domain::Amount;
use crate::sources::OrderSnapshot;
use crate::sources::json::{Text, instant};

/// The fields of an order that are read, but for a custom one. Of its transitions the last ones are enough: its
/// state was entered by one of them.
pub const FIELDS: &str = "id code state orderPlacedAt currencyCode totalWithTax \
    payments { state amount refunds { state total } } \
    history(options: {take: 20, sort: {createdAt: DESC}, filter: {type: {eq: \"ORDER_STATE_TRANSITION\"}}}) \
    { items { createdAt data } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    id: Text,
    code: Option<Text>,
    state: String,
    #[serde(rename = "orderPlacedAt")]
    placed_at: Option<String>,
    currency_code: Option<String>,
    total_with_tax: Text,
    payments: Option<Vec<Payment>>,
    history: History,
    /// One at most, which holds who brought the order.
    custom_fields: Option<BTreeMap<String, Option<Text>>>,
}

#[derive(Deserialize)]
struct Payment {
    state: String,
    amount: Text,
    refunds: Vec<Refund>,
}

#[derive(Deserialize)]
struct Refund {
    state: String,
    total: Text,
}

#[derive(Deserialize)]
struct History {
    items: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    created_at: String,
    data: Transition,
}

#[derive(Deserialize)]
struct Transition {
    to: String,
}

impl Order {
    /// The order as it is, where amounts have so many digits behind the point.
    pub fn snapshot(self, precision: u8) -> Result<OrderSnapshot, String> {
        let [total, refunded] = self.amounts(precision)?;
        let completed_at = self.completed_at()?;
        let placed_at = self.placed_at.as_deref();
        let codes = self.custom_fields.into_iter().flatten();
        let mut codes = codes.filter_map(|(_, code)| code.map(|Text(code)| code));
        Ok(OrderSnapshot {
            external_id: self.id.0,
            number: self.code.map(|Text(code)| code),
            placed_at: placed_at
                .map(|at| instant("orderPlacedAt", at))
                .transpose()?,
            // `updatedAt` tells of a change before the last, and would make a newer report look old.
            changed_at: None,
            completed_at,
            native_status: self.state,
            currency: self.currency_code,
            total: Some(total),
            refunded: Some(refunded),
            affiliate_code: codes.find(|code| !code.trim().is_empty()),
        })
    }

    /// What it was worth before refunds, and what of it is given back. Whatever is cancelled of an order is taken
    /// off its total, in the end all of it; what was paid stays with the payments.
    fn amounts(&self, precision: u8) -> Result<[Amount; 2], String> {
        let amount = |Text(units): &Text| {
            let amount = Amount::parse("an amount", &format!("{units}e-{precision}"));
            amount.map_err(|invalid| invalid.message)
        };
        let mut paid = Amount::ZERO;
        // An order may have been paid for by several attempts, each for the whole.
        let mut tried = Amount::ZERO;
        let mut refunded = Amount::ZERO;
        for payment in self.payments.iter().flatten() {
            match payment.state.as_str() {
                "Authorized" | "Settled" => paid = paid + amount(&payment.amount)?,
                "Cancelled" => tried = tried.max(amount(&payment.amount)?),
                _ => {}
            }
            for refund in payment.refunds.iter().filter(|it| it.state != "Failed") {
                refunded = refunded + amount(&refund.total)?;
            }
        }
        let worth = amount(&self.total_with_tax)?;
        if self.state == "Cancelled" {
            let taken_back = if paid == Amount::ZERO { tried } else { paid };
            return Ok([worth.max(taken_back), refunded]);
        }
        // Whoever has paid for more than is left of it gets that back, whether somebody has seen to it or not.
        let total = worth.max(paid);
        Ok([total, refunded.max(total - worth)])
    }

    /// When it entered its state, which matters where that means COMPLETE. Of one that was cancelled: when it was
    /// delivered, if it was.
    fn completed_at(&self) -> Result<Option<Instant>, String> {
        let state = match self.state.as_str() {
            "Cancelled" => "Delivered",
            state => state,
        };
        let entries = self.history.items.iter().filter(|it| it.data.to == state);
        let times = entries.map(|entry| instant("createdAt", &entry.created_at));
        let times: Result<Vec<_>, _> = times.collect();
        Ok(times?.into_iter().max())
    }
}
