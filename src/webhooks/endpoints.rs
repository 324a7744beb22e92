//! Endpoints as admins make them: addresses are checked before they are kept, secrets are made here and kept
//! sealed.

use entity::webhook_endpoint::Model;
use entity::words::WebhookEvent;
use uuid::Uuid;

use super::signature::make_secret;
use crate::app::App;
use crate::domain::Invalid;
use crate::error::{Error, Result};
use crate::ledger::{AddWebhookEndpoint, RotateWebhookSecret};
use crate::sources::Secret;
use crate::sources::http::recipient;

/// How many characters an address may have.
const MAX_URL: usize = 2_000;

/// An endpoint to be made, and the secret that is told this once.
#[derive(Debug)]
pub struct Added {
    /// The change that makes it.
    pub change: AddWebhookEndpoint,
    /// What its messages will be signed with.
    pub secret: Secret,
}

/// A secret to be given to an endpoint, which is told this once.
#[derive(Debug)]
pub struct NewSecret {
    /// The change that gives it.
    pub change: RotateWebhookSecret,
    /// What its messages will be signed with.
    pub secret: Secret,
}

/// Prepares an endpoint.
pub fn new_endpoint(
    app: &App,
    shop_id: i64,
    url: &str,
    events: Vec<WebhookEvent>,
) -> Result<Added> {
    let id = app.new_id(app.clock.now());
    let url = check_url(app, url)?;
    let (secret, kept) = sealed(app, shop_id, id)?;
    let change = AddWebhookEndpoint {
        id,
        url,
        events,
        secret: kept,
    };
    Ok(Added { change, secret })
}

/// Prepares another secret for an endpoint.
pub fn new_secret(app: &App, shop_id: i64, id: Uuid) -> Result<NewSecret> {
    let (secret, kept) = sealed(app, shop_id, id)?;
    let change = RotateWebhookSecret { id, secret: kept };
    Ok(NewSecret { change, secret })
}

/// The address as it is kept; an error where nothing may be sent there.
pub fn check_url(app: &App, url: &str) -> Result<String> {
    let refuse = |why: String| Error::from(Invalid::new("url", why));
    if url.chars().count() > MAX_URL {
        return Err(refuse(format!(
            "url must have at most {MAX_URL} characters"
        )));
    }
    let url = recipient::parse(url, app.reach.allow_private);
    url.map(String::from)
        .map_err(|error| refuse(error.to_string()))
}

/// What signs the messages of an endpoint now: its secret, and the one before while that still does.
pub(super) fn secrets_of(app: &App, endpoint: &Model) -> Result<Vec<Secret>> {
    let place = place(endpoint.shop_id, endpoint.id);
    let is_on = endpoint
        .old_secret_until
        .is_some_and(|until| app.clock.now() < until);
    let old = endpoint.old_secret.as_ref().filter(|_| is_on);
    let kept = [Some(&endpoint.secret), old].into_iter().flatten();
    kept.map(|kept| app.secrets.find(kept, &place)).collect()
}

fn sealed(app: &App, shop_id: i64, id: Uuid) -> Result<(Secret, String)> {
    let secret = make_secret()?;
    let kept = app.secrets.keep(secret.reveal(), &place(shop_id, id));
    let kept = kept.map_err(|error| match error {
        Error::Refused(refusal) => Error::refused(
            refusal.code,
            "webhooks are signed, and their secrets can be kept only where CASHABLE_SECRET_KEY is set",
        ),
        error => error,
    });
    Ok((secret, kept?))
}

/// Where a secret belongs: it does not open elsewhere. The older one was the newer once, and stays as it is.
fn place(shop_id: i64, id: Uuid) -> String {
    format!("{shop_id}/{id}/webhook")
}
