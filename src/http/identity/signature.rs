//! Whether a JWT is the provider's: the algorithm is one that we allow, the key one that the provider shows for
//! it, and the signature right. What the JWT itself brings of keys, and where it says to fetch them, counts for
//! nothing.

use std::str::FromStr;

use jsonwebtoken::{Algorithm, AlgorithmFamily, Header, Validation, decode, decode_header};
use serde_json::Value;

use super::keys::Keys;
use super::ring;
use crate::error::{Error, Result};

/// No provider's JWTs are longer, in bytes.
const MAX_BYTES: usize = 16 << 10;

/// Tells the provider's JWTs from others.
#[derive(Debug)]
pub(super) struct Signatures {
    keys: Keys,
    algorithms: Vec<Algorithm>,
}

/// The algorithm with this name, as a setting gives it. With a shared secret the provider's public key would
/// do for one, and `none` signs nothing.
pub(super) fn parse_algorithm(name: &str) -> Result<Algorithm, String> {
    let is_by_key_pair = |algorithm: &Algorithm| algorithm.family() != AlgorithmFamily::Hmac;
    let algorithm = Algorithm::from_str(name.trim()).ok();
    algorithm.filter(is_by_key_pair).ok_or_else(|| {
        "it must be RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA".to_owned()
    })
}

impl Signatures {
    /// Made by these keys and algorithms.
    pub fn new(keys: Keys, algorithms: Vec<Algorithm>) -> Self {
        Self { keys, algorithms }
    }

    /// What a JWT of the provider says. To all others it is only not valid.
    pub async fn claims_of(&self, jwt: &str) -> Result<Value> {
        let claims = match self.header_of(jwt) {
            Some(header) => self.verified(jwt, &header).await,
            None => None,
        };
        claims.ok_or_else(|| Error::Unauthenticated("the token is not valid".to_owned()))
    }

    /// The header, if we understand and allow all of it that matters.
    fn header_of(&self, jwt: &str) -> Option<Header> {
        if jwt.len() > MAX_BYTES {
            return None;
        }
        let header = decode_header(jwt).ok()?;
        // Extensions that must be understood are not ours.
        (header.crit.is_none() && self.algorithms.contains(&header.alg)).then_some(header)
    }

    async fn verified(&self, jwt: &str, header: &Header) -> Option<Value> {
        let key = self.keys.find(header.kid.as_deref(), header.alg).await?;
        ring::install();
        let decoded = decode(jwt, key.decoding(), &signature_alone(header.alg));
        decoded.ok().map(|jwt| jwt.claims)
    }
}

/// What is said is looked at afterwards, by our own clock.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_key_pairs_sign() {
        for name in ["RS256", "PS512", "ES384", " EdDSA "] {
            assert!(parse_algorithm(name).is_ok(), "{name}");
        }
        for name in ["none", "HS256", "HS512", "ES512", "rs256", ""] {
            let refused = parse_algorithm(name).map_err(|why| why.starts_with("it must be RS256"));
            assert_eq!(refused, Err(true), "{name}");
        }
    }
}
