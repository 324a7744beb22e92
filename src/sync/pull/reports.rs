//! What a platform says of an order, brought to a report that the shop's rules take.

use crate::domain::order::OrderReport;
use crate::domain::{Amount, Currency};
use crate::sources::OrderSnapshot;

/// The report of an order, amounts rounded to what its currency has (R24); what is wrong with it otherwise.
pub fn report_of(order: OrderSnapshot, shop_currency: &str) -> Result<OrderReport, String> {
    let code = order.currency.as_deref().unwrap_or(shop_currency);
    let currency = Currency::parse(code).map_err(|it| it.message)?;
    let text = |field, amount: Option<Amount>| {
        amount
            .map(|amount| amount.minor(field, currency))
            .transpose()
            .map(|minor| minor.map(|minor| currency.format(minor)))
            .map_err(|it| it.message)
    };
    Ok(OrderReport {
        total: text("total", order.total)?,
        refunded: text("refunded", order.refunded)?,
        external_id: order.external_id,
        native_status: Some(order.native_status),
        number: order.number,
        placed_at: order.placed_at,
        changed_at: order.changed_at,
        completed_at: order.completed_at,
        currency: Some(currency.code().to_owned()),
        cancel_reason: None,
        affiliate_code: order.affiliate_code,
        commission: None,
    })
}
