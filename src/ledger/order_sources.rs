//! The platforms that a shop is connected to.

use entity::order_source::{Column, Entity, Model};
use sea_orm::prelude::Json;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use super::missing::forget_missed;
use super::{Change, ShopWrite, bulk};
use crate::error::{Error, RefusalCode, Result};

/// Connects a platform. Its secrets are as they are kept.
#[derive(Debug, Serialize)]
pub struct ConnectSource {
    /// The row as it is to be.
    #[serde(skip)]
    pub row: Model,
    /// A digest of what was asked for, by which it is known when it comes again: ids and sealed secrets are others
    /// each time.
    pub asked: String,
}

/// Changes what was said of a platform. How far it was read holds until it is asked elsewhere, or read by other
/// settings: then all of it is read anew.
#[derive(Debug, Serialize)]
pub struct UpdateSource {
    /// Which.
    pub source_id: Uuid,
    /// What is to be another.
    #[serde(skip)]
    pub change: SourceChange,
    /// A digest of what was asked for, as in [`ConnectSource`].
    pub asked: String,
}

/// What is to be another of a platform; what is left out stays. Secrets are as they are kept.
#[derive(Clone, Debug, Default)]
pub struct SourceChange {
    /// Where it is asked.
    pub address: Option<String>,
    /// The public half of the credentials.
    pub account: Option<String>,
    /// The secret half.
    pub secret: Option<String>,
    /// What webhooks are signed with from now on. What they were signed with until now holds as well.
    pub hook_secret: Option<String>,
    /// Whether webhooks signed with the older secret are taken no more.
    pub drops_old_hook_secret: bool,
    /// What else it needs to know.
    pub settings: Option<Json>,
    /// Whether it is asked, and listened to.
    pub enabled: Option<bool>,
}

/// Forgets a platform. Its orders stay, and settle as they were last known, those apart that were gone there.
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
        Ok(without_secrets(self.row.clone()))
    }
}

impl SourceChange {
    /// The row with the change made.
    #[must_use]
    pub fn made_to(&self, row: Model) -> Model {
        let (hook_secret, old_hook_secret) = match &self.hook_secret {
            Some(new) => (Some(new.clone()), row.hook_secret),
            None => (row.hook_secret, row.old_hook_secret),
        };
        Model {
            address: self.address.clone().unwrap_or(row.address),
            account: self.account.clone().or(row.account),
            secret: self.secret.clone().or(row.secret),
            hook_secret,
            old_hook_secret: old_hook_secret.filter(|_| !self.drops_old_hook_secret),
            settings: self.settings.clone().unwrap_or(row.settings),
            enabled: self.enabled.unwrap_or(row.enabled),
            ..row
        }
    }
}

impl Change for UpdateSource {
    const NAME: &'static str = "updateSource";
    type Output = Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Model> {
        let stored = require(shop, self.source_id).await?;
        let changed = self.change.made_to(stored.clone());
        let is_read_alike = is_read_alike(&stored, &changed);
        let row = Model {
            cursor: stored.cursor.filter(|_| is_read_alike),
            covered_until: stored.covered_until.filter(|_| is_read_alike),
            ..changed
        };
        bulk::upsert::<Entity>(shop.db(), vec![row.clone()]).await?;
        Ok(without_secrets(row))
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
        // Nobody looks for these any more: they are what they last were.
        forget_missed(shop, &row.name).await?;
        Ok(without_secrets(row))
    }
}

/// The row as it is answered with: answers are kept for requests that come again, and secrets are in their row
/// alone. Whether there are any still shows.
fn without_secrets(row: Model) -> Model {
    let hide = |secret: Option<String>| secret.map(|_| String::new());
    Model {
        secret: hide(row.secret),
        hook_secret: hide(row.hook_secret),
        old_hook_secret: hide(row.old_hook_secret),
        ..row
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

/// The names of a shop's sources whose orders cannot be looked at: those that are switched off, and those that could
/// not be read when they were last asked.
pub async fn unseen_sources(db: &impl ConnectionTrait, shop_id: i64) -> Result<Vec<String>> {
    let is_unseen = Column::Enabled.eq(false).or(Column::Error.is_not_null());
    Ok(Entity::find()
        .select_only()
        .column(Column::Name)
        .filter(Column::ShopId.eq(shop_id))
        .filter(is_unseen)
        .into_tuple()
        .all(db)
        .await?)
}

/// One of a shop's platforms.
pub async fn find_source(
    db: &impl ConnectionTrait,
    shop_id: i64,
    id: Uuid,
) -> Result<Option<Model>> {
    Ok(Entity::find_by_id((shop_id, id)).one(db).await?)
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
