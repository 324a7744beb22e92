//! Signatures by the Standard Webhooks specification. Its crate would bring a second HMAC and a third Base64 into
//! the program for these few lines; the tests hold them to it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::Instant;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};
use crate::sources::Secret;

/// What secrets begin with, so that they are known for what they are.
const PREFIX: &str = "whsec_";
/// How many bytes a secret has; the specification asks for 24 to 64.
const SECRET_LEN: usize = 32;

/// A new secret.
pub(super) fn make_secret() -> Result<Secret> {
    let mut bytes = [0; SECRET_LEN];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::Unexpected(format!("the system gives no random numbers: {error}"))
    })?;
    Ok(Secret::new(format!("{PREFIX}{}", STANDARD.encode(bytes))))
}

/// The three headers of a message that is sent now, signed with each of the secrets.
pub(super) fn headers(
    id: &str,
    now: Instant,
    body: &[u8],
    secrets: &[Secret],
) -> Result<[(&'static str, String); 3]> {
    let seconds = now.0.div_euclid(1_000).to_string();
    let signatures: Result<Vec<String>> = secrets
        .iter()
        .map(|secret| sign(secret, id, &seconds, body))
        .collect();
    Ok([
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds),
        ("webhook-signature", signatures?.join(" ")),
    ])
}

fn sign(secret: &Secret, id: &str, seconds: &str, body: &[u8]) -> Result<String> {
    let key = secret.reveal();
    let key = STANDARD
        .decode(key.strip_prefix(PREFIX).unwrap_or(key))
        .map_err(|_| Error::Unexpected("a webhook's secret is not Base64".to_owned()))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key)
        .map_err(|error| Error::Unexpected(error.to_string()))?;
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        mac.update(part);
    }
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    Ok(format!("v1,{signature}"))
}

#[cfg(test)]
mod tests {
    use standardwebhooks::Webhook;

    use super::*;

    #[test]
    fn a_message_is_signed_as_the_specifications_crate_does_it() {
        let (old, new) = (
            Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
            make_secret().expect("random numbers"),
        );
        assert!(new.reveal().starts_with("whsec_") && new.reveal().len() == 50);
        let body = "{\"type\":\"sync.finished\",\"näme\":1}".as_bytes();
        let secrets = [new, old];
        let made = headers("msg_1", Instant(1_649_367_553_999), body, &secrets);
        let [id, timestamp, signature] = made.expect("signed").map(|(_, value)| value);
        let expected = secrets.map(|secret| {
            let webhook = Webhook::new(secret.reveal()).expect("a secret");
            let signed = webhook.sign("msg_1", 1_649_367_553, body);
            signed.expect("signed")
        });
        assert_eq!((id.as_str(), timestamp.as_str()), ("msg_1", "1649367553"));
        assert_eq!(signature, expected.join(" "));
    }

    #[test]
    fn the_specifications_example_comes_out() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = br#"{"test": 2432232314}"#;
        let signature = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(
            signature.ok().as_deref(),
            Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        );
    }
}
