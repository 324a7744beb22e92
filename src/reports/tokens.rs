//! Access tokens as admins see them. For the staff only.

use std::collections::HashMap;

use entity::access_token::{Column, Entity, Model};
use entity::shop;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{ExprTrait, JoinType, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};

use super::columns::Columns;
use super::id_lists::read_by_ids;
use super::keyset::{Direction, SortColumn, Sorting, count_rows, read_page};
use super::page::{Page, PageRequest};
use super::row::Row;
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

/// One token, and its shop as it is at the same moment.
pub async fn find_token_with_shop(
    db: &impl ConnectionTrait,
    shop_id: i64,
    id: Uuid,
) -> Result<Option<(Model, shop::Model)>> {
    let mut query = Query::select();
    Model::select(&mut query, Columns::ALL);
    shop::Model::select(&mut query, Columns::ALL);
    let is_its_shop = shop::Column::ShopId
        .into_expr()
        .equals((Entity, Column::ShopId));
    query
        .from(Entity)
        .join(JoinType::InnerJoin, shop::Entity, is_its_shop)
        .and_where(Column::ShopId.eq(shop_id))
        .and_where(Column::Id.eq(id));
    let Some(row) = db.query_one(&query).await? else {
        return Ok(None);
    };
    let token = Model::read(&row, 0, Columns::ALL)?;
    let shop = shop::Model::read(&row, Model::width(Columns::ALL), Columns::ALL)?;
    Ok(Some((token, shop)))
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

#[cfg(test)]
mod tests {
    use entity::Instant;
    use entity::words::Role;

    use super::super::fixtures::{Fixture, NEIGHBOUR, SHOP, id, walk};
    use super::*;

    #[tokio::test]
    async fn tokens_come_newest_first() {
        let fixture = Fixture::open().await;
        let db = fixture.db();
        let token = |n: u128| Model {
            shop_id: SHOP,
            id: id(n),
            name: format!("token {n}"),
            role: Role::Analyst,
            affiliate_id: None,
            secret_hash: n.to_string(),
            created_at: Instant(i64::try_from(n / 2).expect("few")),
            expires_at: None,
            last_used_at: None,
            revoked_at: (n == 3).then_some(Instant(9)),
        };
        let mut tokens: Vec<Model> = (1..=16).map(token).collect();
        fixture.put(tokens.clone()).await;
        tokens.reverse();
        assert_eq!(
            walk(NewestTokens, async |page| list_tokens(db, SHOP, &page)
                .await)
            .await,
            tokens
        );
        assert_eq!(count_tokens(db, SHOP).await.ok(), Some(16));
        assert_eq!(find_token(db, SHOP, id(3)).await.ok(), Some(Some(token(3))));
        assert_eq!(find_token(db, NEIGHBOUR, id(3)).await.ok(), Some(None));
    }
}
