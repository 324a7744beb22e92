//! Currencies by ISO 4217 and amounts in their minor units (R24).

use super::{Invalid, decimal};

/// The largest amount of one order or transaction, in minor units: a shop's sums stay far within 64 bits.
pub const MAX_MINOR: i64 = 10_000_000_000_000;

/// A currency that has a minor unit, so that amounts can be counted in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency {
    code: &'static str,
    digits: u32,
}

impl Currency {
    /// The currency with this ISO 4217 code, in capitals or not.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let code = text.trim().to_ascii_uppercase();
        iso_currency::Currency::from_code(&code)
            .and_then(|currency| {
                Some(Self {
                    code: currency.code(),
                    digits: u32::from(currency.exponent()?),
                })
            })
            .ok_or_else(|| {
                Invalid::new(
                    "currency",
                    format!("\"{}\" is not a currency of ISO 4217", text.trim()),
                )
            })
    }

    /// The ISO 4217 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code
    }

    /// How many digits an amount has after the point.
    #[must_use]
    pub fn digits(self) -> u32 {
        self.digits
    }

    /// An amount from 0 up, in minor units; more digits than the currency has are refused.
    pub fn parse_amount(self, field: &'static str, text: &str) -> Result<i64, Invalid> {
        let minor = self.parse_signed(field, text)?;
        if minor < 0 {
            return Err(Invalid::new(
                field,
                format!("{field} must not be negative, it is {}", text.trim()),
            ));
        }
        Ok(minor)
    }

    /// An amount of either sign, in minor units; more digits than the currency has are refused.
    pub fn parse_signed(self, field: &'static str, text: &str) -> Result<i64, Invalid> {
        let minor = decimal::parse(field, text, self.digits).map_err(|invalid| {
            Invalid::new(
                field,
                format!("{} (currency {})", invalid.message, self.code),
            )
        })?;
        if minor.abs() > MAX_MINOR {
            return Err(Invalid::new(
                field,
                format!(
                    "{field} must be at most {} {}, it is {}",
                    self.format(MAX_MINOR),
                    self.code,
                    text.trim()
                ),
            ));
        }
        Ok(minor)
    }

    /// Minor units as decimal text.
    #[must_use]
    pub fn format(self, minor: i64) -> String {
        decimal::format(minor, self.digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_digits_come_from_iso_4217() {
        for (code, text, minor) in [
            ("EUR", "12.50", 1_250),
            ("brl", "0.01", 1),
            ("JPY", "1250", 1_250),
            ("KWD", "1.250", 1_250),
        ] {
            let currency = Currency::parse(code).expect(code);
            assert_eq!(currency.parse_amount("total", text), Ok(minor));
        }
    }

    #[test]
    fn r24_amounts_beyond_the_currency_are_refused() {
        let yen = Currency::parse("JPY").expect("known");
        let euro = Currency::parse("EUR").expect("known");
        assert!(yen.parse_amount("total", "12.5").is_err());
        assert!(euro.parse_amount("total", "12.505").is_err());
        assert!(euro.parse_amount("total", "-1").is_err());
        assert_eq!(euro.parse_signed("amount", "-1"), Ok(-100));
        assert!(euro.parse_amount("total", "1000000000000000000").is_err());
        for unknown in ["", "EURO", "ZZZ", "XAU"] {
            assert!(Currency::parse(unknown).is_err(), "{unknown}");
        }
    }
}
