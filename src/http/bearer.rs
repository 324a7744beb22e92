//! Who asks: the bearer token of a request or a socket, looked up and turned into a viewer. Tokens of ours begin
//! with our name; all others are the identity provider's, where there is one.
//!
//! A token that was never made and one with a wrong secret get the same answer, so that nobody can find
//! out which tokens there are. Only who knows the secret learns that it was revoked or has expired.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use entity::{Instant, access_token, shop};
use serde_json::Value;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::identity::Identity;
use super::settings::Settings;
use crate::app::App;
use crate::error::{Error, Result};
use crate::graphql::{Sighting, Viewer};
use crate::{ledger, reports};

/// A use is recorded at most so often.
const USE_MILLIS: i64 = 60_000;
/// From how many tokens on those are forgotten that were not used of late.
const MANY: usize = 1_000;

/// The token in a request's `Authorization` header.
pub fn in_headers(headers: &HeaderMap) -> Option<&str> {
    of_scheme(headers.get(AUTHORIZATION)?.to_str().ok()?)
}

/// The token in a socket's first message, for browsers cannot set headers there.
pub fn in_payload(payload: &Value) -> Option<&str> {
    let bare = || payload.get("token")?.as_str();
    let header = payload
        .get("Authorization")
        .or_else(|| payload.get("authorization"));
    header
        .and_then(Value::as_str)
        .and_then(of_scheme)
        .or_else(bare)
}

/// Tells whose tokens those are that come with requests and sockets. Clones remember together.
#[derive(Clone, Debug)]
pub struct Bearers {
    app: App,
    uses: Arc<Uses>,
    identity: Option<Identity>,
}

impl Bearers {
    /// Of this program, and of the identity provider that the settings name.
    pub fn new(app: App, settings: &Settings) -> Self {
        Self {
            identity: Identity::of(&app, &settings.identity),
            uses: Arc::default(),
            app,
        }
    }

    /// Whose token it is, and the shop as it is now; an error without a token that is valid now.
    pub async fn identify(&self, secret: Option<&str>) -> Result<(Viewer, Sighting)> {
        let secret = secret.ok_or_else(|| {
            refused("send a token: Authorization: Bearer cashable_…, or open / to ask")
        })?;
        if let Some(identity) = &self.identity
            && !ledger::is_token(secret)
        {
            return identity.identify(secret).await;
        }
        let (token, shop) = find(&self.app, secret)
            .await?
            .ok_or_else(|| refused("the token is not valid"))?;
        let now = self.app.clock.now();
        refuse_spent(&token, now)?;
        if self.uses.is_due(token.id, now) {
            record_use(&self.app, &token);
        }
        Ok((viewer(token), Sighting::of(shop)))
    }
}

/// When each token's use was last recorded. A busy token is asked about far more often than that can be stored.
#[derive(Debug, Default)]
struct Uses(Mutex<HashMap<Uuid, Instant>>);

impl Uses {
    /// Whether a use now is the first of a minute, which the caller then records.
    fn is_due(&self, token: Uuid, now: Instant) -> bool {
        let is_recent = |at: &Instant| now.0 - at.0 < USE_MILLIS;
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recorded.get(&token).is_some_and(is_recent) {
            return false;
        }
        if recorded.len() >= MANY {
            recorded.retain(|_, at| is_recent(at));
        }
        recorded.insert(token, now);
        true
    }
}

/// Schemes have no case, and other schemes are no tokens of ours.
fn of_scheme(header: &str) -> Option<&str> {
    let (scheme, secret) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// The row whose secret this is. Hashes are compared in a time that does not tell how far they agree.
async fn find(app: &App, secret: &str) -> Result<Option<(access_token::Model, shop::Model)>> {
    let Some((shop_id, id, hash)) = ledger::parse_secret(secret) else {
        return Ok(None);
    };
    let found = reports::find_token_with_shop(app.database.reader(), shop_id, id).await?;
    Ok(found.filter(|(token, _)| token.secret_hash.as_bytes().ct_eq(hash.as_bytes()).into()))
}

fn refuse_spent(token: &access_token::Model, now: Instant) -> Result<()> {
    if token.revoked_at.is_some() {
        return Err(refused("the token was revoked: ask an admin for a new one"));
    }
    if token.expires_at.is_some_and(|at| at <= now) {
        return Err(refused("the token has expired: ask an admin for a new one"));
    }
    Ok(())
}

/// Aside of the request: on SQLite a read would else wait for whoever is writing.
fn record_use(app: &App, token: &access_token::Model) {
    let (app, token) = (app.clone(), token.clone());
    tokio::spawn(async move {
        if let Err(error) = ledger::touch_token(&app, &token).await {
            tracing::warn!(cause = %error.in_full(), token = %token.id, "the use of a token was not recorded");
        }
    });
}

fn viewer(token: access_token::Model) -> Viewer {
    Viewer {
        token_id: token.id,
        name: token.name,
        role: token.role,
        shop_id: token.shop_id,
        affiliate_id: token.affiliate_id,
    }
}

fn refused(message: &str) -> Error {
    Error::Unauthenticated(message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_recorded_once_a_minute() {
        let uses = Uses::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for (token, at, is_due) in [
            (one, 0, true),
            (one, 1, false),
            (other, 1, true),
            (one, USE_MILLIS - 1, false),
            (one, USE_MILLIS, true),
            (one, USE_MILLIS + 1, false),
        ] {
            assert_eq!(uses.is_due(token, Instant(at)), is_due, "{token} {at}");
        }
    }

    #[test]
    fn tokens_that_are_used_no_more_are_forgotten() {
        let uses = Uses::default();
        for token in 0..MANY as u128 {
            uses.is_due(Uuid::from_u128(token), Instant(0));
        }
        uses.is_due(Uuid::max(), Instant(USE_MILLIS));
        assert_eq!(uses.0.lock().map(|uses| uses.len()).ok(), Some(1));
    }
}
