//! The platforms that a shop is connected to. For admins only.

use async_graphql::{Context, ID, Object};

use crate::graphql::errors::Result;
use crate::graphql::object::OrderSource;
use crate::graphql::reads::viewer;

/// Where orders come from.
#[derive(Debug, Default)]
pub struct OrderSourceQueries;

#[Object(serial)]
impl OrderSourceQueries {
    /// The platforms that a shop's orders come from, in the order in which they were connected. For admins only.
    async fn order_sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        shop_id: Option<ID>,
    ) -> Result<Option<Vec<OrderSource>>> {
        let viewer = viewer(ctx)?;
        viewer.require_admin()?;
        viewer.shop_of(shop_id.as_ref())?;
        Ok(Some(OrderSource::all(ctx).await?))
    }
}
