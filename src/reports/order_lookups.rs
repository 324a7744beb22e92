//! Single orders, by id and by the id of their source.

use std::collections::HashMap;

use entity::order::{Column, Entity, Model};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};

use super::id_lists::read_by_ids;
use super::order_parts::{Parts, find_order_with};
use super::scope::Scope;
use crate::error::Result;

/// The source that an order is looked for in first.
const API_SOURCE: &str = "api";

/// One order, if it is in sight.
pub async fn find_order(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: Uuid,
) -> Result<Option<Model>> {
    let (order, _) = find_order_with(db, scope, id, Parts::default()).await?;
    Ok(order)
}

/// One order by its source's id. Without a source it is `api`'s, else the only source's that has this
/// id; where several others have it, nobody can tell which is meant.
pub async fn find_order_by_external_id(
    db: &impl ConnectionTrait,
    scope: Scope,
    source: Option<&str>,
    external_id: &str,
) -> Result<Option<Model>> {
    let query = in_sight(scope).filter(Column::ExternalId.eq(external_id));
    if let Some(source) = source {
        return Ok(query.filter(Column::Source.eq(source)).one(db).await?);
    }
    let mut orders = query.all(db).await?;
    if let Some(index) = orders.iter().position(|it| it.source == API_SOURCE) {
        return Ok(Some(orders.swap_remove(index)));
    }
    Ok(orders.pop().filter(|_| orders.is_empty()))
}

/// The orders among `ids` that are in sight.
pub async fn orders_by_ids(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Model>> {
    let orders = read_by_ids(db, in_sight(scope), Column::Id, ids).await?;
    Ok(orders.into_iter().map(|order| (order.id, order)).collect())
}

fn in_sight(scope: Scope) -> Select<Entity> {
    Entity::find().filter(scope.orders())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{Fixture, SHOP, id, order};
    use super::super::world::World;
    use super::*;

    #[tokio::test]
    async fn without_a_source_an_external_id_is_the_apis_or_the_only_ones() {
        let fixture = Fixture::open().await;
        let orders = [
            ("api", "both"),
            ("file", "both"),
            ("file", "one"),
            ("file", "two"),
            ("cscart", "two"),
        ];
        let orders = orders
            .iter()
            .zip(1..)
            .map(|((source, external_id), n)| Model {
                source: (*source).to_owned(),
                external_id: (*external_id).to_owned(),
                ..order(n)
            });
        fixture.put(orders.collect()).await;
        for (source, external_id, found) in [
            (None, "both", Some(1)),
            (Some("file"), "both", Some(2)),
            (None, "one", Some(3)),
            (None, "two", None),
            (Some("cscart"), "two", Some(5)),
            (None, "three", None),
        ] {
            let scope = Scope::shop(SHOP);
            let order = find_order_by_external_id(fixture.db(), scope, source, external_id).await;
            let order = order.expect("it is read");
            assert_eq!(
                order.map(|it| it.id),
                found.map(id),
                "{source:?} {external_id}"
            );
        }
    }

    #[tokio::test]
    async fn an_affiliate_finds_no_order_that_it_has_no_part_in() {
        let world = World::make().await;
        let (db, scope) = (world.fixture.db(), Scope::affiliate(SHOP, id(4)));
        let linked = world.rows.linked(id(4));
        let ids: Vec<Uuid> = world.rows.orders.iter().map(|it| it.id).collect();
        let by_id = orders_by_ids(db, scope, &ids).await.expect("orders");
        assert_eq!(by_id.len(), linked.len());
        let hidden = world
            .rows
            .orders
            .iter()
            .find(|it| !linked.contains(it))
            .expect("some");
        assert_eq!(find_order(db, scope, hidden.id).await.ok(), Some(None));
        let shown = find_order(db, Scope::shop(SHOP), hidden.id)
            .await
            .expect("it is read");
        assert_eq!(shown.as_ref(), Some(hidden));
    }
}
