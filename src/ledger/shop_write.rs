//! A write under way: the locked shop, and what its commit will add to history, counters and rollups.

use entity::words::StatusActor;
use entity::{Instant, shop};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use super::Author;
use super::counters::Counters;
use super::history::History;
use super::receipts::Receipt;
use super::rollups::Rollups;
use crate::app::App;
use crate::domain::Currency;
use crate::domain::zone::parse_zone;
use crate::error::{Error, Result};

/// A transaction that holds the lock of one shop. Dropped before it is committed, it leaves no trace.
#[derive(Debug)]
pub struct ShopWrite {
    /// The shop as it is now; changed fields are not written by themselves.
    pub shop: shop::Model,
    /// When the write happens.
    pub now: Instant,
    pub(super) author: Author,
    pub(super) history: History,
    pub(super) rollups: Rollups,
    pub(super) counters: Counters,
    tx: DatabaseTransaction,
    app: App,
}

impl ShopWrite {
    pub(super) async fn begin(app: &App, shop_id: i64, author: &Author) -> Result<Self> {
        let tx = app.database.begin_write().await?;
        let locked = shop::Entity::update_many()
            .col_expr(
                shop::Column::Revision,
                Expr::col(shop::Column::Revision).add(1),
            )
            .filter(shop::Column::ShopId.eq(shop_id))
            .exec_with_returning(&tx)
            .await?;
        let shop = locked
            .into_iter()
            .next()
            .ok_or_else(|| Error::not_found("shop"))?;
        Ok(Self {
            now: app.clock.now(),
            author: author.clone(),
            history: History::after(shop.last_sequence),
            rollups: Rollups::default(),
            counters: Counters::default(),
            shop,
            tx,
            app: app.clone(),
        })
    }

    /// The connection of the transaction.
    pub(super) fn db(&self) -> &DatabaseTransaction {
        &self.tx
    }

    pub(super) fn new_id(&self) -> Uuid {
        self.app.new_id(self.now)
    }

    pub(super) fn actor(&self) -> StatusActor {
        self.author.actor
    }

    /// The shop's time zone.
    pub(super) fn zone(&self) -> Result<chrono_tz::Tz> {
        Ok(parse_zone(&self.shop.time_zone)?)
    }

    /// The shop's currency.
    pub(super) fn currency(&self) -> Result<Currency> {
        Ok(Currency::parse(&self.shop.currency)?)
    }

    pub(super) async fn commit(self) -> Result<()> {
        let shop_id = self.shop.shop_id;
        let receipt = Receipt::of(&self.shop, self.new_id());
        self.counters.flush(&self.tx, shop_id, self.now).await?;
        self.rollups.flush(&self.tx, shop_id).await?;
        let last_sequence = self
            .history
            .flush(&self.tx, shop_id, self.now, &self.author)
            .await?;
        if last_sequence != self.shop.last_sequence {
            shop::Entity::update_many()
                .col_expr(shop::Column::LastSequence, Expr::value(last_sequence))
                .filter(shop::Column::ShopId.eq(shop_id))
                .exec(&self.tx)
                .await?;
        }
        receipt.leave(&self.tx, self.now).await?;
        if let Err(cause) = self.tx.commit().await {
            receipt.outcome_after(cause, &self.app).await?;
        }
        self.app.changed.notify_one();
        Ok(())
    }
}
