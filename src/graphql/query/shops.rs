//! The viewer and its shop.

use async_graphql::{Context, ID, Object};

use crate::graphql::connection::PageArgs;
use crate::graphql::errors::Result;
use crate::graphql::node_id::decode_shop;
use crate::graphql::object::{Shop, ShopConnection, Shops};
use crate::graphql::reads::{shop, viewer};
use crate::graphql::viewer::Viewer;

/// The viewer and its shop.
#[derive(Debug, Default)]
pub struct ShopQueries;

#[Object(serial)]
impl ShopQueries {
    /// Who is asking.
    async fn viewer<'a>(&self, ctx: &Context<'a>) -> Result<&'a Viewer> {
        Ok(viewer(ctx)?)
    }

    /// A shop; null where it is not there or not for the viewer to see.
    async fn shop(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The shop. May be left out where the viewer sees exactly one; else SHOP_REQUIRED."
        )]
        id: Option<ID>,
    ) -> Result<Option<Shop>> {
        let own = viewer(ctx)?.shop_id;
        let asked = id.as_ref().map(decode_shop).transpose()?;
        if asked.is_some_and(|asked| asked != own) {
            return Ok(None);
        }
        Ok(Some(Shop::from(shop(ctx).await?.as_ref().clone())))
    }

    /// The shops that the viewer sees.
    async fn shops(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "At most so many shops from the start: 0 to 250, 50 where neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only shops behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many shops from the end: 0 to 250. Excludes first.")]
        last: Option<i32>,
        #[graphql(desc = "Only shops ahead of this cursor.")] before: Option<String>,
    ) -> Result<Option<ShopConnection>> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        Shops.page(ctx, &page).await.map(Some)
    }
}
