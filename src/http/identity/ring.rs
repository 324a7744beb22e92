//! Signatures checked by ring, which TLS brings along: nothing else in the tree need know of elliptic curves.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use ring::error::Unspecified;
use ring::signature as algorithms;
use ring::signature::{
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: |algorithm, key| verifier(*algorithm, key),
    key_utils: KeyUtils::new_unimplemented(),
};

/// Has JWTs checked here, where none are made. Once is enough, and again does nothing.
pub(super) fn install() {
    let _ = PROVIDER.install_default();
}

/// One algorithm with one key.
struct RingVerifier {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let verified = match self.key.kind() {
            DecodingKeyKind::RsaModulusExponent { n, e } => rsa(self.algorithm)
                .and_then(|rsa| RsaPublicKeyComponents { n, e }.verify(rsa, message, signature)),
            DecodingKeyKind::SecretOrDer(point) => curve(self.algorithm)
                .and_then(|curve| UnparsedPublicKey::new(curve, point).verify(message, signature)),
        };
        verified.map_err(|Unspecified| signature::Error::new())
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

fn verifier(algorithm: Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    Ok(Box::new(RingVerifier {
        algorithm,
        key: key.clone(),
    }))
}

/// Keys of fewer than 2,048 bits verify nothing.
fn rsa(algorithm: Algorithm) -> Result<&'static RsaParameters, Unspecified> {
    match algorithm {
        Algorithm::RS256 => Ok(&algorithms::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Ok(&algorithms::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Ok(&algorithms::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Ok(&algorithms::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Ok(&algorithms::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Ok(&algorithms::RSA_PSS_2048_8192_SHA512),
        _ => Err(Unspecified),
    }
}

fn curve(algorithm: Algorithm) -> Result<&'static dyn VerificationAlgorithm, Unspecified> {
    match algorithm {
        Algorithm::ES256 => Ok(&algorithms::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Ok(&algorithms::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => Ok(&algorithms::ED25519),
        _ => Err(Unspecified),
    }
}
