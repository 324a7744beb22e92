//! An identity provider with keys of its own, which signs what it is given.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};

/// Made for these tests, since ring makes none; it opens nothing.
const RSA: &[u8] = include_bytes!("rsa.der");

pub struct Provider {
    /// Tells its keys from those of others.
    generation: String,
    random: SystemRandom,
    rsa: RsaKeyPair,
    p256: EcdsaKeyPair,
    ed25519: Ed25519KeyPair,
}

impl Provider {
    /// All its keys but that of RSA are new.
    pub fn new(generation: &str) -> Self {
        let random = SystemRandom::new();
        let signing = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let p256 = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
        let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        Self {
            generation: generation.to_owned(),
            rsa: RsaKeyPair::from_pkcs8(RSA).unwrap(),
            p256: EcdsaKeyPair::from_pkcs8(signing, p256.as_ref(), &random).unwrap(),
            ed25519: Ed25519KeyPair::from_pkcs8(ed25519.as_ref()).unwrap(),
            random,
        }
    }

    /// What it calls the key that it signs with by this algorithm.
    pub fn kid(&self, algorithm: &str) -> String {
        let key = match algorithm {
            "ES256" => "p256",
            "EdDSA" => "ed25519",
            _ => "rsa",
        };
        format!("{key}-{}", self.generation)
    }

    /// Its public keys.
    pub fn jwks(&self) -> Value {
        let rsa = RsaPublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
        let point = &self.p256.public_key().as_ref()[1..];
        json!({ "keys": [
            {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"},
            {"kty": "RSA", "kid": self.kid("RS256"), "use": "sig",
                "n": encode(&rsa.n),
                "e": encode(&rsa.e)},
            {"kty": "EC", "kid": self.kid("ES256"), "crv": "P-256", "alg": "ES256",
                "x": encode(&point[..32]), "y": encode(&point[32..])},
            {"kty": "OKP", "kid": self.kid("EdDSA"), "crv": "Ed25519",
                "x": encode(self.ed25519.public_key().as_ref())},
        ] })
    }

    /// A JWT that says this.
    pub fn jwt(&self, claims: &Value) -> String {
        self.jwt_by("EdDSA", claims)
    }

    pub fn jwt_by(&self, algorithm: &str, claims: &Value) -> String {
        let header = json!({"alg": algorithm, "typ": "JWT", "kid": self.kid(algorithm)});
        self.sign(algorithm, &header, claims)
    }

    /// Signs with an algorithm, whatever the header says.
    pub fn sign(&self, algorithm: &str, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = match algorithm {
            "RS256" => self.sign_rsa(&RSA_PKCS1_SHA256, &message),
            "RS512" => self.sign_rsa(&RSA_PKCS1_SHA512, &message),
            "ES256" => {
                let signature = self.p256.sign(&self.random, message.as_bytes()).unwrap();
                signature.as_ref().to_vec()
            }
            "EdDSA" => self.ed25519.sign(message.as_bytes()).as_ref().to_vec(),
            _ => panic!("{algorithm} is not the provider's"),
        };
        format!("{message}.{}", encode(&signature))
    }

    fn sign_rsa(&self, encoding: &'static dyn RsaEncoding, message: &str) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public().modulus_len()];
        let signed = self
            .rsa
            .sign(encoding, &self.random, message.as_bytes(), &mut signature);
        signed.unwrap();
        signature
    }
}

/// The part of a JWT that is signed.
pub fn message(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| encode(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

/// A JWT signed with a secret.
pub fn by_secret(secret: &[u8], header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    format!(
        "{message}.{}",
        encode(hmac::sign(&key, message.as_bytes()).as_ref())
    )
}

pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
