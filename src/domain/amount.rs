//! Amounts as platforms send them: exact decimals that can be summed before a currency rounds them (R24).

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use super::{Currency, Invalid};

/// Digits after the point that are kept. A platform that counts in floats sends `104.94999999999999` for
/// 104.95; kept to so few digits, that is 104.95 again.
const DIGITS: u32 = 12;
/// Digits before the point: more is no amount of money.
const WHOLE_DIGITS: i64 = 18;

/// An amount of any currency, of either sign, to twelve digits after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i128);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads decimal text such as `12.5`, `-5.00` or, as JSON may write it, `1.25e3`.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Invalid> {
        Self::read(text.trim()).ok_or_else(|| {
            Invalid::new(
                field,
                format!(
                    "{field} must be a decimal number, not {:?}",
                    shortened(text)
                ),
            )
        })
    }

    /// So many minor units of a currency that has so many digits after the point.
    #[must_use]
    pub fn from_minor(minor: i64, digits: u32) -> Self {
        Self(i128::from(minor) * 10_i128.pow(DIGITS.saturating_sub(digits)))
    }

    fn read(text: &str) -> Option<Self> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, text),
        };
        let (number, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i16>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits: String = [whole, fraction].concat();
        if whole.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
        let units = units(&digits, point)?;
        Some(Self(if is_negative { -units } else { units }))
    }

    /// The whole minor units of a currency, half a unit rounded up; too large an amount is refused.
    pub fn minor(self, field: &'static str, currency: Currency) -> Result<i64, Invalid> {
        let unit = 10_i128.pow(DIGITS - currency.digits());
        let half_up = (self.0.abs() + unit / 2) / unit * self.0.signum();
        i64::try_from(half_up)
            .ok()
            .filter(|minor| minor.abs() <= super::currency::MAX_MINOR)
            .ok_or_else(|| Invalid::new(field, format!("{field} is too large: {self}")))
    }
}

/// Digits with a point before the digit number `point`, in units of the last digit that is kept.
fn units(digits: &str, point: i64) -> Option<i128> {
    let significant = digits.trim_start_matches('0');
    let point = point - i64::try_from(digits.len() - significant.len()).ok()?;
    if significant.is_empty() {
        return Some(0);
    }
    if point > WHOLE_DIGITS {
        return None;
    }
    let Ok(kept) = usize::try_from(point + i64::from(DIGITS)) else {
        return Some(0);
    };
    let digit =
        |index: usize| i128::from(significant.as_bytes().get(index).map_or(0, |it| it - b'0'));
    let units = (0..kept).fold(0, |units, index| units * 10 + digit(index));
    Some(units + i128::from(digit(kept) >= 5))
}

/// What is told of text from outside, which may be long.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Amount {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let one = 10_u128.pow(DIGITS);
        let units = self.0.unsigned_abs();
        let text = format!(
            "{sign}{}.{:0width$}",
            units / one,
            units % one,
            width = DIGITS as usize
        );
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::parse("total", text).expect(text)
    }

    #[test]
    fn r24_decimals_are_read_exactly_however_json_writes_them() {
        for (text, plain) in [
            ("12.50", "12.5"),
            ("-5.00", "-5"),
            ("0", "0"),
            ("0.000", "0"),
            ("1.25e3", "1250"),
            ("125E-2", "1.25"),
            ("12e+1", "120"),
            ("0.0000000000004", "0"),
            ("0.0000000000005", "0.000000000001"),
            ("104.94999999999999", "104.95"),
            ("0.1e-400", "0"),
            (" 7 ", "7"),
        ] {
            assert_eq!(amount(text).to_string(), plain, "{text}");
        }
    }

    #[test]
    fn r24_what_is_no_amount_is_refused() {
        for text in [
            "",
            "-",
            ".5",
            "+1",
            "1,5",
            "1 000",
            "NaN",
            "Infinity",
            "0x10",
            "1e",
            "1e9999999",
            "--1",
            "٣",
            "1e19",
            "9999999999999999999",
        ] {
            assert!(Amount::parse("total", text).is_err(), "{text}");
        }
    }

    #[test]
    fn r24_a_connector_rounds_half_a_minor_unit_up() {
        for (code, text, minor) in [
            ("EUR", "12.505", 1_251),
            ("EUR", "12.504999", 1_250),
            ("EUR", "-12.505", -1_251),
            ("JPY", "1250.5", 1_251),
            ("KWD", "1.2345", 1_235),
        ] {
            let currency = Currency::parse(code).expect(code);
            assert_eq!(amount(text).minor("total", currency), Ok(minor), "{text}");
        }
        let euro = Currency::parse("EUR").expect("known");
        assert!(amount("100000000000.01").minor("total", euro).is_err());
    }

    #[test]
    fn r24_sums_are_exact() {
        let sum: Amount = ["0.1", "0.2", "-5.00"].map(amount).into_iter().sum();
        assert_eq!(sum, amount("-4.7"));
        assert_eq!(-sum, amount("4.7"));
        assert_eq!(Amount::from_minor(1_999, 2) - amount("9.99"), amount("10"));
    }
}
