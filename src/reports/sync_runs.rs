//! Sync runs and the orders that they set aside. For the staff only.

use std::collections::HashMap;

use entity::sync_failure;
use entity::sync_run::{Column, Entity, Model};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};

use super::id_lists::read_by_ids;
use super::keyset::{Direction, SortColumn, Sorting, count_rows, read_page};
use super::page::{Page, PageRequest};
use crate::error::Result;

/// Runs as they were asked for, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewestRuns;

/// Failures of one run by order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailuresByOrder;

impl Sorting for NewestRuns {
    type Row = Model;

    fn name(self) -> &'static str {
        "-queued"
    }

    fn direction(self) -> Direction {
        Direction::Descending
    }

    fn columns(self) -> &'static [SortColumn<Model>] {
        &[
            SortColumn::Int(|| Column::QueuedAt.into_expr(), |row| row.queued_at.0),
            SortColumn::Id(|| Column::Id.into_expr(), |row| row.id),
        ]
    }
}

impl Sorting for FailuresByOrder {
    type Row = sync_failure::Model;

    fn name(self) -> &'static str {
        "order"
    }

    fn direction(self) -> Direction {
        Direction::Ascending
    }

    fn columns(self) -> &'static [SortColumn<sync_failure::Model>] {
        &[SortColumn::Id(
            || sync_failure::Column::OrderId.into_expr(),
            |row| row.order_id,
        )]
    }
}

/// One page of a shop's runs, the newest first, dry runs among them.
pub async fn list_runs(
    db: &impl ConnectionTrait,
    shop_id: i64,
    page: &PageRequest,
) -> Result<Page<Model>> {
    read_page(db, runs_of(shop_id), NewestRuns, page).await
}

/// How many runs a shop has had.
pub async fn count_runs(db: &impl ConnectionTrait, shop_id: i64) -> Result<u64> {
    count_rows(db, runs_of(shop_id)).await
}

/// One run.
pub async fn find_run(db: &impl ConnectionTrait, shop_id: i64, id: Uuid) -> Result<Option<Model>> {
    Ok(runs_of(shop_id).filter(Column::Id.eq(id)).one(db).await?)
}

/// The runs among `ids` that are the shop's.
pub async fn runs_by_ids(
    db: &impl ConnectionTrait,
    shop_id: i64,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Model>> {
    let runs = read_by_ids(db, runs_of(shop_id), Column::Id, ids).await?;
    Ok(runs.into_iter().map(|run| (run.id, run)).collect())
}

/// One page of the orders that a run set aside (R22).
pub async fn list_failures(
    db: &impl ConnectionTrait,
    shop_id: i64,
    run_id: Uuid,
    page: &PageRequest,
) -> Result<Page<sync_failure::Model>> {
    read_page(db, failures_of(shop_id, run_id), FailuresByOrder, page).await
}

/// How many orders a run set aside.
pub async fn count_failures(db: &impl ConnectionTrait, shop_id: i64, run_id: Uuid) -> Result<u64> {
    count_rows(db, failures_of(shop_id, run_id)).await
}

pub(super) fn runs_of(shop_id: i64) -> Select<Entity> {
    Entity::find().filter(Column::ShopId.eq(shop_id))
}

fn failures_of(shop_id: i64, run_id: Uuid) -> Select<sync_failure::Entity> {
    use sync_failure::Column;
    sync_failure::Entity::find()
        .filter(Column::ShopId.eq(shop_id))
        .filter(Column::RunId.eq(run_id))
}

#[cfg(test)]
mod tests {
    use entity::words::SyncState;

    use super::super::fixtures::{Fixture, NEIGHBOUR, SHOP, id, run, walk};
    use super::*;

    fn failure(run_id: Uuid, number: u128) -> sync_failure::Model {
        sync_failure::Model {
            shop_id: SHOP,
            run_id,
            order_id: id(number),
            source: "api".to_owned(),
            external_id: format!("X-{number}"),
            code: "INVALID".to_owned(),
            message: "no total".to_owned(),
        }
    }

    #[tokio::test]
    async fn runs_come_newest_first_and_their_failures_by_order() {
        let fixture = Fixture::open().await;
        let db = fixture.db();
        let mut runs: Vec<Model> = (1..=20)
            .map(|n| run(n, SyncState::Failed, n % 2 == 0))
            .collect();
        fixture.put(runs.clone()).await;
        runs.sort_by_key(|it| std::cmp::Reverse((it.queued_at, it.id)));
        assert_eq!(
            walk(NewestRuns, async |page| list_runs(db, SHOP, &page).await).await,
            runs
        );
        assert_eq!(count_runs(db, SHOP).await.ok(), Some(20));
        assert_eq!(
            find_run(db, SHOP, runs[3].id).await.ok(),
            Some(Some(runs[3].clone()))
        );
        assert_eq!(find_run(db, NEIGHBOUR, runs[3].id).await.ok(), Some(None));
        let found = runs_by_ids(db, SHOP, &[id(1), id(2), id(99)]).await;
        assert_eq!(found.map(|it| it.len()).ok(), Some(2));

        let failures: Vec<_> = (1..=18).map(|n| failure(id(1), n)).collect();
        fixture.put(failures.clone()).await;
        fixture.put(vec![failure(id(2), 5)]).await;
        let list = async |page| list_failures(db, SHOP, id(1), &page).await;
        assert_eq!(walk(FailuresByOrder, list).await, failures);
        assert_eq!(count_failures(db, SHOP, id(1)).await.ok(), Some(18));
    }
}
