//! Webhook endpoints made, changed and removed.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::webhook_endpoint::Model;

use super::door::{Outcome, found, outcome, require_admin, row, write_as_admin};
use super::payload::payload;
use crate::error::Refusal;
use crate::graphql::errors::Result;
use crate::graphql::node_id::{NodeKind, encode};
use crate::graphql::object::WebhookEndpoint;
use crate::graphql::reads::{app, viewer};
use crate::graphql::user_error::UserError;
use crate::graphql::words::WebhookEvent;
use crate::ledger::{ChangeWebhookEndpoint, RemoveWebhookEndpoint};
use crate::webhooks::{self, Secret};

#[derive(Debug, Default)]
pub struct WebhookMutations;

/// An address to be told what happens. It takes no idempotency key, since its answer is a secret.
#[derive(Debug, InputObject)]
pub struct CreateWebhookEndpointInput {
    /// The shop; may be left out where the viewer sees exactly one.
    shop_id: Option<ID>,
    /// Where messages are sent; it begins with https:// and lies in no private network, unless the server allows it.
    url: String,
    /// What it is told of, one event at least.
    events: Vec<WebhookEvent>,
}

/// What to change of an endpoint; what is left out or null stays.
#[derive(Debug, InputObject)]
pub struct UpdateWebhookEndpointInput {
    /// The endpoint.
    webhook_endpoint_id: ID,
    /// Where messages are sent. What was failing is tried at once.
    url: Option<String>,
    /// What it is told of from now on, one event at least.
    events: Option<Vec<WebhookEvent>>,
    /// Whether anything is sent. One that is enabled again goes on where it stopped.
    enabled: Option<bool>,
    /// True leaves out for good what it was not told so far, and begins with what happens next.
    skip_missed: Option<bool>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// Which endpoint gets a new secret. It takes no idempotency key, since its answer is a secret.
#[derive(Debug, InputObject)]
pub struct RotateWebhookSecretInput {
    /// The endpoint.
    webhook_endpoint_id: ID,
}

/// Which endpoint to remove.
#[derive(Debug, InputObject)]
pub struct DeleteWebhookEndpointInput {
    /// The endpoint.
    webhook_endpoint_id: ID,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and changes nothing again.
    idempotency_key: Option<String>,
}

/// The new endpoint.
#[derive(Debug, Default, SimpleObject)]
#[graphql(serial)]
pub struct CreateWebhookEndpointPayload {
    /// The endpoint, without its secret; null where none was made.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// What its messages are signed with, as `whsec_…`. It is shown this once.
    secret: Option<String>,
    /// Why no endpoint was made; empty where one was.
    user_errors: Vec<UserError>,
}

/// The new secret.
#[derive(Debug, Default, SimpleObject)]
#[graphql(serial)]
pub struct RotateWebhookSecretPayload {
    /// The endpoint, whose messages both secrets sign until `oldSecretUntil`; null where there is none.
    webhook_endpoint: Option<WebhookEndpoint>,
    /// What its messages are signed with from now on, as `whsec_…`. It is shown this once.
    secret: Option<String>,
    /// Why there is no new secret; empty where there is.
    user_errors: Vec<UserError>,
}

payload! {
    /// What became of a change to an endpoint.
    UpdateWebhookEndpointPayload {
        /// The endpoint as it is now; null where it was not changed.
        webhook_endpoint: WebhookEndpoint
    }
}

payload! {
    /// What became of an endpoint to be removed.
    DeleteWebhookEndpointPayload {
        /// The id that it had; null where it is still there.
        deleted_webhook_endpoint_id: ID
    }
}

#[Object(serial)]
impl WebhookMutations {
    /// Makes an endpoint, which is told of what happens from now on. Requires ADMIN.
    async fn create_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its address, and what to tell it of.")] input: CreateWebhookEndpointInput,
    ) -> Result<CreateWebhookEndpointPayload> {
        require_admin(ctx)?;
        let shop_id = viewer(ctx)?.shop_of(input.shop_id.as_ref())?;
        let events = input.events.into_iter().map(Into::into).collect();
        let new = webhooks::new_endpoint(app(ctx)?, shop_id, &input.url, events);
        let new = found!(outcome(new)?);
        let made = write_as_admin(ctx, None, &new.change).await?;
        Ok((made, new.secret).into())
    }

    /// Changes an endpoint. Requires ADMIN.
    async fn update_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint, and what to change.")] input: UpdateWebhookEndpointInput,
    ) -> Result<UpdateWebhookEndpointPayload> {
        let id = found!(endpoint(ctx, &input.webhook_endpoint_id)?);
        let url = input.url.map(|url| webhooks::check_url(app(ctx)?, &url));
        let events = input.events;
        let change = ChangeWebhookEndpoint {
            id,
            url: found!(outcome(url.transpose())?),
            events: events.map(|events| events.into_iter().map(Into::into).collect()),
            enabled: input.enabled,
            skip_missed: input.skip_missed.unwrap_or(false),
        };
        Ok(write_as_admin(ctx, input.idempotency_key, &change)
            .await?
            .into())
    }

    /// Gives an endpoint a new secret. The one before it signs along for 24 hours, so that the receiver can change
    /// over. Requires ADMIN.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint.")] input: RotateWebhookSecretInput,
    ) -> Result<RotateWebhookSecretPayload> {
        let id = found!(endpoint(ctx, &input.webhook_endpoint_id)?);
        let new = webhooks::new_secret(app(ctx)?, viewer(ctx)?.shop_id, id);
        let new = found!(outcome(new)?);
        let rotated = write_as_admin(ctx, None, &new.change).await?;
        Ok((rotated, new.secret).into())
    }

    /// Removes an endpoint, and all that it was not told yet. Requires ADMIN.
    async fn delete_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint.")] input: DeleteWebhookEndpointInput,
    ) -> Result<DeleteWebhookEndpointPayload> {
        let id = found!(endpoint(ctx, &input.webhook_endpoint_id)?);
        let shop_id = viewer(ctx)?.shop_id;
        let change = RemoveWebhookEndpoint { id };
        let removed = write_as_admin(ctx, input.idempotency_key, &change).await?;
        let removed = removed.map(|id| encode(NodeKind::WebhookEndpoint, shop_id, id));
        Ok(removed.into())
    }
}

fn endpoint(ctx: &Context<'_>, id: &ID) -> Result<Outcome<uuid::Uuid>> {
    row(ctx, NodeKind::WebhookEndpoint, "webhookEndpointId", id)
}

/// A payload with an endpoint and the secret that is shown this once.
macro_rules! with_secret {
    ($payload:ident) => {
        impl From<(Outcome<Model>, Secret)> for $payload {
            fn from((outcome, secret): (Outcome<Model>, Secret)) -> Self {
                match outcome {
                    Ok(row) => Self {
                        webhook_endpoint: Some(row.into()),
                        secret: Some(secret.reveal().to_owned()),
                        user_errors: Vec::new(),
                    },
                    Err(refusal) => refusal.into(),
                }
            }
        }

        impl From<Refusal> for $payload {
            fn from(refusal: Refusal) -> Self {
                Self {
                    user_errors: vec![refusal.into()],
                    ..Self::default()
                }
            }
        }
    };
}
with_secret!(CreateWebhookEndpointPayload);
with_secret!(RotateWebhookSecretPayload);
