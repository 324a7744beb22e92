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
                    .add(starts_with_in_any_case(Column::NameFolded, prefix)),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{Fixture, SHOP, affiliate, id, walk};
    use super::*;

    async fn stored(affiliates: &[(&str, &str)]) -> Fixture {
        let fixture = Fixture::open().await;
        let affiliates = affiliates.iter().zip(1..).map(|((code, name), n)| Model {
            code: (*code).to_owned(),
            name: (*name).to_owned(),
            name_folded: name.to_lowercase(),
            ..affiliate(n)
        });
        fixture.put(affiliates.collect()).await;
        fixture
    }

    #[tokio::test]
    async fn affiliates_come_in_the_byte_order_of_their_codes() {
        let codes = ["b", "B", "a-1", "a1", "a 1", "é", "z", "A", "_", "10", "9"];
        let rows: Vec<_> = codes.iter().map(|code| (*code, "")).collect();
        let fixture = stored(&rows).await;
        let (db, scope) = (fixture.db(), Scope::shop(SHOP));
        let list = async |page| list_affiliates(db, scope, None, &page).await;
        let listed: Vec<_> = walk(AffiliatesByCode, list)
            .await
            .into_iter()
            .map(|it| it.code)
            .collect();
        let mut expected = codes.map(str::to_owned);
        expected.sort();
        assert_eq!(listed, expected);
    }

    #[tokio::test]
    async fn search_is_a_prefix_of_the_code_or_of_the_name_in_any_case() {
        let fixture = stored(&[
            ("K1", "Anna"),
            ("k2", "annette"),
            ("K_3", "Änne"),
            ("x", "50%_\\"),
            ("y", "Οδυσσέας"),
        ])
        .await;
        let (db, scope) = (fixture.db(), Scope::shop(SHOP));
        for (search, found) in [
            ("K", vec![1, 3]),
            ("k", vec![2]),
            ("ANN", vec![1, 2]),
            ("änne", vec![3]),
            ("ÄNNE", vec![3]),
            ("50%_\\", vec![4]),
            ("%", vec![]),
            ("_", vec![]),
            ("ΟΔΥΣ", vec![5]),
            ("οδυσσέας", vec![5]),
            ("ΟΔΥΣΣΈΑΣ", vec![5]),
            ("", vec![1, 2, 3, 4, 5]),
        ] {
            let page = list_affiliates(db, scope, Some(search), &PageRequest::default()).await;
            let mut ids: Vec<_> = page.expect("a page").rows.iter().map(|it| it.id).collect();
            ids.sort();
            assert_eq!(
                ids,
                found.iter().map(|n| id(*n)).collect::<Vec<_>>(),
                "{search}"
            );
            let count = count_affiliates(db, scope, Some(search)).await;
            assert_eq!(count.ok(), u64::try_from(found.len()).ok(), "{search}");
        }
    }

    #[tokio::test]
    async fn an_affiliate_finds_only_itself() {
        let fixture = stored(&[("one", ""), ("two", "")]).await;
        let (db, scope) = (fixture.db(), Scope::affiliate(SHOP, id(1)));
        assert_eq!(count_affiliates(db, scope, None).await.ok(), Some(1));
        assert!(matches!(
            find_affiliate(db, scope, id(1)).await,
            Ok(Some(_))
        ));
        assert!(matches!(find_affiliate(db, scope, id(2)).await, Ok(None)));
        assert!(matches!(
            find_affiliate_by_code(db, scope, "one").await,
            Ok(Some(_))
        ));
        assert!(matches!(
            find_affiliate_by_code(db, scope, "two").await,
            Ok(None)
        ));
        let found = affiliates_by_ids(db, scope, &[id(1), id(2)])
            .await
            .expect("rows");
        assert_eq!(found.into_keys().collect::<Vec<_>>(), [id(1)]);
    }
}
