//! The rules of the product: no input or output, no async, no clock. Time is an argument.

pub mod amount;
pub mod blocker;
pub mod commission;
pub mod currency;
pub mod decimal;
pub mod invalid;
pub mod order;
pub mod period;
pub mod record;
pub mod settling;
pub mod status;
pub mod status_table;
pub mod text;
pub mod zone;

pub use amount::Amount;
pub use currency::Currency;
pub use invalid::Invalid;
