//! The addresses that a shop's other tools are told at, as admins set them.

use entity::Instant;
use entity::webhook_endpoint::{Column, Entity, Model, WebhookEvents};
use entity::words::WebhookEvent;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, UpdateMany};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::finished_runs::last_run_number;
use super::{Change, ShopWrite, bulk};
use crate::error::{Error, Result};

/// How many a shop may have: each is told of everything by itself.
const MOST: u64 = 10;
/// How long a secret signs on after there is a newer one, in milliseconds.
const OLD_SECRET_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Makes an endpoint, which is told of what happens from now on.
#[derive(Debug, Serialize)]
pub struct AddWebhookEndpoint {
    /// Its id, for which the secret is sealed.
    pub id: Uuid,
    /// Where messages go.
    pub url: String,
    /// What it is told of.
    pub events: Vec<WebhookEvent>,
    /// What messages are signed with, as it is kept.
    pub secret: String,
}

/// Changes an endpoint; what is unset stays.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangeWebhookEndpoint {
    /// Which.
    pub id: Uuid,
    /// Where messages go.
    pub url: Option<String>,
    /// What it is told of.
    pub events: Option<Vec<WebhookEvent>>,
    /// Whether anything is sent. Once it is again, what was failing is tried at once.
    pub enabled: Option<bool>,
    /// Whether what it was not told so far is left out for good.
    pub skip_missed: bool,
}

/// Gives an endpoint a new secret. The one before signs along for a day.
#[derive(Debug, Serialize)]
pub struct RotateWebhookSecret {
    /// Which.
    pub id: Uuid,
    /// The new secret, as it is kept.
    pub secret: String,
}

/// Forgets an endpoint, and all that it was not told yet.
#[derive(Debug, Serialize)]
pub struct RemoveWebhookEndpoint {
    /// Which.
    pub id: Uuid,
}

impl Change for AddWebhookEndpoint {
    const NAME: &'static str = "createWebhookEndpoint";
    type Output = Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Model> {
        let others = Entity::find()
            .filter(Column::ShopId.eq(shop.shop.shop_id))
            .count(shop.db())
            .await?;
        if others >= MOST {
            let why = format!("a shop has at most {MOST} webhook endpoints");
            return Err(Error::invalid("url", why));
        }
        let row = Model {
            shop_id: shop.shop.shop_id,
            id: self.id,
            url: self.url.clone(),
            events: distinct(&self.events)?,
            secret: self.secret.clone(),
            old_secret: None,
            old_secret_until: None,
            enabled: true,
            disabled_at: None,
            sequence: shop.shop.last_sequence,
            run_number: last_run_number(shop).await?,
            revision: shop.shop.revision,
            failures: 0,
            failing_since: None,
            retry_at: None,
            error: None,
            delivered_at: None,
            holder: None,
            leased_until: None,
            created_at: shop.now,
        };
        bulk::insert::<Entity>(shop.db(), vec![row.clone()]).await?;
        Ok(row)
    }
}

impl Change for ChangeWebhookEndpoint {
    const NAME: &'static str = "updateWebhookEndpoint";
    type Output = Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Model> {
        let stored = require(shop, self.id).await?;
        let switched = self.enabled.filter(|enabled| *enabled != stored.enabled);
        let mut update = released(shop, self.id);
        if self.url.is_some() || switched.is_some() || self.skip_missed {
            update = tried_at_once(update);
        }
        if let Some(url) = &self.url {
            update = update.col_expr(Column::Url, Expr::value(url.as_str()));
        }
        if let Some(events) = &self.events {
            update = update.col_expr(Column::Events, Expr::value(distinct(events)?));
        }
        if let Some(enabled) = switched {
            let disabled_at = (!enabled).then_some(shop.now.0);
            update = update
                .col_expr(Column::Enabled, Expr::value(enabled))
                .col_expr(Column::DisabledAt, Expr::value(disabled_at));
        }
        if self.skip_missed {
            let last_run = last_run_number(shop).await?;
            update = update
                .col_expr(Column::Sequence, Expr::value(shop.shop.last_sequence))
                .col_expr(Column::RunNumber, Expr::value(last_run));
        }
        update.exec(shop.db()).await?;
        require(shop, self.id).await
    }
}

impl Change for RotateWebhookSecret {
    const NAME: &'static str = "rotateWebhookSecret";
    type Output = Model;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Model> {
        let stored = require(shop, self.id).await?;
        let until = Instant(shop.now.0 + OLD_SECRET_MILLIS);
        released(shop, self.id)
            .col_expr(Column::Secret, Expr::value(self.secret.as_str()))
            .col_expr(Column::OldSecret, Expr::value(stored.secret))
            .col_expr(Column::OldSecretUntil, Expr::value(until))
            .exec(shop.db())
            .await?;
        require(shop, self.id).await
    }
}

impl Change for RemoveWebhookEndpoint {
    const NAME: &'static str = "deleteWebhookEndpoint";
    type Output = Uuid;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Uuid> {
        require(shop, self.id).await?;
        Entity::delete_by_id((shop.shop.shop_id, self.id))
            .exec(shop.db())
            .await?;
        Ok(self.id)
    }
}

/// A change of the columns that are named and of no others, since how far an endpoint was told moves meanwhile.
/// Whoever is at it notices that it is not what it was, and begins anew.
fn released(shop: &ShopWrite, id: Uuid) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::Holder, Expr::value(None::<Uuid>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<i64>))
        // Whatever is there to tell is looked for, whether or not the shop has changed.
        .col_expr(Column::Revision, Expr::value(0_i64))
        .filter(Column::ShopId.eq(shop.shop.shop_id))
        .filter(Column::Id.eq(id))
}

/// The next message counts as never tried.
fn tried_at_once(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::Failures, Expr::value(0))
        .col_expr(Column::FailingSince, Expr::value(None::<i64>))
        .col_expr(Column::RetryAt, Expr::value(None::<i64>))
        .col_expr(Column::Error, Expr::value(None::<String>))
}

async fn require(shop: &ShopWrite, id: Uuid) -> Result<Model> {
    Entity::find_by_id((shop.shop.shop_id, id))
        .one(shop.db())
        .await?
        .ok_or_else(|| Error::not_found("webhook endpoint"))
}

fn distinct(events: &[WebhookEvent]) -> Result<WebhookEvents> {
    let mut distinct = Vec::new();
    for event in events {
        if !distinct.contains(event) {
            distinct.push(*event);
        }
    }
    if distinct.is_empty() {
        let why = "an endpoint is told of one event at least; disable it to be told of none";
        return Err(Error::invalid("events", why));
    }
    Ok(WebhookEvents(distinct))
}
