//! Shops are made here, once; everything later goes through their lock.

use entity::shop;
use entity::words::WaitFrom;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, SqlErr};
use sha2::{Digest, Sha256};

use super::UpdateSettings;
use super::retry::Tries;
use crate::app::App;
use crate::domain::zone::parse_zone;
use crate::domain::{Currency, text};
use crate::error::{Error, RefusalCode, Result};

/// A shop to be made, with the settings of [`super::UpdateSettings`] still at their defaults.
#[derive(Clone, Debug)]
pub struct NewShop {
    /// What people call it; unique.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// IANA name.
    pub time_zone: String,
}

/// The id of the shop with this name. It is made from the name, so that names are unique without an index
/// over all shops, which a sharded database could not have.
#[must_use]
pub fn shop_id_of(name: &str) -> i64 {
    let digest = Sha256::digest(name.trim().as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes) & i64::MAX
}

/// The shop with this id, as it is now.
pub async fn require_shop(db: &impl ConnectionTrait, shop_id: i64) -> Result<shop::Model> {
    shop::Entity::find_by_id(shop_id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("shop"))
}

/// Makes a shop. Its sync is off until an admin turns it on (R20), final statuses are locked (R8).
pub async fn create_shop(app: &App, new: &NewShop) -> Result<shop::Model> {
    create_shop_with(app, new, &UpdateSettings::default()).await
}

/// Makes a shop with these settings, or none at all where one of them cannot be.
pub async fn create_shop_with(
    app: &App,
    new: &NewShop,
    settings: &UpdateSettings,
) -> Result<shop::Model> {
    let mut row = new_shop(app, new)?;
    settings.set_sync(&mut row)?;
    settings.set_commission(&mut row)?;
    let mut tries = Tries::new();
    loop {
        match insert(app, &row).await {
            Ok(()) => return Ok(row),
            Err(error) => tries.again_after(error).await?,
        }
    }
}

/// A shop that is there already is this one where an earlier try made it and got no answer.
async fn insert(app: &App, row: &shop::Model) -> Result<()> {
    let db = app.database.writer();
    let made = row.clone().into_active_model().insert(db).await;
    let Err(error) = made else {
        return Ok(());
    };
    if !matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
        return Err(error.into());
    }
    let stored = shop::Entity::find_by_id(row.shop_id).one(db).await?;
    if stored.as_ref() == Some(row) {
        return Ok(());
    }
    let taken = format!("there is a shop named {} already", row.name);
    Err(Error::refused(RefusalCode::Duplicate, taken))
}

fn new_shop(app: &App, new: &NewShop) -> Result<shop::Model> {
    let name = text::required("name", &new.name)?;
    Ok(shop::Model {
        shop_id: shop_id_of(&name),
        currency: Currency::parse(&new.currency)?.code().to_owned(),
        time_zone: parse_zone(&new.time_zone)?.name().to_owned(),
        sync_enabled: false,
        sync_interval_minutes: 30,
        wait_days: 14,
        wait_from: WaitFrom::TransactionCreated,
        lock_final_statuses: true,
        recount_promoted_orders: true,
        commissions_from: None,
        commission_rate_ppm: 0,
        factor_direction: None,
        factor_ppm: 0,
        factor_limit: 0,
        last_sequence: 0,
        revision: 0,
        recounted_at: None,
        swept_at: None,
        created_at: app.clock.now(),
        name,
    })
}
