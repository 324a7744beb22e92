//! Decimal text to whole units of a fixed scale and back, exactly and without floats (R24).

use super::Invalid;

/// Digits after the point of a rate in percent; stored in parts per million.
const PERCENT_DIGITS: u32 = 4;
/// Digits after the point of a fraction; stored in parts per million.
const FRACTION_DIGITS: u32 = 6;

/// Reads decimal text as whole units of `10^-digits`; more digits than that are refused.
pub fn parse(field: &'static str, text: &str, digits: u32) -> Result<i64, Invalid> {
    let trimmed = text.trim();
    let unsigned = trimmed.strip_prefix('-').unwrap_or(trimmed);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || !is_number(whole)
        || !is_number(fraction)
        || (fraction.is_empty() && unsigned.contains('.'))
    {
        return Err(Invalid::new(
            field,
            format!("{field} must be a decimal number such as 12.50, not \"{trimmed}\""),
        ));
    }
    if fraction.len() > digits as usize {
        return Err(Invalid::new(
            field,
            format!(
                "{field} may have at most {digits} digits after the point, \"{trimmed}\" has more"
            ),
        ));
    }
    let padded = format!("{whole}{fraction:0<width$}", width = digits as usize);
    let units: i64 = padded
        .parse()
        .map_err(|_| Invalid::new(field, format!("{field} is too large: \"{trimmed}\"")))?;
    Ok(if trimmed.starts_with('-') {
        -units
    } else {
        units
    })
}

/// Writes whole units of `10^-digits` as decimal text with just that many digits.
#[must_use]
pub fn format(units: i64, digits: u32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let scale = 10_u64.pow(digits);
    let units = units.unsigned_abs();
    if digits == 0 {
        return format!("{sign}{units}");
    }
    format!(
        "{sign}{}.{:0width$}",
        units / scale,
        units % scale,
        width = digits as usize
    )
}

/// A commission rate: percent from 0 to 100, in parts per million.
pub fn parse_percent(field: &'static str, text: &str) -> Result<i64, Invalid> {
    let ppm = parse(field, text, PERCENT_DIGITS)?;
    within(field, text, ppm, "100")
}

/// A factor for each earlier order: a fraction from 0 to 1, in parts per million.
pub fn parse_fraction(field: &'static str, text: &str) -> Result<i64, Invalid> {
    let ppm = parse(field, text, FRACTION_DIGITS)?;
    within(field, text, ppm, "1")
}

/// Parts per million as percent, without trailing zeros: 55,000 is `5.5`.
#[must_use]
pub fn format_percent(ppm: i64) -> String {
    without_trailing_zeros(&format(ppm, PERCENT_DIGITS))
}

/// Parts per million as a fraction, without trailing zeros: 50,000 is `0.05`.
#[must_use]
pub fn format_fraction(ppm: i64) -> String {
    without_trailing_zeros(&format(ppm, FRACTION_DIGITS))
}

fn within(field: &'static str, text: &str, ppm: i64, most: &str) -> Result<i64, Invalid> {
    if (0..=1_000_000).contains(&ppm) {
        return Ok(ppm);
    }
    Err(Invalid::new(
        field,
        format!("{field} must lie between 0 and {most}, not {}", text.trim()),
    ))
}

fn without_trailing_zeros(text: &str) -> String {
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_decimal_text_is_read_and_written_exactly() {
        for (text, digits, units) in [
            ("12.50", 2, 1_250),
            ("12.5", 2, 1_250),
            ("0", 2, 0),
            ("-0.01", 2, -1),
            (" 7 ", 0, 7),
            ("1.234", 3, 1_234),
        ] {
            assert_eq!(parse("total", text, digits), Ok(units), "{text}");
        }
        for (units, digits, text) in [
            (1_250, 2, "12.50"),
            (-1, 2, "-0.01"),
            (7, 0, "7"),
            (5, 3, "0.005"),
        ] {
            assert_eq!(format(units, digits), text);
        }
    }

    #[test]
    fn r24_what_is_no_decimal_or_has_too_many_digits_is_refused() {
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1e3",
            "1,5",
            "1 000",
            "NaN",
            "+1",
            "12.345",
            "99999999999999999999",
        ] {
            assert!(parse("total", text, 2).is_err(), "{text}");
        }
    }

    #[test]
    fn r16_rates_are_percent_and_factors_fractions() {
        assert_eq!(parse_percent("rate", "5"), Ok(50_000));
        assert_eq!(parse_percent("rate", "100"), Ok(1_000_000));
        assert!(parse_percent("rate", "100.01").is_err());
        assert!(parse_percent("rate", "-1").is_err());
        assert_eq!(parse_fraction("factor", "0.05"), Ok(50_000));
        assert_eq!(format_percent(55_000), "5.5");
        assert_eq!(format_percent(0), "0");
        assert_eq!(format_fraction(50_000), "0.05");
    }
}
