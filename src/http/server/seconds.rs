//! Seconds as settings have them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A span of time above 0, written in seconds, such as 10 or 0.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds(pub Duration);

impl FromStr for Seconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seconds = text.trim().parse().ok();
        let span = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        span.filter(|span| !span.is_zero())
            .map(Self)
            .ok_or_else(|| "it must be seconds above 0, such as 10 or 0.5".to_owned())
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_they_are_written() {
        for (text, millis) in [("10", 10_000), ("0.5", 500), (" 30 ", 30_000)] {
            let span = Seconds(Duration::from_millis(millis));
            assert_eq!(text.parse(), Ok(span));
            assert_eq!(span.to_string(), text.trim());
        }
        for text in ["0", "-1", "ten", "", "inf", "NaN", "1e300"] {
            assert!(text.parse::<Seconds>().is_err(), "{text}");
        }
    }
}
