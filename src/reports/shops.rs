//! Shops. The list over all of them is for the scheduler and the command line, never for a caller.

use entity::shop::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::keyset::{Direction, SortColumn, Sorting, read_page};
use super::page::{Page, PageRequest};
use crate::error::Result;

/// Shops by id, in which order a caller pages through its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShopsById;

impl Sorting for ShopsById {
    type Row = Model;

    fn name(self) -> &'static str {
        "id"
    }

    fn direction(self) -> Direction {
        Direction::Ascending
    }

    fn columns(self) -> &'static [SortColumn<Model>] {
        &[SortColumn::Int(
            || Column::ShopId.into_expr(),
            |row| row.shop_id,
        )]
    }
}

/// One shop.
pub async fn find_shop(db: &impl ConnectionTrait, id: i64) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(db).await?)
}

/// One page of the shops that the caller of this shop sees: itself.
pub async fn list_own_shops(
    db: &impl ConnectionTrait,
    shop_id: i64,
    page: &PageRequest,
) -> Result<Page<Model>> {
    read_page(db, Entity::find_by_id(shop_id), ShopsById, page).await
}

/// Every shop, by name.
pub async fn list_shops(db: &impl ConnectionTrait) -> Result<Vec<Model>> {
    let mut shops = Entity::find().all(db).await?;
    // Sorted here, since the name's collation is the database's own.
    shops.sort_by(|a, b| (&a.name, a.shop_id).cmp(&(&b.name, b.shop_id)));
    Ok(shops)
}

/// The shops that are synced by themselves.
pub(super) async fn list_synced_shops(db: &impl ConnectionTrait) -> Result<Vec<Model>> {
    let shops = Entity::find().filter(Column::SyncEnabled.eq(true));
    Ok(shops.all(db).await?)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{Fixture, NEIGHBOUR, SHOP, shop};
    use super::*;

    #[tokio::test]
    async fn shops_are_found_by_id_and_listed() {
        let fixture = Fixture::open().await;
        let db = fixture.db();
        assert_eq!(find_shop(db, SHOP).await.ok(), Some(Some(shop(SHOP))));
        assert_eq!(find_shop(db, 99).await.ok(), Some(None));
        let all = list_shops(db).await;
        assert_eq!(all.ok(), Some(vec![shop(SHOP), shop(NEIGHBOUR)]));
    }
}
