//! What a platform answered, and what its status says.

use std::time::Duration;

use chrono::DateTime;
use entity::Instant;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

use super::quoted;
use crate::sources::SourceError;

/// An answer with a status of success.
#[derive(Debug)]
pub struct Answer {
    /// The headers.
    pub headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// Takes an answer of success to what was asked there, and says what any other means.
    pub(super) fn read(
        asked: &Url,
        status: StatusCode,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Self, SourceError> {
        let told = || format!("{}: {}", status.as_u16(), quoted::body(&body));
        match status.as_u16() {
            200..=299 => Ok(Self { headers, body }),
            300..=399 => Err(SourceError::Refused(format!(
                "{} leads on to {}, and credentials go no further: connect that address instead",
                status.as_u16(),
                quoted::leads_to(asked, headers.get(LOCATION).and_then(|to| to.to_str().ok())),
            ))),
            401 => Err(SourceError::Credentials(told())),
            403 => Err(SourceError::Permission(told())),
            429 => Err(SourceError::Busy {
                retry_after: retry_after(&headers),
            }),
            503 if headers.contains_key(RETRY_AFTER) => Err(SourceError::Busy {
                retry_after: retry_after(&headers),
            }),
            408 | 425 | 500.. => Err(SourceError::Failed(told())),
            _ => Err(SourceError::Refused(told())),
        }
    }

    /// The body as JSON of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, SourceError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            if looks_like_a_page(&self.body) {
                return SourceError::Unreadable(format!(
                    "it is a page for people, not JSON: {}",
                    quoted::body(&self.body)
                ));
            }
            SourceError::Unreadable(quoted::said(&error.to_string()))
        })
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What time the platform has.
pub(super) fn date(headers: &HeaderMap) -> Option<Instant> {
    instant(headers.get(DATE)?.to_str().ok()?)
}

/// In seconds, or as a date against the platform's own.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let millis = instant(text)?.0 - date(headers)?.0;
    Some(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
}

fn instant(text: &str) -> Option<Instant> {
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some(Instant(at.timestamp_millis()))
}

fn looks_like_a_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                name.parse().expect("a name"),
                HeaderValue::from_static(value),
            )
        };
        pairs.iter().map(pair).collect()
    }

    fn error(status: u16, pairs: &[(&'static str, &'static str)]) -> SourceError {
        let status = StatusCode::from_u16(status).expect("a status");
        let asked = Url::parse("https://shop.example/orders?secret").expect("an address");
        Answer::read(&asked, status, headers(pairs), b"<p>\n no </p>".to_vec())
            .expect_err("an error")
    }

    #[test]
    fn a_status_says_what_is_wrong() {
        let said = "<p> no </p>";
        for (status, expected) in [
            (401, SourceError::Credentials(format!("401: {said}"))),
            (403, SourceError::Permission(format!("403: {said}"))),
            (404, SourceError::Refused(format!("404: {said}"))),
            (500, SourceError::Failed(format!("500: {said}"))),
            (503, SourceError::Failed(format!("503: {said}"))),
            (429, SourceError::Busy { retry_after: None }),
        ] {
            assert_eq!(error(status, &[]), expected, "{status}");
        }
        let moved = error(301, &[("location", "https://elsewhere.example/")]);
        assert!(
            moved.to_string().contains("https://elsewhere.example/"),
            "{moved}"
        );
        assert!(!moved.may_pass());
    }

    #[test]
    fn a_platform_says_when_to_come_again() {
        let date = ("date", "Sat, 21 Nov 2026 12:00:00 GMT");
        for (value, seconds) in [
            ("7", Some(7)),
            ("Sat, 21 Nov 2026 12:01:00 GMT", Some(60)),
            ("Sat, 21 Nov 2026 11:00:00 GMT", Some(0)),
            ("soon", None),
        ] {
            let retry_after = seconds.map(Duration::from_secs);
            for status in [429, 503] {
                let found = error(status, &[date, ("retry-after", value)]);
                assert_eq!(found, SourceError::Busy { retry_after }, "{value}");
            }
        }
    }

    #[test]
    fn a_page_for_people_is_told_from_half_an_answer() {
        let answer = |body: &str| Answer {
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        };
        let read = |body| answer(body).json::<Vec<u32>>();
        assert_eq!(read("[1]"), Ok(vec![1]));
        let page = read("<html>Briefly unavailable").expect_err("a page");
        assert!(page.to_string().contains("page for people"), "{page}");
        let half = read("[1,").expect_err("half");
        assert!(half.to_string().contains("EOF"), "{half}");
    }
}
