//! What was said of a platform said anew: other credentials, other settings, or off and on.

use entity::order_source;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::connecting::{SecretOf, check, digest_of};
use crate::app::App;
use crate::error::{Error, Result};
use crate::ledger::{self, Author, SourceChange, UpdateSource, find_source};

/// What an admin says anew of a platform; what is left out stays.
#[derive(Clone, Default, Serialize)]
pub struct SourceUpdate {
    /// Where it is asked. Its secret must be said again with it, and so goes nowhere unseen.
    pub address: Option<String>,
    /// The public half of the credentials.
    pub account: Option<String>,
    /// The secret half, or `env:NAME`.
    pub secret: Option<String>,
    /// What webhooks are signed with from now on, or `env:NAME`. The secret until now holds as well.
    pub hook_secret: Option<String>,
    /// Whether webhooks signed with the older secret are taken no more.
    pub drops_old_hook_secret: bool,
    /// What else the platform needs, all of it.
    pub settings: Option<Value>,
    /// Whether it is asked, and listened to.
    pub enabled: Option<bool>,
}

/// Changes what was said of a platform, all of it or nothing.
pub async fn update_source(
    app: &App,
    shop_id: i64,
    author: &Author,
    source_id: Uuid,
    update: SourceUpdate,
) -> Result<order_source::Model> {
    let asked = digest_of(&(source_id, &update))?;
    let row = find_source(app.database.reader(), shop_id, source_id).await?;
    let row = row.ok_or_else(|| Error::not_found("source"))?;
    let keep = |secret: Option<String>, of: SecretOf| {
        let kept = secret.map(|secret| app.secrets.keep(&secret, &of.place(&row)));
        kept.transpose()
    };
    let change = SourceChange {
        secret: keep(update.secret, SecretOf::Access)?,
        hook_secret: keep(update.hook_secret, SecretOf::Hook)?,
        drops_old_hook_secret: update.drops_old_hook_secret,
        address: update.address.map(|address| address.trim().to_owned()),
        account: update.account,
        settings: update.settings,
        enabled: update.enabled,
    };
    check_secret_goes_nowhere(&row, &change)?;
    check(app, &change.made_to(row))?;
    let update = UpdateSource {
        source_id,
        change,
        asked,
    };
    ledger::write(app, shop_id, author, &update).await
}

/// Whoever may change an address must not learn a secret by having it sent there.
fn check_secret_goes_nowhere(row: &order_source::Model, change: &SourceChange) -> Result<()> {
    let moves = change.address.as_ref().is_some_and(|it| *it != row.address);
    if moves && row.secret.is_some() && change.secret.is_none() {
        let message = "another address gets the secret sent: say it again, too";
        return Err(Error::invalid("secret", message));
    }
    Ok(())
}
