//! Webhook endpoints as admins see them; never their secrets.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object};
use entity::webhook_endpoint::Model;
use entity::words;
use uuid::Uuid;

use crate::error;
use crate::graphql::node_id::{NodeKind, encode};
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::{DateTime, int};
use crate::graphql::words::WebhookEvent;
use crate::reports;

/// An endpoint.
#[derive(Clone, Debug)]
pub struct WebhookEndpoint(Model);

impl WebhookEndpoint {
    /// The endpoints with these ids; none for those who are no admins.
    pub async fn read(ctx: &Context<'_>, ids: &[Uuid]) -> error::Result<HashMap<Uuid, Self>> {
        let viewer = viewer(ctx)?;
        if viewer.role != words::Role::Admin {
            return Ok(HashMap::new());
        }
        let db = reads(ctx)?.db().await?;
        let rows = reports::webhook_endpoints_by_ids(&db, viewer.shop_id, ids).await?;
        Ok(rows.into_iter().map(|(id, row)| (id, Self(row))).collect())
    }
}

impl From<Model> for WebhookEndpoint {
    fn from(row: Model) -> Self {
        Self(row)
    }
}

/// An address that is told what happens in the shop, in the order in which it does, by the Standard Webhooks
/// specification: one message at a time, sent again with growing pauses until it is taken. For admins only; the
/// secret is shown once, when it is made.
#[Object(serial)]
impl WebhookEndpoint {
    /// Opaque, and the same for good.
    pub(super) async fn id(&self) -> ID {
        encode(NodeKind::WebhookEndpoint, self.0.shop_id, self.0.id)
    }

    /// Where messages are sent.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// What it is told of.
    async fn events(&self) -> Vec<WebhookEvent> {
        self.0.events.0.iter().copied().map(Into::into).collect()
    }

    /// Whether anything is sent. What was not taken for three days, or was answered with 410, disables the
    /// endpoint.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Since when nothing is sent; null where it is.
    async fn disabled_at(&self) -> Option<DateTime> {
        self.0.disabled_at.map(Into::into)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When a message was taken last; null where none was yet.
    async fn delivered_at(&self) -> Option<DateTime> {
        self.0.delivered_at.map(Into::into)
    }

    /// The number in the history up to which it was told, or was not to be.
    async fn delivered_sequence(&self) -> i32 {
        int(self.0.sequence)
    }

    /// How often in a row the next message was not taken.
    async fn failures(&self) -> i32 {
        self.0.failures
    }

    /// Since when it is not taken; null where nothing is wrong.
    async fn failing_since(&self) -> Option<DateTime> {
        self.0.failing_since.map(Into::into)
    }

    /// When it is sent again; null where nothing waits for that.
    async fn retry_at(&self) -> Option<DateTime> {
        self.0.retry_at.map(Into::into)
    }

    /// Why the last message was not taken; null once one was.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// Until when messages are signed with the secret before this one too; null where there was none.
    async fn old_secret_until(&self) -> Option<DateTime> {
        self.0.old_secret_until.map(Into::into)
    }
}
