//! Platforms connected by an admin: what was said is checked before it is kept, secrets are kept sealed, and
//! what runs is made of the row.

use entity::order_source;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::domain::{Invalid, text};
use crate::error::{Error, Result};
use crate::ledger::{self, Author, ConnectSource};
use crate::sources::{Access, Http, Platform, Secret, Secrets, kind_of};
use crate::sync::pull::Asking;

/// What orders come from that no platform brought: those of the API, and those of a file. A source of that name
/// would take them for its own.
const OTHER_ORIGINS: [&str; 2] = ["api", "file"];

/// What an admin says of a platform.
#[derive(Clone, Default, Serialize)]
pub struct NewSource {
    /// Which kind, such as `woocommerce`.
    pub kind: String,
    /// What its orders' source is to be called; the kind where unset.
    pub name: Option<String>,
    /// Where it is asked; unset where it only pushes.
    pub address: Option<String>,
    /// The public half of the credentials.
    pub account: Option<String>,
    /// The secret half, or `env:NAME`.
    pub secret: Option<String>,
    /// What webhooks are signed with, or `env:NAME`.
    pub hook_secret: Option<String>,
    /// What else the platform needs.
    pub settings: Value,
}

/// How orders of a kind of platform come in by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaysIn {
    /// How the webhooks that it sends are set up there, in words that follow their path; unset where it sends none.
    pub webhooks: Option<&'static str>,
    /// It is never asked, and pushes.
    pub pushes: bool,
}

/// How orders of this kind of platform come in by themselves; not at all where nothing is known of it.
#[must_use]
pub fn ways_in(kind: &str) -> WaysIn {
    let kind = kind_of(kind).ok();
    WaysIn {
        webhooks: kind.and_then(|kind| kind.hooks),
        pushes: kind.is_some_and(|kind| kind.pull.is_none()),
    }
}

/// Whether what is given for a secret names a variable of the program's environment.
#[must_use]
pub fn is_in_environment(secret: &str) -> bool {
    Secrets::is_in_environment(secret)
}

/// The secrets of a source, by the columns that they are kept in.
#[derive(Clone, Copy, Debug)]
pub enum SecretOf {
    /// The secret half of the credentials.
    Access,
    /// What webhooks are signed with.
    Hook,
    /// What they were signed with before.
    OldHook,
}

impl SecretOf {
    /// Where a secret belongs: it does not open elsewhere.
    pub(super) fn place(self, row: &order_source::Model) -> String {
        // The older secret of webhooks was the newer once, and moves between its columns as it is.
        let column = match self {
            Self::Access => "secret",
            Self::Hook | Self::OldHook => "hook_secret",
        };
        format!("{}/{}/{column}", row.shop_id, row.id)
    }

    fn kept(self, row: &order_source::Model) -> Option<&str> {
        match self {
            Self::Access => row.secret.as_deref(),
            Self::Hook => row.hook_secret.as_deref(),
            Self::OldHook => row.old_hook_secret.as_deref(),
        }
    }
}

/// Connects a shop to a platform. Whether the platform answers is another question: see [`asking`].
pub async fn connect_source(
    app: &App,
    shop_id: i64,
    author: &Author,
    new: NewSource,
) -> Result<order_source::Model> {
    let asked = digest_of(&new)?;
    let kind = kind_of(&new.kind)?;
    let now = app.clock.now();
    let mut row = order_source::Model {
        shop_id,
        id: app.new_id(now),
        kind: kind.name.to_owned(),
        name: match &new.name {
            Some(name) => name_of(name)?,
            None => kind.name.to_owned(),
        },
        address: new.address.unwrap_or_default().trim().to_owned(),
        account: new.account,
        secret: None,
        hook_secret: None,
        old_hook_secret: None,
        settings: new.settings,
        enabled: true,
        cursor: None,
        covered_until: None,
        asked_after: None,
        gone_asked_at: None,
        unread: None,
        pulled_at: None,
        error: None,
        created_at: now,
    };
    let keep = |secret: Option<String>, of: SecretOf| {
        let kept = secret.map(|secret| app.secrets.keep(&secret, &of.place(&row)));
        kept.transpose()
    };
    let secret = keep(new.secret, SecretOf::Access)?;
    let hook_secret = keep(new.hook_secret, SecretOf::Hook)?;
    row.secret = secret;
    row.hook_secret = hook_secret;
    check(app, &row)?;
    ledger::write(app, shop_id, author, &ConnectSource { row, asked }).await
}

fn name_of(name: &str) -> Result<String, Invalid> {
    let name = text::required("name", name)?;
    if OTHER_ORIGINS
        .iter()
        .any(|it| it.eq_ignore_ascii_case(&name))
    {
        let message = format!("a source must not be called {name}: orders of another origin are");
        return Err(Invalid::new("name", message));
    }
    Ok(name)
}

/// What tells one request from another where it holds secrets.
pub(super) fn digest_of(asked: &impl Serialize) -> Result<String> {
    let text = serde_json::to_vec(asked)
        .map_err(|error| Error::Unexpected(format!("a request cannot be written: {error}")))?;
    Ok(hex::encode(Sha256::digest(text)))
}

/// A connected platform, ready to be asked; an error where what was said of it does not do (any more).
pub fn asking(app: &App, row: &order_source::Model) -> Result<Asking> {
    let kind = kind_of(&row.kind)?;
    let Some(pull) = kind.pull else {
        let message = format!("{} is never asked: it pushes its orders", kind.title);
        return Err(Error::invalid("kind", message));
    };
    let http = Http::open(&row.address, pull.min_interval, &app.reach)
        .map_err(|error| Invalid::new("address", error.to_string()))?;
    let platform = platform_of(app, row)?;
    Ok(Asking::new(platform, http, app.reach.pauses.clone()))
}

/// What runs at the other end, with its credentials and settings.
pub(super) fn platform_of(app: &App, row: &order_source::Model) -> Result<Box<dyn Platform>> {
    let access = Access {
        account: row.account.clone(),
        secret: find_secret(app, row, SecretOf::Access)?,
        settings: row.settings.clone(),
    };
    Ok((kind_of(&row.kind)?.connect)(access)?)
}

/// A secret of a platform, opened; unset where none was given.
pub fn find_secret(app: &App, row: &order_source::Model, of: SecretOf) -> Result<Option<Secret>> {
    let kept = of.kept(row);
    kept.map(|kept| app.secrets.find(kept, &of.place(row)))
        .transpose()
}

/// What its webhooks may be signed with: the secret, and the one before it for as long as that is at hand. Whoever
/// has taken its variable out of the environment wants it no more.
pub fn hook_secrets(app: &App, row: &order_source::Model) -> Result<Vec<Secret>> {
    let present = find_secret(app, row, SecretOf::Hook)?;
    let old = find_secret(app, row, SecretOf::OldHook).unwrap_or_default();
    Ok(present.into_iter().chain(old).collect())
}

/// Refuses what does not do, whether or not the platform answers.
pub(super) fn check(app: &App, row: &order_source::Model) -> Result<()> {
    hook_secrets(app, row)?;
    let kind = kind_of(&row.kind)?;
    if kind.pull.is_some() {
        return asking(app, row).map(drop);
    }
    if row.hook_secret.is_none() {
        let message = format!("{} needs the secret that its pushes come with", kind.title);
        return Err(Error::invalid("webhookSecret", message));
    }
    platform_of(app, row).map(drop)
}
