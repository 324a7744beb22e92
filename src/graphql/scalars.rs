//! Scalars: text with a meaning that GraphQL's own types do not have. Each is read strictly and written in
//! one form only.

use async_graphql::{InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{SecondsFormat, TimeZone, Utc};
use entity::{Day, Instant};

use crate::domain::{self, zone};

/// The longest text that is read as a decimal.
const MAX_DECIMAL: usize = 40;

/// An instant in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub Instant);

/// A day in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub Day);

/// An amount, a rate or a factor in the API: decimal text as the ledger takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal(pub String);

/// A currency in the API. One that is told with an order may be wrong, which is that order's mistake and not
/// the document's; so a code is known only after [`CurrencyCode::known`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencyCode(pub String);

/// An instant by RFC 3339, always written in UTC with milliseconds: `2026-11-21T14:30:00.000Z`. Any offset is
/// accepted where one is asked for, but there must be one.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time.html")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(value)?;
        let time = chrono::DateTime::parse_from_rfc3339(&text).map_err(|_| {
            let hint = "a time with an offset such as 2026-11-21T14:30:00Z";
            InputValueError::custom(format!("\"{text}\" is not {hint}"))
        })?;
        Ok(Self(Instant(time.timestamp_millis())))
    }

    fn to_value(&self) -> Value {
        let time = Utc.timestamp_millis_opt(self.0.0).earliest();
        time.map_or(Value::Null, |time| {
            Value::String(time.to_rfc3339_opts(SecondsFormat::Millis, true))
        })
    }
}

/// A calendar day in the shop's time zone, by ISO 8601: `2026-11-21`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(value)?;
        Ok(Self(zone::parse_day("the day", &text)?))
    }

    fn to_value(&self) -> Value {
        Value::String(zone::date_from_day(self.0).to_string())
    }
}

/// An exact decimal number as a string: `"12.50"`, or `12` where it is whole. Never a float, which could not
/// hold every amount.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) if !number.is_f64() => number.to_string(),
            Value::Number(number) => {
                let hint = format!("a decimal is a string: write \"{number}\"");
                return Err(InputValueError::custom(hint));
            }
            other => return Err(InputValueError::expected_type(other)),
        };
        if is_decimal(&text) {
            return Ok(Self(text));
        }
        let hint = format!("\"{text}\" is not a decimal number such as 12.50");
        Err(InputValueError::custom(hint))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A currency by its ISO 4217 code, in capitals: `EUR`.
#[Scalar(specified_by_url = "https://www.iso.org/iso-4217-currency-codes.html")]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        text_of(value).map(Self)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl CurrencyCode {
    /// The currency, if there is one with this code.
    pub fn known(&self) -> Result<domain::Currency, domain::Invalid> {
        domain::Currency::parse(&self.0)
    }
}

impl From<domain::Currency> for CurrencyCode {
    fn from(currency: domain::Currency) -> Self {
        Self(currency.code().to_owned())
    }
}

impl From<Instant> for DateTime {
    fn from(instant: Instant) -> Self {
        Self(instant)
    }
}

impl From<Day> for Date {
    fn from(day: Day) -> Self {
        Self(day)
    }
}

/// A count as GraphQL's 32-bit integer; what is beyond it stays at its end.
#[must_use]
pub fn int(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(if count < 0 { i32::MIN } else { i32::MAX })
}

/// Digits, perhaps a sign before them and a point among them. How large it may be, and how many digits may
/// stand after the point, is for whoever takes it to say.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    text.len() <= MAX_DECIMAL && is_number(whole) && is_number(fraction)
}

fn text_of<T: InputType>(value: Value) -> Result<String, InputValueError<T>> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(InputValueError::expected_type(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: ScalarType>(text: &str) -> Option<Value> {
        T::parse(Value::from(text)).ok().map(|it| it.to_value())
    }

    #[test]
    fn scalars_are_read_strictly_and_written_in_one_form() {
        for (read, written) in [
            (
                read::<DateTime>("2026-11-21T14:30:00Z"),
                Some("2026-11-21T14:30:00.000Z"),
            ),
            (
                read::<DateTime>("2026-11-21T15:30:00.25+01:00"),
                Some("2026-11-21T14:30:00.250Z"),
            ),
            (read::<DateTime>("2026-11-21T14:30:00"), None),
            (read::<DateTime>("yesterday"), None),
            (read::<Date>("2026-11-21"), Some("2026-11-21")),
            (read::<Date>("2026-02-30"), None),
            (read::<Decimal>("-12.50"), Some("-12.50")),
            (read::<Decimal>("1e3"), None),
            (read::<CurrencyCode>("EUR"), Some("EUR")),
            (read::<Decimal>("1."), None),
        ] {
            assert_eq!(read, written.map(Value::from));
        }
    }

    #[test]
    fn r24_a_decimal_is_never_a_float() {
        let read = |value| <Decimal as ScalarType>::parse(value).ok();
        assert_eq!(read(Value::from(12)), Some(Decimal("12".to_owned())));
        assert_eq!(read(Value::from(12.5)), None);
        assert_eq!(read(Value::from(true)), None);
    }

    #[test]
    fn counts_beyond_32_bits_stay_at_the_end() {
        assert_eq!(
            (int(7), int(i64::MAX), int(i64::MIN)),
            (7, i32::MAX, i32::MIN)
        );
    }
}
