//! The shop's webhook endpoints, for admins.

use async_graphql::{Context, ID, Object};

use crate::graphql::errors::Result;
use crate::graphql::object::WebhookEndpoint;
use crate::graphql::reads::{reads, viewer};
use crate::reports;

/// What admins ask about webhooks.
#[derive(Debug, Default)]
pub struct WebhookQueries;

#[Object(serial)]
impl WebhookQueries {
    /// The addresses that are told what happens in a shop, at most ten, in the order in which they were made. For
    /// admins only.
    async fn webhook_endpoints(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
    ) -> Result<Option<Vec<WebhookEndpoint>>> {
        let viewer = viewer(ctx)?;
        viewer.require_admin()?;
        let shop_id = viewer.shop_of(shop_id.as_ref())?;
        let db = reads(ctx)?.db().await?;
        let rows = reports::list_webhook_endpoints(&db, shop_id).await?;
        Ok(Some(rows.into_iter().map(Into::into).collect()))
    }
}
