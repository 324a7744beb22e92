//! Affiliates by code, by id and by search.

use std::collections::HashMap;

use entity::affiliate::{Column, Entity, Model};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait, Select};

use super::id_lists::read_by_ids;
use super::keyset::{Direction, SortColumn, Sorting, count_rows, read_page};
use super::page::{Page, PageRequest};
use super::scope::Scope;
use super::search::{starts_with, starts_with_in_any_case};
use crate::error::Result;

/// Affiliates in the byte order of their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AffiliatesByCode;

impl Sorting for AffiliatesByCode {
    type Row = Model;

    fn name(self) -> &'static str {
        "code"
    }

    fn direction(self) -> Direction {
        Direction::Ascending
    }

    fn columns(self) -> &'static [SortColumn<Model>] {
        &[
            SortColumn::Text(|| Column::Code.into_expr(), |row| &row.code),
            SortColumn::Id(|| Column::Id.into_expr(), |row| row.id),
        ]
    }
}

/// One page of affiliates by code; `search` is what the code begins with, or the name in any case.
pub async fn list_affiliates(
    db: &impl ConnectionTrait,
    scope: Scope,
    search: Option<&str>,
    page: &PageRequest,
) -> Result<Page<Model>> {
    read_page(db, found(scope, search), AffiliatesByCode, page).await
}

/// How many affiliates a search finds.
pub async fn count_affiliates(
    db: &impl ConnectionTrait,
    scope: Scope,
    search: Option<&str>,
) -> Result<u64> {
    count_rows(db, found(scope, search)).await
}

/// One affiliate, if it is in sight.
pub async fn find_affiliate(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: Uuid,
) -> Result<Option<Model>> {
    Ok(found(scope, None).filter(Column::Id.eq(id)).one(db).await?)
}

/// One affiliate by its code, if it is in sight.
pub async fn find_affiliate_by_code(
    db: &impl ConnectionTrait,
    scope: Scope,
    code: &str,
) -> Result<Option<Model>> {
    let query = found(scope, None).filter(Column::Code.eq(code));
    Ok(query.one(db).await?)
}

/// The affiliates among `ids` that are in sight.
pub async fn affiliates_by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Model>> {
    let affiliates = read_by_ids(db, found(scope, None), Column::Id, ids).await?;
    Ok(affiliates.into_iter().map(|it| (it.id, it)).collect())
}

fn found(scope: Scope, search: Option<&str>) -> Select<Entity> {
    let prefix = search.filter(|prefix| !prefix.is_empty());
    Entity::find()
        .filter(scope.affiliates())
        .apply_if(prefix, |query, prefix| {
            query.filter(
                Condition::any()
                    .add(starts_with(Column::Code, prefix))
                    .add(starts_with_in_any_case(Column::Name, prefix)),
            )
        })
}
