//! Shops: a viewer sees the one that its token is for.

use async_graphql::{Context, ID, Object};
use entity::shop::Model;

use super::ShopSettings;
use crate::error;
use crate::graphql::connection::{Listing, Nodes, PageArgs, connection};
use crate::graphql::errors::Result;
use crate::graphql::node_id::encode_shop;
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::CurrencyCode;
use crate::reports::{self, ShopsById};

/// A shop.
#[derive(Clone, Debug)]
pub struct Shop(Model);

impl From<Model> for Shop {
    fn from(row: Model) -> Self {
        Self(row)
    }
}

/// A tenant: its orders, affiliates and settings are its own.
#[Object(serial)]
impl Shop {
    /// Opaque, and the same for good.
    pub(super) async fn id(&self) -> ID {
        encode_shop(self.0.shop_id)
    }

    /// What people call the shop.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The currency of orders that name none, and of figures where nobody asks for another.
    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency.clone())
    }

    /// The time zone that days are counted in, by its IANA name: `Europe/Berlin`.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// How the shop syncs and pays. FORBIDDEN for affiliates.
    async fn settings(&self, ctx: &Context<'_>) -> Result<ShopSettings> {
        viewer(ctx)?.require_staff()?;
        Ok(ShopSettings::from(&self.0))
    }
}

/// The shops in sight.
#[derive(Debug)]
pub struct Shops;

impl Shops {
    /// One page of them.
    pub async fn page(self, ctx: &Context<'_>, page: &PageArgs) -> Result<ShopConnection> {
        let request = page.request(&self, ShopsById)?;
        let db = reads(ctx)?.db().await?;
        let page = reports::list_own_shops(&db, viewer(ctx)?.shop_id, &request).await?;
        let shops = |rows: Vec<Model>| rows.into_iter().map(Shop).collect();
        let nodes = Nodes::of(&self, ShopsById, page, shops);
        Ok(ShopConnection::new(self, nodes))
    }
}

impl Listing for Shops {
    const NAME: &'static str = "shops";

    /// A token is for one shop.
    async fn count(&self, _ctx: &Context<'_>) -> error::Result<u64> {
        Ok(1)
    }
}

connection! {
    /// One page of shops.
    ShopConnection of Shop,
    edges ShopEdge
    /// A shop in a list.
    , listing Shops
}
