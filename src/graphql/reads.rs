//! What one operation reads from, and the three things that every resolver finds in its request.

use std::sync::Arc;

use async_graphql::Context;
use entity::shop;
use tokio::sync::OnceCell;

use super::viewer::Viewer;
use crate::app::App;
use crate::database::{ReadConnection, ReadView};
use crate::error::{Error, Result};
use crate::reports;

/// Where an operation reads, and the shop that it is about.
#[derive(Debug)]
pub struct Reads {
    view: ReadView,
    shop: OnceCell<Arc<shop::Model>>,
}

impl Reads {
    /// For a query: all its figures are those of one moment (R25). Nothing is opened before it is needed.
    #[must_use]
    pub fn snapshot(app: &App) -> Self {
        Self::of(ReadView::snapshot(&app.database))
    }

    /// For a mutation or a subscription, which go on after what they change.
    #[must_use]
    pub fn latest(app: &App) -> Self {
        Self::of(ReadView::latest(&app.database))
    }

    fn of(view: ReadView) -> Self {
        Self {
            view,
            shop: OnceCell::new(),
        }
    }

    /// The connection that reports take.
    pub async fn db(&self) -> Result<ReadConnection<'_>> {
        self.view.connection().await
    }

    /// The viewer's shop; read once where it cannot change in between.
    async fn shop(&self, shop_id: i64) -> Result<Arc<shop::Model>> {
        if !self.view.is_snapshot() {
            return self.read_shop(shop_id).await;
        }
        let shop = self.shop.get_or_try_init(|| self.read_shop(shop_id));
        shop.await.map(Arc::clone)
    }

    async fn read_shop(&self, shop_id: i64) -> Result<Arc<shop::Model>> {
        let db = self.db().await?;
        let shop = reports::find_shop(&db, shop_id).await?;
        shop.map(Arc::new)
            .ok_or_else(|| Error::Unexpected("the shop of this token is gone".to_owned()))
    }
}

/// Who asks.
pub fn viewer<'a>(ctx: &Context<'a>) -> Result<&'a Viewer> {
    ctx.data_opt()
        .ok_or_else(|| Error::Unauthenticated("this needs an access token".to_owned()))
}

/// Where to read: `let db = reads(ctx)?.db().await?`.
pub fn reads<'a>(ctx: &Context<'a>) -> Result<&'a Reads> {
    ctx.data_opt()
        .ok_or_else(|| Error::Unexpected("the request came without Reads".to_owned()))
}

/// The running program.
pub fn app<'a>(ctx: &Context<'a>) -> Result<&'a App> {
    ctx.data_opt()
        .ok_or_else(|| Error::Unexpected("the request came without App".to_owned()))
}

/// The viewer's shop with its settings.
pub async fn shop(ctx: &Context<'_>) -> Result<Arc<shop::Model>> {
    reads(ctx)?.shop(viewer(ctx)?.shop_id).await
}
