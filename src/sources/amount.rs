//! Amounts as spreadsheets and shops write them, brought to the plain text that `Currency` reads (R24).
//!
//! How many digits may follow the point is not asked here: `1,234` becomes `1.234`, and is then refused for
//! euros rather than taken for a thousand by a guess.

use crate::domain::Invalid;

/// Marks that can only stand between groups of three digits: spaces, plain, fixed, thin and narrow, and apostrophes.
const GROUP_MARKS: [char; 6] = [' ', '\u{a0}', '\u{2009}', '\u{202f}', '\'', '’'];
const DECIMAL_MARKS: [char; 2] = ['.', ','];

/// Brings `1.234,56`, `1,234.56`, `1 234,56`, `1234,56` and the like to `1234.56`.
pub fn normalize(field: &'static str, text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", text),
    };
    plain(unsigned)
        .map(|plain| format!("{sign}{plain}"))
        .ok_or_else(|| {
            Invalid::new(
                field,
                format!(
                    "{field} must be a number such as 1234.56, 1234,56 or 1.234,56, \
                     without a currency sign, not {text:?}"
                ),
            )
        })
}

fn plain(unsigned: &str) -> Option<String> {
    let decimal_mark = decimal_mark(unsigned);
    let (whole, fraction) = match decimal_mark.and_then(|mark| unsigned.rsplit_once(mark)) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let mut plain = without_groups(whole)?;
    if let Some(fraction) = fraction {
        is_digits(fraction).then_some(())?;
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
}

/// The last of point and comma, unless it comes several times: then it stands between groups.
fn decimal_mark(unsigned: &str) -> Option<char> {
    let mark = unsigned.chars().rfind(|c| DECIMAL_MARKS.contains(c))?;
    (unsigned.matches(mark).count() == 1).then_some(mark)
}

/// The digits of a whole number that has one kind of mark, or none, between its groups of three.
fn without_groups(whole: &str) -> Option<String> {
    let is_mark = |c: &char| GROUP_MARKS.contains(c) || DECIMAL_MARKS.contains(c);
    let Some(mark) = whole.chars().find(is_mark) else {
        return is_digits(whole).then(|| whole.to_owned());
    };
    let (first, rest) = whole.split_once(mark)?;
    let grouped = first.len() <= 3
        && is_digits(first)
        && rest
            .split(mark)
            .all(|group| group.len() == 3 && is_digits(group));
    grouped.then(|| whole.replace(mark, ""))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;

    #[test]
    fn r24_amounts_in_the_usual_notations_become_plain() {
        for (text, plain) in [
            ("1234.56", "1234.56"),
            ("1234,56", "1234.56"),
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("1 234,56", "1234.56"),
            ("1\u{a0}234,56", "1234.56"),
            ("1\u{202f}234,56", "1234.56"),
            ("1'234.56", "1234.56"),
            ("1’234’567.5", "1234567.5"),
            ("1 234 567", "1234567"),
            ("1.234.567", "1234567"),
            ("1,234,567", "1234567"),
            ("12,345,678.9", "12345678.9"),
            ("1.234.567,89", "1234567.89"),
            ("-1.234,5", "-1234.5"),
            ("  7 ", "7"),
            ("0,5", "0.5"),
            ("1,234", "1.234"),
            ("1.234", "1.234"),
        ] {
            assert_eq!(normalize("total", text).as_deref(), Ok(plain), "{text}");
        }
    }

    #[test]
    fn r24_what_is_no_amount_is_refused() {
        for text in [
            "",
            "-",
            "+1",
            "--1",
            "- 1",
            ".5",
            ",5",
            "5.",
            "5,",
            "€5",
            "5 EUR",
            "R$ 5",
            "1e3",
            "1,23,456.78",
            "1.2345,67",
            "1234.567,89",
            "12.34.56",
            "1,2,3",
            "1 2345",
            "1 23",
            " .5",
            "1,234,56",
            "1.234 567,8",
            "1'234 567",
            "1234 567",
            "1,234.56,7",
            "1..5",
            "1,.5",
            "NaN",
            "٣",
        ] {
            assert!(normalize("total", text).is_err(), "{text}");
        }
    }

    #[test]
    fn r24_three_digits_after_a_comma_are_left_to_the_currency() {
        let plain = normalize("total", "1,234").expect("a number");
        let read = |code| {
            Currency::parse(code)
                .expect(code)
                .parse_amount("total", &plain)
        };
        assert!(read("EUR").is_err());
        assert_eq!(read("KWD"), Ok(1_234));
    }
}
