//! Shops. The list over all of them is for the scheduler and the command line, never for a caller.

use entity::shop::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::error::Result;

/// One shop.
pub async fn find_shop(db: &impl ConnectionTrait, id: i64) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(db).await?)
}

/// One shop by its name, capitals and all.
pub async fn find_shop_by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<Model>> {
    let query = Entity::find().filter(Column::Name.eq(name));
    Ok(query.one(db).await?)
}

/// Every shop, by name.
pub async fn list_shops(db: &impl ConnectionTrait) -> Result<Vec<Model>> {
    let mut shops = Entity::find().all(db).await?;
    // Sorted here, since the name's collation is the database's own.
    shops.sort_by(|a, b| (&a.name, a.shop_id).cmp(&(&b.name, b.shop_id)));
    Ok(shops)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{Fixture, NEIGHBOUR, SHOP, shop};
    use super::*;

    #[tokio::test]
    async fn shops_are_found_by_id_and_by_name() {
        let fixture = Fixture::open().await;
        let db = fixture.db();
        assert_eq!(find_shop(db, SHOP).await.ok(), Some(Some(shop(SHOP))));
        assert_eq!(find_shop(db, 99).await.ok(), Some(None));
        let by_name = find_shop_by_name(db, "shop 2").await;
        assert_eq!(by_name.ok(), Some(Some(shop(NEIGHBOUR))));
        assert_eq!(find_shop_by_name(db, "Shop 2").await.ok(), Some(None));
        let all = list_shops(db).await;
        assert_eq!(all.ok(), Some(vec![shop(SHOP), shop(NEIGHBOUR)]));
    }
}
