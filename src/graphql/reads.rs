//! What one operation reads from, and the three things that every resolver finds in its request.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Context;
use entity::shop;
use tokio::sync::OnceCell;

use super::selection::is_lone;
use super::viewer::Viewer;
use crate::app::App;
use crate::database::{Database, ReadConnection, ReadView};
use crate::error::{Error, Result};
use crate::{ledger, reports};

/// Where an operation reads, and the shop that it is about. Clones read the same.
#[derive(Clone, Debug)]
pub struct Reads {
    database: Database,
    moment: Arc<Mutex<Arc<Moment>>>,
}

/// The viewer's shop as it was when its token was looked up, just before the operation. An operation that needs
/// no other reading answers by that moment; any other reads the shop in its own.
#[derive(Clone, Debug)]
pub struct Sighting(Arc<shop::Model>);

impl Sighting {
    /// Of this shop.
    #[must_use]
    pub fn of(shop: shop::Model) -> Self {
        Self(Arc::new(shop))
    }
}

/// One state of the database, and what was read of it for all.
#[derive(Debug)]
struct Moment {
    view: ReadView,
    shop: OnceCell<Arc<shop::Model>>,
    unseen_sources: OnceCell<Arc<Vec<String>>>,
}

impl Reads {
    /// All figures are those of one moment (R25), until somebody asks for a new one. Nothing is opened before
    /// it is needed.
    #[must_use]
    pub fn new(app: &App) -> Self {
        let database = app.database.clone();
        let moment = Arc::new(Mutex::new(Moment::of(&database)));
        Self { database, moment }
    }

    /// Forgets what was read and lets go of the connection: the next reading begins another moment. A mutation
    /// does so before it writes, so that its payload tells of what has been written, and a subscription
    /// around each event.
    pub fn renew(&self) {
        *self.lock() = Moment::of(&self.database);
    }

    /// The connection that reports take.
    pub async fn db(&self) -> Result<ReadConnection> {
        self.moment().view.connection().await
    }

    /// The connection for what is all that the operation reads, and is read with one statement.
    #[must_use]
    pub fn statement(&self) -> ReadConnection {
        self.moment().view.statement()
    }

    /// The viewer's shop; read once a moment.
    async fn shop(&self, shop_id: i64) -> Result<Arc<shop::Model>> {
        let moment = self.moment();
        let read = async || {
            let db = moment.view.connection().await?;
            let shop = reports::find_shop(&db, shop_id).await?;
            shop.map(Arc::new)
                .ok_or_else(|| Error::Unexpected("the shop of this token is gone".to_owned()))
        };
        moment.shop.get_or_try_init(read).await.map(Arc::clone)
    }

    /// The names of the sources whose orders nobody can look at; read once a moment.
    async fn unseen_sources(&self, shop_id: i64) -> Result<Arc<Vec<String>>> {
        let moment = self.moment();
        let read = async || {
            let db = moment.view.connection().await?;
            ledger::unseen_sources(&db, shop_id).await.map(Arc::new)
        };
        let read = moment.unseen_sources.get_or_try_init(read);
        read.await.map(Arc::clone)
    }

    fn moment(&self) -> Arc<Moment> {
        Arc::clone(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Moment>> {
        self.moment.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Moment {
    fn of(database: &Database) -> Arc<Self> {
        Arc::new(Self {
            view: ReadView::snapshot(database),
            shop: OnceCell::new(),
            unseen_sources: OnceCell::new(),
        })
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

/// The shop as it was just before, where this field is all that its operation asks for.
pub fn sighting(ctx: &Context<'_>) -> Option<Arc<shop::Model>> {
    let seen: Option<&Sighting> = ctx.data_opt();
    seen.filter(|_| is_lone(ctx)).map(|it| Arc::clone(&it.0))
}

/// The viewer's shop with its settings.
pub async fn shop(ctx: &Context<'_>) -> Result<Arc<shop::Model>> {
    reads(ctx)?.shop(viewer(ctx)?.shop_id).await
}

/// The names of the shop's sources whose orders nobody can look at.
pub async fn unseen_sources(ctx: &Context<'_>) -> Result<Arc<Vec<String>>> {
    reads(ctx)?.unseen_sources(viewer(ctx)?.shop_id).await
}
