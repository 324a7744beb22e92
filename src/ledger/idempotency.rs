//! Mutations that may be repeated: the first answer is kept for 24 hours, in the same transaction as the
//! change, so that there is one change and one answer however often it is asked for.

use entity::idempotency_key::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Author, Change, ShopWrite};
use crate::app::App;
use crate::error::{Error, Refusal, RefusalCode, Result};

/// How long an answer is kept, in milliseconds.
const KEPT_MILLIS: i64 = 24 * 60 * 60 * 1_000;
/// The longest key, in characters.
const MAX_KEY: usize = 200;

/// A request that may be repeated.
#[derive(Debug)]
pub(super) struct Request {
    token_id: Uuid,
    key: String,
    hash: String,
}

/// What was answered: the outcome, or why it was refused.
#[derive(Serialize, Deserialize)]
enum Answer<T> {
    Done(T),
    Refused(Refusal),
}

impl Request {
    pub(super) fn new<C: Change>(token_id: Uuid, key: &str, change: &C) -> Result<Self> {
        if key.is_empty() || key.len() > MAX_KEY || key.chars().any(char::is_control) {
            return Err(Error::invalid(
                "idempotencyKey",
                format!(
                    "idempotencyKey must have 1 to {MAX_KEY} characters and no control characters"
                ),
            ));
        }
        let body = serde_json::to_vec(&(C::NAME, change)).map_err(unexpected)?;
        Ok(Self {
            token_id,
            key: key.to_owned(),
            hash: hex::encode(Sha256::digest(body)),
        })
    }

    /// Applies the change, or gives the first answer where it was applied before.
    pub(super) async fn once<C: Change>(
        &self,
        app: &App,
        shop_id: i64,
        author: &Author,
        change: &C,
    ) -> Result<C::Output> {
        let mut shop = ShopWrite::begin(app, shop_id, author).await?;
        if let Some(answer) = self.recall(&shop).await? {
            return answer.into();
        }
        let answer = match change.apply(&mut shop).await {
            Ok(output) => Answer::Done(output),
            Err(Error::Refused(refusal)) => {
                drop(shop);
                shop = ShopWrite::begin(app, shop_id, author).await?;
                if let Some(answer) = self.recall(&shop).await? {
                    return answer.into();
                }
                Answer::Refused(refusal)
            }
            Err(error) => return Err(error),
        };
        self.remember(&shop, &answer).await?;
        shop.commit().await?;
        answer.into()
    }

    async fn recall<T: for<'a> Deserialize<'a>>(
        &self,
        shop: &ShopWrite,
    ) -> Result<Option<Answer<T>>> {
        let shop_id = shop.shop.shop_id;
        let Some(kept) = Entity::find_by_id((shop_id, self.token_id, self.key.clone()))
            .filter(Column::CreatedAt.gt(shop.now.0 - KEPT_MILLIS))
            .one(shop.db())
            .await?
        else {
            return Ok(None);
        };
        if kept.request_hash != self.hash {
            return Err(Error::refused(
                RefusalCode::IdempotencyKeyReused,
                "this idempotencyKey was used for another request",
            ));
        }
        serde_json::from_str(&kept.answer)
            .map(Some)
            .map_err(unexpected)
    }

    async fn remember<T: Serialize>(&self, shop: &ShopWrite, answer: &Answer<T>) -> Result<()> {
        Entity::delete_many()
            .filter(Column::ShopId.eq(shop.shop.shop_id))
            .filter(Column::CreatedAt.lte(shop.now.0 - KEPT_MILLIS))
            .exec(shop.db())
            .await?;
        let row = ActiveModel {
            shop_id: Set(shop.shop.shop_id),
            token_id: Set(self.token_id),
            key: Set(self.key.clone()),
            request_hash: Set(self.hash.clone()),
            answer: Set(serde_json::to_string(answer).map_err(unexpected)?),
            created_at: Set(shop.now),
        };
        row.insert(shop.db()).await?;
        Ok(())
    }
}

impl<T> From<Answer<T>> for Result<T> {
    fn from(answer: Answer<T>) -> Self {
        match answer {
            Answer::Done(output) => Ok(output),
            Answer::Refused(refusal) => Err(refusal.into()),
        }
    }
}

fn unexpected(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(format!("an answer cannot be kept: {error}"))
}
