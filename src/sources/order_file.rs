//! Orders from a file.

use std::io::Read;

use chrono_tz::Tz;

use super::cells::Cells;
use super::column::{Column, Kind};
use super::row::read_rows;
use super::{FileError, Format, Mapping, Row};
use crate::domain::Invalid;
use crate::domain::order::OrderReport;
use crate::domain::status::parse_reason;

const EXTERNAL_ID: Column = Column::new("external_id", "externalId");
const NATIVE_STATUS: Column = Column::new("native_status", "nativeStatus");
const NUMBER: Column = Column::new("number", "number");
const PLACED_AT: Column = Column::new("placed_at", "placedAt");
const CHANGED_AT: Column = Column::new("changed_at", "changedAt");
const COMPLETED_AT: Column = Column::new("completed_at", "completedAt");
const TOTAL: Column = Column::new("total", "total");
const REFUNDED: Column = Column::new("refunded", "refunded");
const CURRENCY: Column = Column::new("currency", "currency");
const CANCEL_REASON: Column = Column::new("cancel_reason", "cancelReason");
const AFFILIATE_CODE: Column = Column::new("affiliate_code", "affiliateCode");
const COMMISSION: Column = Column::new("commission", "commission");

const REASONS: &str = "CUSTOMER, DECLINED, FAKE, INVENTORY, REFUNDED or OTHER";

/// Only the id must be there, since a later report may carry just what has changed (R2).
pub(super) const KIND: Kind = Kind {
    plural: "orders",
    columns: &[
        EXTERNAL_ID,
        NATIVE_STATUS,
        NUMBER,
        PLACED_AT,
        CHANGED_AT,
        COMPLETED_AT,
        TOTAL,
        REFUNDED,
        CURRENCY,
        CANCEL_REASON,
        AFFILIATE_CODE,
        COMMISSION,
    ],
    required: 1,
    key_suffices: false,
};

/// Reads the orders of a file one after the other. Times without an offset are in the zone of the mapping
/// file, else in the shop's.
pub fn read_orders<R: Read>(
    reader: R,
    format: Format,
    mapping: &Mapping,
    shop_zone: Tz,
) -> Result<impl Iterator<Item = Result<Row<OrderReport>, FileError>> + use<R>, FileError> {
    let zone = mapping.time_zone.unwrap_or(shop_zone);
    let currency = mapping.currency.clone();
    read_rows(reader, format, mapping, &KIND, move |cells| {
        read_order(cells, zone, currency.as_deref())
    })
}

fn read_order(cells: &Cells, zone: Tz, currency: Option<&str>) -> Result<OrderReport, Invalid> {
    let mut order = OrderReport {
        external_id: cells.required(EXTERNAL_ID)?,
        native_status: cells.text(NATIVE_STATUS)?,
        number: cells.text(NUMBER)?,
        placed_at: cells.instant(PLACED_AT, zone)?,
        changed_at: cells.instant(CHANGED_AT, zone)?,
        completed_at: cells.instant(COMPLETED_AT, zone)?,
        total: cells.amount(TOTAL)?,
        refunded: cells.amount(REFUNDED)?,
        currency: cells.currency(CURRENCY)?,
        cancel_reason: cells.word(CANCEL_REASON, parse_reason, REASONS)?,
        affiliate_code: cells.text(AFFILIATE_CODE)?,
        commission: cells.amount(COMMISSION)?,
    };
    if order.currency.is_none() && has_amount(&order) {
        order.currency = currency.map(str::to_owned);
    }
    Ok(order)
}

/// The mapping file tells the currency of amounts: a row without any says nothing about the currency, and
/// so keeps that of an order which is stored in another one (R2).
fn has_amount(order: &OrderReport) -> bool {
    order.total.is_some() || order.refunded.is_some() || order.commission.is_some()
}

#[cfg(test)]
mod tests;
