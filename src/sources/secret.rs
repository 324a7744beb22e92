//! Secrets of sources: kept sealed or as the name of a variable, never shown again and never logged.
//!
//! What is stored is either `env:NAME`, which says where in the environment the secret stands, or
//! `sealed:` and what ChaCha20-Poly1305 made of it under the key in `CASHABLE_SECRET_KEY`. A sealed secret
//! belongs to one place: moved to another row or column it does not open.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::{Error, Result};

const IN_ENVIRONMENT: &str = "env:";
const SEALED: &str = "sealed:";
/// Bytes of the key.
const KEY_LEN: usize = 32;

/// A secret in use. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes charge of a secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for where it is sent or compared.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether both are the same, found out in a time that does not tell how far they are.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        let digest = |secret: &Self| Sha256::digest(&secret.0);
        digest(self)
            .as_slice()
            .ct_eq(digest(other).as_slice())
            .into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What seals secrets at rest.
#[derive(Clone)]
pub struct SecretKey([u8; KEY_LEN]);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// Reads a key of 32 bytes in Base64, as `openssl rand -base64 32` makes one.
    pub fn parse(text: &str) -> Result<Self, String> {
        STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| {
                "it must be 32 bytes in Base64, as `openssl rand -base64 32` makes them".to_owned()
            })
    }

    fn cipher(&self) -> Result<LessSafeKey> {
        let key =
            UnboundKey::new(&CHACHA20_POLY1305, &self.0).map_err(|_| cannot("use the key"))?;
        Ok(LessSafeKey::new(key))
    }
}

/// Where secrets come from: a key for those at rest.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    key: Option<SecretKey>,
}

impl Secrets {
    /// With this key, or with none: then secrets stand in the environment only.
    #[must_use]
    pub fn new(key: Option<SecretKey>) -> Self {
        Self { key }
    }

    /// Whether what is given for a secret names a variable.
    #[must_use]
    pub fn is_in_environment(secret: &str) -> bool {
        secret.trim().starts_with(IN_ENVIRONMENT)
    }

    /// What is to be stored of a secret: the name of a variable as it is, all else sealed for `place`, such
    /// as the row and the column that it goes to.
    pub fn keep(&self, secret: &str, place: &str) -> Result<String> {
        let secret = secret.trim();
        if let Some(name) = secret.strip_prefix(IN_ENVIRONMENT) {
            from_environment(name)?;
            return Ok(secret.to_owned());
        }
        if secret.is_empty() {
            return Err(Error::invalid("secret", "the secret must not be empty"));
        }
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_| cannot("make a nonce"))?;
        let mut sealed = secret.as_bytes().to_vec();
        self.key()?
            .cipher()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| cannot("seal a secret"))?;
        Ok(format!(
            "{SEALED}{}",
            STANDARD.encode([&nonce[..], &sealed].concat())
        ))
    }

    /// The secret that was kept for `place`.
    pub fn find(&self, kept: &str, place: &str) -> Result<Secret> {
        if let Some(name) = kept.strip_prefix(IN_ENVIRONMENT) {
            return from_environment(name);
        }
        let key = self.key()?;
        let sealed = kept
            .strip_prefix(SEALED)
            .and_then(|it| STANDARD.decode(it).ok());
        sealed
            .and_then(|sealed| open(key, &sealed, place))
            .ok_or_else(|| {
                Error::BadInput(
                    "a stored secret does not open: CASHABLE_SECRET_KEY is not the key that it was sealed with"
                        .to_owned(),
                )
            })
    }

    fn key(&self) -> Result<&SecretKey> {
        self.key.as_ref().ok_or_else(|| {
            Error::invalid(
                "secret",
                "a secret is kept only where CASHABLE_SECRET_KEY is set; or put it into the environment and \
                 say env:NAME",
            )
        })
    }
}

fn open(key: &SecretKey, sealed: &[u8], place: &str) -> Option<Secret> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut sealed = sealed.to_vec();
    let cipher = key.cipher().ok()?;
    let opened = cipher
        .open_in_place(nonce, Aad::from(place.as_bytes()), &mut sealed)
        .ok()?;
    String::from_utf8(opened.to_vec()).ok().map(Secret)
}

fn from_environment(name: &str) -> Result<Secret> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .map(Secret)
        .ok_or_else(|| {
            Error::invalid(
                "secret",
                format!("the environment has no variable {name:?}"),
            )
        })
}

fn cannot(what: &str) -> Error {
    Error::Unexpected(format!("cannot {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(byte: u8) -> Secrets {
        let key = SecretKey::parse(&STANDARD.encode([byte; KEY_LEN]));
        Secrets::new(Some(key.expect("a key")))
    }

    #[test]
    fn a_sealed_secret_opens_with_its_key_in_its_place_alone() {
        let kept = secrets(1).keep("ck_1", "a").expect("sealed");
        assert!(!kept.contains("ck_1"));
        assert_ne!(secrets(1).keep("ck_1", "a").expect("sealed"), kept);
        assert_eq!(
            secrets(1).find(&kept, "a").expect("opened").reveal(),
            "ck_1"
        );
        assert!(secrets(2).find(&kept, "a").is_err());
        assert!(secrets(1).find(&kept, "b").is_err());
        assert!(secrets(1).find(&kept[..kept.len() - 8], "a").is_err());
        assert!(secrets(1).find("ck_1", "a").is_err());
    }

    #[test]
    fn without_a_key_secrets_stand_in_the_environment() {
        let none = Secrets::default();
        assert!(none.keep("ck_1", "a").is_err());
        assert_eq!(none.keep("env:PATH", "a").expect("kept"), "env:PATH");
        assert!(
            !none
                .find("env:PATH", "a")
                .expect("found")
                .reveal()
                .is_empty()
        );
        for missing in ["env:", "env:NO_SUCH_VARIABLE_AS_THIS"] {
            assert!(none.keep(missing, "a").is_err(), "{missing}");
        }
        assert!(secrets(1).keep(" ", "a").is_err());
    }

    #[test]
    fn a_key_is_32_bytes_in_base64() {
        for text in ["", "short", &STANDARD.encode([0; 31]), &"A".repeat(44)] {
            assert!(SecretKey::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn secrets_are_compared_whole() {
        for (other, is_same) in [("ck_1", true), ("ck_2", false), ("ck_", false), ("", false)] {
            assert_eq!(
                Secret::new("ck_1").equals(&Secret::new(other)),
                is_same,
                "{other}"
            );
        }
    }

    #[test]
    fn nothing_shows_a_secret() {
        assert_eq!(format!("{:?}", Secret::new("ck_1")), "Secret(…)");
        assert_eq!(
            format!("{:?}", secrets(1)),
            "Secrets { key: Some(SecretKey(…)) }"
        );
    }
}
