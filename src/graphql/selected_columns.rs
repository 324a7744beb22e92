//! Which columns the fields of an object are made of, beside those that are always read. Fields that are not named
//! here may need any: naming one that is often asked for saves reading what nobody asked for.

use entity::{affiliate, affiliate_transaction, order};

use crate::reports::Columns;

/// What these fields of an order need.
pub fn of_orders<'a>(fields: impl IntoIterator<Item = &'a str>) -> Columns {
    use order::Column as C;
    sum(fields, |field| {
        Some(Columns::of(match field {
            "__typename" | "id" | "status" | "placedAt" | "total" | "promoted" | "affiliate"
            | "transactions" => &[],
            "inProgress" => &[C::InProgress],
            "nativeStatus" => &[C::NativeStatus],
            "cancelReason" => &[C::CancelReason],
            "source" => &[C::Source],
            "externalId" => &[C::ExternalId],
            "number" => &[C::Number],
            "statusChangedAt" => &[C::StatusChangedAt],
            "completedAt" => &[C::CompletedAt],
            "goneAt" => &[C::GoneAt],
            "refunded" => &[C::RefundedMinor],
            _ => return None,
        }))
    })
}

/// What these fields of an affiliate need.
pub fn of_affiliates<'a>(fields: impl IntoIterator<Item = &'a str>) -> Columns {
    use affiliate::Column as C;
    sum(fields, |field| {
        Some(Columns::of(match field {
            "__typename" | "id" => &[],
            "code" => &[C::Code],
            "name" => &[C::Name],
            "active" => &[C::Active],
            "commissionRate" => &[C::CommissionRatePpm],
            _ => return None,
        }))
    })
}

/// What these fields of a transaction need.
pub fn of_transactions<'a>(fields: impl IntoIterator<Item = &'a str>) -> Columns {
    use affiliate_transaction::Column as C;
    sum(fields, |field| {
        Some(Columns::of(match field {
            "__typename" | "id" | "kind" | "status" | "statusSetBy" | "cashable" | "createdAt" => {
                &[]
            }
            "amount" => &[C::AmountMinor, C::Currency],
            "statusChangedAt" => &[C::StatusChangedAt],
            "pinned" => &[C::Pinned],
            "diverged" => &[C::Diverged],
            "waitsUntil" => &[C::WaitsUntil],
            "note" => &[C::Note],
            "version" => &[C::Version],
            _ => return None,
        }))
    })
}

fn sum<'a>(
    fields: impl IntoIterator<Item = &'a str>,
    of: impl Fn(&str) -> Option<Columns>,
) -> Columns {
    let asked = fields
        .into_iter()
        .map(|field| of(field).unwrap_or(Columns::ALL));
    asked.fold(Columns::NONE, Columns::and)
}
