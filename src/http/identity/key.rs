//! The keys in a JWKS, and which of them may have signed what.

use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// A public key of the provider. It is for one kind of algorithm, whatever a JWT says of itself.
#[derive(Clone, Debug)]
pub(super) struct Key {
    name: Option<String>,
    algorithms: Vec<Algorithm>,
    decoding: DecodingKey,
}

/// All keys of a JWKS that can verify something.
#[derive(Clone, Debug, Default)]
pub(super) struct KeySet(Vec<Key>);

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<Value>,
}

impl Key {
    /// The key itself.
    pub fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// A key that nobody here can use is none.
    fn of(jwk: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk).ok()?;
        if !is_for_signatures(&jwk.common) {
            return None;
        }
        let mut algorithms = algorithms_of(&jwk.algorithm);
        if let Some(only) = jwk.common.key_algorithm {
            algorithms.retain(|it| Algorithm::try_from(only).is_ok_and(|only| only == *it));
        }
        if algorithms.is_empty() {
            return None;
        }
        Some(Self {
            decoding: DecodingKey::from_jwk(&jwk).ok()?,
            name: jwk.common.key_id,
            algorithms,
        })
    }
}

impl KeySet {
    /// The keys in a JWKS. Those of kinds that we do not know are passed over.
    pub fn parse(jwks: &[u8]) -> Result<Self, String> {
        let jwks: Jwks = serde_json::from_slice(jwks)
            .map_err(|error| format!("it is no JWKS, an object with a list of keys: {error}"))?;
        let keys: Vec<Key> = jwks.keys.into_iter().filter_map(Key::of).collect();
        if keys.is_empty() {
            let none = "it has no public key for signatures by RSA, P-256, P-384 or Ed25519";
            return Err(none.to_owned());
        }
        Ok(Self(keys))
    }

    /// The key of this name that may have signed with this algorithm. A JWT that names none can only be signed
    /// with one that is without a rival.
    pub fn find(&self, name: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self.0.iter().filter(|key| {
            key.algorithms.contains(&algorithm) && (name.is_none() || key.name.as_deref() == name)
        });
        let found = fitting.next()?;
        (name.is_some() || fitting.next().is_none()).then_some(found)
    }
}

fn is_for_signatures(jwk: &CommonParameters) -> bool {
    let is_to_sign = |it: &PublicKeyUse| *it == PublicKeyUse::Signature;
    let verifies = |it: &Vec<KeyOperations>| it.contains(&KeyOperations::Verify);
    jwk.public_key_use.as_ref().is_none_or(is_to_sign)
        && jwk.key_operations.as_ref().is_none_or(verifies)
}

/// Secrets that both sides know sign nothing here.
fn algorithms_of(parameters: &AlgorithmParameters) -> Vec<Algorithm> {
    match parameters {
        AlgorithmParameters::RSA(_) => AlgorithmFamily::Rsa.algorithms().to_vec(),
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => vec![Algorithm::ES256],
            EllipticCurve::P384 => vec![Algorithm::ES384],
            _ => Vec::new(),
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            vec![Algorithm::EdDSA]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(keys: &Value) -> Result<KeySet, String> {
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
    }

    #[test]
    fn a_key_is_for_what_it_says_and_can() {
        let rsa = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "a"});
        let with = |name: &str, value: Value| {
            let mut key = rsa.clone();
            key[name] = value;
            key
        };
        let p256 = json!({"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB", "kid": "a"});
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": "AQAB", "kid": "a"});
        for (key, algorithm, fits) in [
            (rsa.clone(), Algorithm::RS256, true),
            (rsa.clone(), Algorithm::PS512, true),
            (rsa.clone(), Algorithm::ES256, false),
            (rsa.clone(), Algorithm::HS256, false),
            (with("alg", json!("RS256")), Algorithm::RS256, true),
            (with("alg", json!("RS256")), Algorithm::RS384, false),
            (with("use", json!("sig")), Algorithm::RS256, true),
            (with("key_ops", json!(["verify"])), Algorithm::RS256, true),
            (p256.clone(), Algorithm::ES256, true),
            (p256, Algorithm::ES384, false),
            (ed.clone(), Algorithm::EdDSA, true),
            (ed, Algorithm::RS256, false),
        ] {
            let found = set(&json!([key])).unwrap();
            assert_eq!(
                found.find(Some("a"), algorithm).is_some(),
                fits,
                "{key} {algorithm:?}"
            );
        }
    }

    #[test]
    fn what_verifies_nothing_is_no_key() {
        for key in [
            json!({"kty": "oct", "k": "c2VjcmV0", "kid": "a"}),
            json!({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}),
            json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "enc"}),
            json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "key_ops": ["encrypt"]}),
            json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "RSA-OAEP"}),
            json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "HS256"}),
            json!({"kty": "RSA", "n": "not base64!", "e": "AQAB"}),
            json!({"kty": "EC", "crv": "P-521", "x": "AQAB", "y": "AQAB"}),
            json!({"kty": "EC", "crv": "secp256k1", "x": "AQAB", "y": "AQAB"}),
            json!({"kty": "OKP", "crv": "X25519", "x": "AQAB"}),
            json!({"kty": "new"}),
            json!("text"),
        ] {
            let refused = set(&json!([key])).map(drop);
            assert!(
                refused.is_err_and(|why| why.starts_with("it has no public key")),
                "{key}"
            );
        }
        for jwks in ["", "[]", "{}", r#"{"keys": {}}"#] {
            let refused = KeySet::parse(jwks.as_bytes()).map(drop);
            assert!(
                refused.is_err_and(|why| why.starts_with("it is no JWKS")),
                "{jwks}"
            );
        }
    }

    #[test]
    fn a_jwt_without_a_name_needs_a_key_without_a_rival() {
        let rsa = |kid: &str| json!({"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": kid});
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "x": "AQAB"});
        let (one, two) = (json!([rsa("a"), ed]), json!([rsa("a"), rsa("b"), ed]));
        for (keys, name, is_found) in [
            (&one, None, true),
            (&two, None, false),
            (&two, Some("b"), true),
            (&two, Some("c"), false),
        ] {
            let found = set(keys).unwrap();
            assert_eq!(
                found.find(name, Algorithm::RS256).is_some(),
                is_found,
                "{keys} {name:?}"
            );
        }
    }
}
