//! What native statuses mean (R1): the meanings, how they are written, and their defaults.

use std::fmt;

use entity::words::{CancelReason, OrderStatus};

use super::Invalid;

/// What a platform's own status word says about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// NEW, not begun.
    New,
    /// NEW, and work has begun.
    InProgress,
    /// COMPLETE.
    Complete,
    /// CANCELLED, for a reason where the word tells one.
    Cancelled(Option<CancelReason>),
    /// Nothing: the order is left as it is.
    Ignore,
}

impl Meaning {
    /// Reads `NEW`, `IN_PROGRESS`, `COMPLETE`, `CANCELLED`, `CANCELLED:REASON` or `IGNORE`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let upper = text.trim().to_ascii_uppercase();
        let meaning = match upper.as_str() {
            "NEW" => Some(Self::New),
            "IN_PROGRESS" => Some(Self::InProgress),
            "COMPLETE" => Some(Self::Complete),
            "CANCELLED" => Some(Self::Cancelled(None)),
            "IGNORE" => Some(Self::Ignore),
            other => other
                .strip_prefix("CANCELLED:")
                .and_then(parse_reason)
                .map(|reason| Self::Cancelled(Some(reason))),
        };
        meaning.ok_or_else(|| {
            Invalid::new(
                "status",
                format!(
                    "a status maps to NEW, IN_PROGRESS, COMPLETE, CANCELLED, CANCELLED:REASON or IGNORE, not to \"{}\"",
                    text.trim()
                ),
            )
        })
    }

    /// The order status, unless the word is to be ignored.
    #[must_use]
    pub fn status(self) -> Option<OrderStatus> {
        match self {
            Self::New | Self::InProgress => Some(OrderStatus::New),
            Self::Complete => Some(OrderStatus::Complete),
            Self::Cancelled(_) => Some(OrderStatus::Cancelled),
            Self::Ignore => None,
        }
    }
}

/// Reads a reason of cancellation, in capitals or not.
#[must_use]
pub fn parse_reason(text: &str) -> Option<CancelReason> {
    Some(match text.trim().to_ascii_uppercase().as_str() {
        "CUSTOMER" => CancelReason::Customer,
        "DECLINED" => CancelReason::Declined,
        "FAKE" => CancelReason::Fake,
        "INVENTORY" => CancelReason::Inventory,
        "REFUNDED" => CancelReason::Refunded,
        "OTHER" => CancelReason::Other,
        _ => return None,
    })
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "NEW",
            Self::InProgress => "IN_PROGRESS",
            Self::Complete => "COMPLETE",
            Self::Cancelled(None) => "CANCELLED",
            Self::Cancelled(Some(CancelReason::Customer)) => "CANCELLED:CUSTOMER",
            Self::Cancelled(Some(CancelReason::Declined)) => "CANCELLED:DECLINED",
            Self::Cancelled(Some(CancelReason::Fake)) => "CANCELLED:FAKE",
            Self::Cancelled(Some(CancelReason::Inventory)) => "CANCELLED:INVENTORY",
            Self::Cancelled(Some(CancelReason::Refunded)) => "CANCELLED:REFUNDED",
            Self::Cancelled(Some(CancelReason::Other)) => "CANCELLED:OTHER",
            Self::Ignore => "IGNORE",
        })
    }
}

/// Words that mean the same wherever orders come from.
const GENERIC: &[(&str, Meaning)] = &[
    ("new", Meaning::New),
    ("open", Meaning::New),
    ("pending", Meaning::New),
    ("in_progress", Meaning::InProgress),
    ("processing", Meaning::InProgress),
    ("complete", Meaning::Complete),
    ("completed", Meaning::Complete),
    ("delivered", Meaning::Complete),
    ("cancelled", Meaning::Cancelled(None)),
    ("canceled", Meaning::Cancelled(None)),
    ("fake", Meaning::Cancelled(Some(CancelReason::Fake))),
    ("declined", Meaning::Cancelled(Some(CancelReason::Declined))),
    ("returned", Meaning::Cancelled(Some(CancelReason::Refunded))),
    ("refunded", Meaning::Cancelled(Some(CancelReason::Refunded))),
];

const SHOPWARE: &[(&str, Meaning)] = &[
    ("open", Meaning::New),
    ("in_progress", Meaning::InProgress),
    ("completed", Meaning::Complete),
    ("cancelled", Meaning::Cancelled(None)),
];

const CS_CART: &[(&str, Meaning)] = &[
    ("O", Meaning::New),
    ("P", Meaning::InProgress),
    ("B", Meaning::New),
    ("Y", Meaning::New),
    ("C", Meaning::Complete),
    ("F", Meaning::Cancelled(Some(CancelReason::Declined))),
    ("D", Meaning::Cancelled(Some(CancelReason::Declined))),
    ("I", Meaning::Cancelled(Some(CancelReason::Customer))),
    ("N", Meaning::Ignore),
    ("T", Meaning::Ignore),
];

const WOOCOMMERCE: &[(&str, Meaning)] = &[
    ("pending", Meaning::New),
    ("on-hold", Meaning::New),
    ("failed", Meaning::New),
    ("processing", Meaning::InProgress),
    ("completed", Meaning::Complete),
    (
        "cancelled",
        Meaning::Cancelled(Some(CancelReason::Customer)),
    ),
    ("refunded", Meaning::Cancelled(Some(CancelReason::Refunded))),
    ("checkout-draft", Meaning::Ignore),
    ("auto-draft", Meaning::Ignore),
    ("trash", Meaning::Ignore),
];

const VENDURE: &[(&str, Meaning)] = &[
    ("PaymentAuthorized", Meaning::New),
    ("PaymentSettled", Meaning::InProgress),
    ("PartiallyShipped", Meaning::InProgress),
    ("Shipped", Meaning::InProgress),
    ("PartiallyDelivered", Meaning::InProgress),
    ("Modifying", Meaning::InProgress),
    ("ArrangingAdditionalPayment", Meaning::InProgress),
    ("Delivered", Meaning::Complete),
    ("Cancelled", Meaning::Cancelled(None)),
    ("Created", Meaning::Ignore),
    ("Draft", Meaning::Ignore),
    ("AddingItems", Meaning::Ignore),
    ("ArrangingPayment", Meaning::Ignore),
];

const REES46: &[(&str, Meaning)] = &[
    ("0", Meaning::New),
    ("1", Meaning::Complete),
    ("2", Meaning::Cancelled(None)),
];

/// The defaults of a source, before the shop's own table; sources without their own use common words.
#[must_use]
pub fn defaults(source: &str) -> &'static [(&'static str, Meaning)] {
    match source {
        "shopware6" => SHOPWARE,
        "cscart" => CS_CART,
        "woocommerce" => WOOCOMMERCE,
        "vendure" => VENDURE,
        "rees46" => REES46,
        _ => GENERIC,
    }
}

/// What a word means by the defaults of its source, whatever its case.
#[must_use]
pub fn default_meaning(source: &str, native: &str) -> Option<Meaning> {
    if defaults(source) == GENERIC
        && let Ok(meaning) = Meaning::parse(native)
    {
        return Some(meaning);
    }
    defaults(source)
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(native))
        .map(|(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r1_meanings_are_read_and_written_alike() {
        for text in [
            "NEW",
            "IN_PROGRESS",
            "COMPLETE",
            "CANCELLED",
            "CANCELLED:FAKE",
            "IGNORE",
        ] {
            assert_eq!(
                Meaning::parse(text).map(|m| m.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in ["", "DONE", "CANCELLED:", "CANCELLED:BORED", "NEW:FAKE"] {
            assert!(Meaning::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn r1_each_platform_has_its_defaults() {
        for (source, native, meaning) in [
            ("shopware6", "in_progress", Some(Meaning::InProgress)),
            ("cscart", "P", Some(Meaning::InProgress)),
            ("cscart", "T", Some(Meaning::Ignore)),
            ("woocommerce", "failed", Some(Meaning::New)),
            ("vendure", "Delivered", Some(Meaning::Complete)),
            ("rees46", "2", Some(Meaning::Cancelled(None))),
            (
                "api",
                "Fake",
                Some(Meaning::Cancelled(Some(CancelReason::Fake))),
            ),
            (
                "api",
                "CANCELLED:INVENTORY",
                Some(Meaning::Cancelled(Some(CancelReason::Inventory))),
            ),
            ("file", "teleported", None),
            ("rees46", "3", None),
        ] {
            assert_eq!(
                default_meaning(source, native),
                meaning,
                "{source} {native}"
            );
        }
    }
}
