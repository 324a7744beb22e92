//! Where the provider's keys come from: a file, or an address that nobody on the way can answer for.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use reqwest::Url;

use super::fetch::{fetch, read_file};
use super::key::KeySet;

/// Where the keys come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A file, and what was in it at the start.
    File(PathBuf, KeySet),
    /// The address that the provider tells of as its `jwks_uri`.
    Address(Url),
}

impl Source {
    /// As a setting gives it. A file is read at once, so that a wrong one stops the start.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with("https://") && !text.starts_with("http://") {
            let path = Path::new(text);
            let keys = read_file(path).and_then(|jwks| KeySet::parse(&jwks));
            let keys = keys.map_err(|why| {
                format!("it must be a JWKS file, or an https:// address of one: {why}")
            })?;
            return Ok(Self::File(path.to_owned(), keys));
        }
        let address = Url::parse(text).map_err(|error| format!("it is no address: {error}"))?;
        if address.scheme() == "http" && !is_this_machine(&address) {
            let why = "it must begin with https://, so that nobody changes the keys on their way";
            return Err(why.to_owned());
        }
        if !address.username().is_empty() || address.password().is_some() {
            return Err("it must hold no password: public keys need none".to_owned());
        }
        Ok(Self::Address(address))
    }

    /// The keys as they are shown now.
    pub async fn read(&self) -> Result<KeySet, String> {
        let jwks = match self {
            Self::File(path, _) => read_file(path)?,
            Self::Address(address) => fetch(address).await?,
        };
        KeySet::parse(&jwks)
    }
}

/// What comes from this very machine crosses no network.
fn is_this_machine(address: &Url) -> bool {
    match address.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_a_file_or_safely() {
        for address in [
            "https://id.example.com/jwks",
            "http://127.0.0.1:8080/jwks",
            "http://localhost/jwks",
            "http://[::1]:8080/jwks",
        ] {
            assert!(Source::parse(address).is_ok(), "{address}");
        }
        for (wrong, why) in [
            ("http://id.example.com/jwks", "must begin with https://"),
            ("http://127.0.0.1.example.com/", "must begin with https://"),
            ("http://localhost@example.com/", "must begin with https://"),
            ("http://10.0.0.1/jwks", "must begin with https://"),
            ("https://", "it is no address"),
            (
                "https://jane:secret@id.example.com/",
                "it must hold no password",
            ),
            ("http://jane@localhost/", "it must hold no password"),
            ("ftp://id.example.com/jwks", "it must be a JWKS file"),
            ("/nowhere/at/all.json", "it must be a JWKS file"),
            (
                concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
                "it is no JWKS",
            ),
        ] {
            let refused = Source::parse(wrong).map(drop);
            assert!(refused.is_err_and(|said| said.contains(why)), "{wrong}");
        }
    }
}
