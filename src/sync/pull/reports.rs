//! What a platform says of an order, brought to a report that the shop's rules take.

use crate::domain::order::OrderReport;
use crate::domain::{Amount, Currency, text};
use crate::sources::OrderSnapshot;

/// The report of an order, amounts rounded to what its currency has (R24), and what was left out of it; what is wrong
/// with it otherwise.
pub fn report_of(
    order: OrderSnapshot,
    shop_currency: &str,
) -> Result<(OrderReport, Option<String>), String> {
    let code = order.currency.as_deref().unwrap_or(shop_currency);
    let currency = Currency::parse(code).map_err(|it| it.message)?;
    let text = |field, amount: Option<Amount>| {
        amount
            .map(|amount| amount.minor(field, currency))
            .transpose()
            .map(|minor| minor.map(|minor| currency.format(minor)))
            .map_err(|it| it.message)
    };
    let (affiliate_code, left_out) = code_of(order.affiliate_code.as_deref());
    let report = OrderReport {
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
        affiliate_code,
        commission: None,
    };
    Ok((report, left_out))
}

/// Who brought an order, as far as it can be kept. Most often the visitor's address has said so, and nobody is to
/// keep an order out of all figures by that.
fn code_of(told: Option<&str>) -> (Option<String>, Option<String>) {
    let told = told.filter(|code| !code.trim().is_empty());
    match told.map(|code| text::required("the affiliate code", code)) {
        None => (None, None),
        Some(Ok(code)) => (Some(code), None),
        Some(Err(invalid)) => {
            let why = format!("{}; the rest of the order was taken", invalid.message);
            (None, Some(why))
        }
    }
}
