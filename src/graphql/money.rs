//! Amounts: whole minor units inside, decimal text outside (R24).

use async_graphql::Object;

use super::scalars::{CurrencyCode, Decimal};
use crate::domain::Currency;
use crate::error::{Error, Result};

/// An amount in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// So many minor units of a currency.
    #[must_use]
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// An amount as it is stored.
    pub fn stored(minor: i64, code: &str) -> Result<Self> {
        let currency =
            Currency::parse(code).map_err(|invalid| Error::Unexpected(invalid.message))?;
        Ok(Self::new(minor, currency))
    }
}

/// An amount in one currency. Amounts in several currencies are never added up.
#[Object(serial)]
impl Money {
    /// The amount as a decimal string with just the digits that the currency has: `"12.50"`, or `"1250"` in yen.
    async fn amount(&self) -> Decimal {
        Decimal(self.currency.format(self.minor))
    }

    /// The currency by ISO 4217.
    async fn currency(&self) -> CurrencyCode {
        self.currency.into()
    }
}
