//! The platforms that a shop is connected to.

use entity::order_source::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use uuid::Uuid;

use super::{Change, ShopWrite, bulk};
use crate::error::{Error, RefusalCode, Result};

/// Connects a platform. Its secrets are as they are kept.
#[derive(Debug, Serialize)]
pub struct ConnectSource {
    /// The row as it is to be.
    pub row: Model,
}

/// Changes a platform's row, but for how far it was read: that holds until it is asked elsewhere, or read by other
/// settings, and then all of it is read anew.
#[derive(Debug, Serialize)]
pub struct UpdateSource {
    /// The row as it is to be.
    pub row: Model,
}

/// Forgets a platform. Its orders stay, and settle as they were last known.
#[derive(Debug, Serialize)]
pub struct DisconnectSource {
    /// Which.
    pub source_id: Uuid,
}

impl Change for ConnectSource {
    const NAME: &'static str = "connectSource";
    type Output = Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Model> {
        check_name(shop, &self.row).await?;
        bulk::insert::<Entity>(shop.db(), vec![self.row.clone()]).await?;
        Ok(self.row.clone())
    }
}

impl Change for UpdateSource {
    const NAME: &'static str = "updateSource";
    type Output = Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Model> {
        check_name(shop, &self.row).await?;
        let stored = require(shop, self.row.id).await?;
        let is_read_alike = is_read_alike(&stored, &self.row);
        let row = Model {
            cursor: stored.cursor.filter(|_| is_read_alike),
            covered_until: stored.covered_until.filter(|_| is_read_alike),
            asked_after: stored.asked_after,
            gone_asked_at: stored.gone_asked_at,
            unread: stored.unread,
            pulled_at: stored.pulled_at,
            error: stored.error,
            ..self.row.clone()
        };
        bulk::upsert::<Entity>(shop.db(), vec![row.clone()]).await?;
        Ok(row)
    }
}

impl Change for DisconnectSource {
    const NAME: &'static str = "disconnectSource";
    type Output = Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Model> {
        let row = require(shop, self.source_id).await?;
        Entity::delete_by_id((row.shop_id, row.id))
            .exec(shop.db())
            .await?;
        Ok(row)
    }
}

/// A shop's platforms, as they were connected.
pub async fn sources_of(db: &impl ConnectionTrait, shop_id: i64) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::ShopId.eq(shop_id))
        .order_by_asc(Column::Id)
        .all(db)
        .await?)
}

/// Which kind of platform the orders of a source come from; the source's own name where none is connected.
pub(super) async fn kind_of(shop: &ShopWrite, source: &str) -> Result<String> {
    let connected = Entity::find()
        .filter(Column::ShopId.eq(shop.shop.shop_id))
        .filter(Column::Name.eq(source))
        .one(shop.db())
        .await?;
    Ok(connected.map_or_else(|| source.to_owned(), |row| row.kind))
}

/// Whether what was read of the one is what would be read of the other.
pub(super) fn is_read_alike(one: &Model, other: &Model) -> bool {
    (&one.address, &one.settings) == (&other.address, &other.settings)
}

pub(super) async fn require(shop: &ShopWrite, id: Uuid) -> Result<Model> {
    Entity::find_by_id((shop.shop.shop_id, id))
        .one(shop.db())
        .await?
        .ok_or_else(|| Error::not_found("source"))
}

async fn check_name(shop: &ShopWrite, row: &Model) -> Result<()> {
    let other = Entity::find()
        .filter(Column::ShopId.eq(shop.shop.shop_id))
        .filter(Column::Name.eq(&row.name))
        .filter(Column::Id.ne(row.id))
        .one(shop.db())
        .await?;
    if other.is_none() {
        return Ok(());
    }
    Err(Error::refused(
        RefusalCode::Duplicate,
        format!("there is a source named {} already", row.name),
    ))
}
