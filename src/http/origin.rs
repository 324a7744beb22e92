//! Which web pages may talk to the server. Browsers tell the page's origin with each request that its scripts
//! make; nothing else that asks has one, and a token is needed in any case.

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::{Authority, Scheme, Uri};
use axum::http::{HeaderMap, HeaderValue};
use clap::Args;

/// The pages that may ask, beside those of this server itself.
#[derive(Args, Clone, Debug, Default)]
pub struct Origins {
    /// A web page's origin whose scripts may ask here, such as `https://shop.example`; can be given again. In the
    /// variable they stand between commas.
    #[arg(
        long = "allowed-origin",
        env = "CASHABLE_ALLOWED_ORIGINS",
        value_name = "ORIGIN",
        value_delimiter = ',',
        value_parser = parse_origin
    )]
    pub allowed_origins: Vec<HeaderValue>,
}

impl Origins {
    /// Whether whoever sent these headers may go on: it is no page in a browser, or one of this host, or one
    /// that is listed.
    #[must_use]
    pub fn admit(&self, headers: &HeaderMap) -> bool {
        let mut told = headers.get_all(ORIGIN).iter();
        match (told.next(), told.next()) {
            (None, _) => true,
            (Some(origin), None) => {
                self.allowed_origins.contains(origin) || is_own(origin, headers.get(HOST))
            }
            (Some(_), Some(_)) => false,
        }
    }
}

/// A proxy in front may speak HTTPS with the browser and HTTP with us, so that the scheme tells nothing.
fn is_own(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let authority = |text: &str| text.parse::<Authority>().ok();
    let origin = origin.to_str().ok().and_then(|it| it.split_once("://"));
    let origin = origin.and_then(|(_, origin)| authority(origin));
    let host = host.and_then(|it| it.to_str().ok()).and_then(authority);
    origin.is_some() && origin == host
}

/// An origin as browsers write it: in small letters, without the port that goes without saying.
fn parse_origin(text: &str) -> Result<HeaderValue, String> {
    let uri = text.trim().parse::<Uri>().ok();
    let written = uri.as_ref().and_then(written);
    written.ok_or_else(|| {
        "it must be the scheme and host of web pages and nothing more, such as https://shop.example"
            .to_owned()
    })
}

fn written(uri: &Uri) -> Option<HeaderValue> {
    let (scheme, authority) = (uri.scheme()?, uri.authority()?);
    let default_port = match scheme {
        scheme if *scheme == Scheme::HTTP => 80,
        scheme if *scheme == Scheme::HTTPS => 443,
        _ => return None,
    };
    if uri.path() != "/" || uri.query().is_some() || authority.as_str().contains('@') {
        return None;
    }
    let port = authority.port_u16().filter(|port| *port != default_port);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let origin = format!("{scheme}://{}{port}", authority.host().to_ascii_lowercase());
    HeaderValue::try_from(origin).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_kept_as_browsers_write_it() {
        for (given, kept) in [
            ("https://shop.example", Some("https://shop.example")),
            (" HTTPS://Shop.Example/ ", Some("https://shop.example")),
            ("https://shop.example:443", Some("https://shop.example")),
            ("http://shop.example:443", Some("http://shop.example:443")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:80", Some("http://[::1]")),
            ("", None),
            ("*", None),
            ("null", None),
            ("shop.example", None),
            ("ftp://shop.example", None),
            ("https://shop.example/path", None),
            ("https://shop.example/?a", None),
            ("https://me@shop.example", None),
        ] {
            let parsed = parse_origin(given).ok();
            let parsed = parsed.as_ref().map(|it| it.to_str().unwrap());
            assert_eq!(parsed, kept, "{given}");
        }
    }

    #[test]
    fn pages_of_this_host_and_those_listed_are_let_in() {
        let origins = Origins {
            allowed_origins: vec![HeaderValue::from_static("https://shop.example")],
        };
        let own = "api.example:4000";
        for (told, is_let_in) in [
            (vec![], true),
            (vec!["https://shop.example"], true),
            (vec!["http://api.example:4000"], true),
            (vec!["https://API.example:4000"], true),
            (vec!["http://api.example"], false),
            (vec!["http://shop.example"], false),
            (vec!["https://shop.example.evil.example"], false),
            (vec!["null"], false),
            (vec![""], false),
            (vec!["api.example:4000"], false),
            (vec!["https://shop.example", "https://evil.example"], false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(own));
            for origin in &told {
                headers.append(ORIGIN, HeaderValue::from_static(origin));
            }
            assert_eq!(origins.admit(&headers), is_let_in, "{told:?}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static(""));
        assert!(
            !origins.admit(&headers),
            "nothing is not the host of nothing"
        );
    }
}
