//! What a viewer is told of itself.

use async_graphql::{Context, Object};

use super::{Affiliate, Shop};
use crate::graphql::errors::Result;
use crate::graphql::reads::{reads, shop};
use crate::graphql::viewer::Viewer;
use crate::graphql::words::Role;
use crate::reports;

/// Who is asking: the bearer of the access token.
#[Object(serial)]
impl Viewer {
    /// What it may see and do.
    #[graphql(name = "role")]
    async fn shown_role(&self) -> Role {
        self.role.into()
    }

    /// What the staff call the token, or an identity provider the person.
    #[graphql(name = "name")]
    async fn shown_name(&self) -> &str {
        &self.name
    }

    /// The shops that it sees.
    async fn shops(&self, ctx: &Context<'_>) -> Result<Vec<Shop>> {
        let shop = shop(ctx).await?;
        Ok(vec![Shop::from(shop.as_ref().clone())])
    }

    /// The affiliate that it is, with role AFFILIATE; null with any other.
    async fn affiliate(&self, ctx: &Context<'_>) -> Result<Option<Affiliate>> {
        let Some(id) = self.affiliate_id else {
            return Ok(None);
        };
        let db = reads(ctx)?.db().await?;
        let row = reports::find_affiliate(&db, self.scope(), id).await?;
        Ok(row.map(Into::into))
    }
}
