//! The platforms that a shop's orders come from, as admins see them; never their secrets.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};
use entity::order_source::Model;
use entity::words;
use uuid::Uuid;

use super::{StatusMapping, UnmappedStatus};
use crate::error;
use crate::graphql::errors::Result;
use crate::graphql::node_id::{NodeKind, encode};
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::DateTime;
use crate::ledger::sources_of;
use crate::reports;
use crate::sync::ways_in;

/// A connected platform.
#[derive(Clone, Debug)]
pub struct OrderSource(Model);

impl From<Model> for OrderSource {
    fn from(row: Model) -> Self {
        Self(row)
    }
}

impl OrderSource {
    /// All of the viewer's shop.
    pub async fn all(ctx: &Context<'_>) -> error::Result<Vec<Self>> {
        let db = reads(ctx)?.db().await?;
        let rows = sources_of(&db, viewer(ctx)?.shop_id).await?;
        Ok(rows.into_iter().map(Self).collect())
    }

    /// Those with these ids; none for those who are no admins.
    pub async fn read(ctx: &Context<'_>, ids: &[Uuid]) -> error::Result<HashMap<Uuid, Self>> {
        if viewer(ctx)?.role != words::Role::Admin {
            return Ok(HashMap::new());
        }
        let mut all = Self::all(ctx).await?;
        all.retain(|source| ids.contains(&source.0.id));
        Ok(all.into_iter().map(|it| (it.0.id, it)).collect())
    }

    fn opaque(&self) -> ID {
        encode(NodeKind::OrderSource, self.0.shop_id, self.0.id)
    }
}

/// A platform that a shop's orders come from. For admins only; its secrets are never shown.
#[Object(serial)]
impl OrderSource {
    /// Opaque, and the same for good.
    pub(super) async fn id(&self) -> ID {
        self.opaque()
    }

    /// Which platform it is, such as `woocommerce`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// What `source` says of its orders; unique in the shop.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is asked; null where it only pushes.
    async fn address(&self) -> Option<&str> {
        Some(self.0.address.as_str()).filter(|address| !address.is_empty())
    }

    /// The public half of its credentials: a key, a user.
    async fn account(&self) -> Option<&str> {
        self.0.account.as_deref()
    }

    /// Whether the secret half is set.
    async fn secret_set(&self) -> bool {
        self.0.secret.is_some()
    }

    /// Whether there is a secret that webhooks, feeds and pushes prove themselves by.
    async fn webhook_secret_set(&self) -> bool {
        self.0.hook_secret.is_some()
    }

    /// Whether the webhook secret before that one holds as well.
    async fn old_webhook_secret_set(&self) -> bool {
        self.0.old_hook_secret.is_some()
    }

    /// What else the platform needs to know: a JSON object.
    async fn settings(&self) -> String {
        self.0.settings.to_string()
    }

    /// Whether it is asked, and listened to. While it is not, its orders make nothing COMPLETED, since they may have
    /// been returned: one that is switched off for good is disconnected.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// The path on this server to which the platform sends its webhooks; null where it has none. None is taken while
    /// `webhookSecretSet` is false.
    async fn webhook_path(&self) -> Option<String> {
        let has_hooks = ways_in(&self.0.kind).webhooks.is_some();
        has_hooks.then(|| format!("/hooks/{}", self.opaque().as_str()))
    }

    /// How the platform is set up to send its webhooks to `webhookPath`, in plain words, and whether they would be
    /// taken; null where it has none.
    async fn webhook_setup(&self) -> Option<String> {
        let setup = ways_in(&self.0.kind).webhooks?;
        Some(if self.0.hook_secret.is_some() {
            format!("At the platform, {setup}.")
        } else {
            format!(
                "First set a webhook secret here, without which none is taken; then, at the platform, {setup}."
            )
        })
    }

    /// The path on this server where word of a new product feed starts a sync, with the webhook secret as bearer. None
    /// is taken while `webhookSecretSet` is false.
    async fn feed_path(&self) -> String {
        format!("/hooks/feed/{}", self.opaque().as_str())
    }

    /// The path on this server to which the platform pushes its orders; null where it is asked for them. A push names
    /// the `id` of this as its `shop_id`, and comes with the webhook secret. A path without the id does as well, and is
    /// the first to be refused where many push at a time.
    async fn push_path(&self) -> Option<String> {
        let pushes = ways_in(&self.0.kind).pushes;
        pushes.then(|| format!("/sync/orders/{}", self.opaque().as_str()))
    }

    /// When it was last read without a failure, or pushed; null where it never was.
    async fn last_pulled_at(&self) -> Option<DateTime> {
        self.0.pulled_at.map(Into::into)
    }

    /// Why the last reading failed; null where it did not.
    async fn last_error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// When it was connected.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// What its words mean, by word: what the shop says, and the defaults of the platform for all else.
    async fn statuses(&self, ctx: &Context<'_>) -> Result<Vec<StatusMapping>> {
        let db = reads(ctx)?.db().await?;
        let own = reports::status_mappings(&db, self.0.shop_id, &self.0.name).await?;
        Ok(StatusMapping::table(&self.0.kind, own)?)
    }

    /// Its words that no table knows, those of most orders first. `mapStatus` gives one a meaning.
    async fn unmapped_statuses(&self, ctx: &Context<'_>) -> Result<Vec<UnmappedStatus>> {
        let db = reads(ctx)?.db().await?;
        let mut rows = reports::unmapped_statuses(&db, self.0.shop_id).await?;
        rows.retain(|row| row.source == self.0.name);
        Ok(rows.into_iter().map(Into::into).collect())
    }
}
