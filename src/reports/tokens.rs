//! Access tokens as admins see them. For the staff only.

use std::collections::HashMap;

use entity::access_token::{Column, Entity, Model};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};

use super::id_lists::read_by_ids;
use super::keyset::{Direction, SortColumn, Sorting, count_rows, read_page};
use super::page::{Page, PageRequest};
use crate::error::Result;

/// Tokens as they were made, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewestTokens;

impl Sorting for NewestTokens {
    type Row = Model;

    fn name(self) -> &'static str {
        "-created"
    }

    fn direction(self) -> Direction {
        Direction::Descending
    }

    fn columns(self) -> &'static [SortColumn<Model>] {
        &[
            SortColumn::Int(|| Column::CreatedAt.into_expr(), |row| row.created_at.0),
            SortColumn::Id(|| Column::Id.into_expr(), |row| row.id),
        ]
    }
}

/// One page of a shop's tokens, the newest first, revoked ones among them.
pub async fn list_tokens(
    db: &impl ConnectionTrait,
    shop_id: i64,
    page: &PageRequest,
) -> Result<Page<Model>> {
    read_page(db, tokens_of(shop_id), NewestTokens, page).await
}

/// How many tokens a shop has.
pub async fn count_tokens(db: &impl ConnectionTrait, shop_id: i64) -> Result<u64> {
    count_rows(db, tokens_of(shop_id)).await
}

/// One token.
pub async fn find_token(
    db: &impl ConnectionTrait,
    shop_id: i64,
    id: Uuid,
) -> Result<Option<Model>> {
    Ok(tokens_of(shop_id).filter(Column::Id.eq(id)).one(db).await?)
}

/// The tokens among `ids` that are the shop's.
pub async fn tokens_by_ids(
    db: &impl ConnectionTrait,
    shop_id: i64,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Model>> {
    let tokens = read_by_ids(db, tokens_of(shop_id), Column::Id, ids).await?;
    Ok(tokens.into_iter().map(|token| (token.id, token)).collect())
}

fn tokens_of(shop_id: i64) -> Select<Entity> {
    Entity::find().filter(Column::ShopId.eq(shop_id))
}
