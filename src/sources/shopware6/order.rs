//! What a Shopware says of an order, and of the steps that it took.

use entity::Instant;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::domain::Amount;
use crate::sources::json::{Text, each, instant};
use crate::sources::{OrderSnapshot, Reported, SourceError};

/// Which of an order's codes says who brought it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AffiliateFrom {
    #[default]
    AffiliateCode,
    CampaignCode,
}

/// An order as a search gives it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderRow {
    id: String,
    order_number: Option<Text>,
    order_date_time: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    amount_total: Option<Amount>,
    affiliate_code: Option<String>,
    campaign_code: Option<String>,
    state_machine_state: State,
    currency: Option<Currency>,
    transactions: Option<Vec<Transaction>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    technical_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Currency {
    iso_code: String,
}

/// A payment.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    amount: Price,
    state_machine_state: State,
    captures: Option<Vec<Capture>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    total_price: Amount,
}

#[derive(Deserialize)]
struct Capture {
    refunds: Option<Vec<Refund>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refund {
    amount: Price,
    state_machine_state: State,
}

/// A step into a state.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entered {
    referenced_id: String,
    created_at: String,
    to_state_machine_state: State,
}

/// Where an order stands among all.
#[derive(Deserialize)]
struct Placed {
    #[serde(rename = "autoIncrement")]
    place: u64,
}

/// Reads orders, each by itself.
pub fn read(raw: &[Box<RawValue>], affiliate_from: AffiliateFrom) -> Vec<Reported> {
    each(raw, "id", |order| snapshot(order, affiliate_from))
}

/// Where the last of these orders stands, whether or not the rest of it can be read.
pub fn last_place(raw: &[Box<RawValue>]) -> Result<u64, SourceError> {
    let place = |order: &RawValue| serde_json::from_str(order.get()).map(|Placed { place }| place);
    let known = raw.iter().filter_map(|order| place(order).ok());
    known
        .max()
        .ok_or_else(|| SourceError::unreadable("its orders have no autoIncrement"))
}

fn snapshot(order: OrderRow, affiliate_from: AffiliateFrom) -> Result<OrderSnapshot, String> {
    let code = match affiliate_from {
        AffiliateFrom::AffiliateCode => order.affiliate_code,
        AffiliateFrom::CampaignCode => order.campaign_code,
    };
    let time = |field, text: Option<String>| text.map(|text| instant(field, &text)).transpose();
    let created_at = time("createdAt", order.created_at)?;
    let refunded = refunded(order.transactions.as_deref().unwrap_or_default());
    Ok(OrderSnapshot {
        external_id: order.id,
        number: order.order_number.map(|Text(number)| number),
        placed_at: time("orderDateTime", order.order_date_time)?,
        // Unset until the first change.
        changed_at: time("updatedAt", order.updated_at)?.or(created_at),
        completed_at: None,
        native_status: order.state_machine_state.technical_name,
        currency: order.currency.map(|currency| currency.iso_code),
        total: order.amount_total,
        // Of an order that was made smaller after it was paid, more may be paid back than it is worth now.
        refunded: refunded.map(|it| order.amount_total.map_or(it, |total| it.min(total))),
        affiliate_code: code.filter(|code| !code.trim().is_empty()),
    })
}

/// What was paid back; unset where a payment says that a part of it was, and nothing says how much.
fn refunded(transactions: &[Transaction]) -> Option<Amount> {
    transactions.iter().map(Transaction::refunded).sum()
}

impl Transaction {
    fn refunded(&self) -> Option<Amount> {
        let captures = self.captures.iter().flatten();
        let refunds = captures.flat_map(|capture| capture.refunds.iter().flatten());
        let told: Amount = refunds
            .filter(|refund| refund.state_machine_state.technical_name == "completed")
            .map(|refund| refund.amount.total_price)
            .sum();
        match self.state_machine_state.technical_name.as_str() {
            "refunded" | "chargeback" => Some(self.amount.total_price),
            "refunded_partially" if told == Amount::ZERO => None,
            _ => Some(told),
        }
    }
}

impl Entered {
    /// Which order took it.
    pub fn order_id(&self) -> &str {
        &self.referenced_id
    }

    /// Into which state.
    pub fn state(&self) -> &str {
        &self.to_state_machine_state.technical_name
    }

    /// When, where that can be read.
    pub fn at(&self) -> Option<Instant> {
        instant("createdAt", &self.created_at).ok()
    }
}
