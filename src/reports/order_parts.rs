//! Orders together with who brought them and what is earned by them, in one statement: a page that shows all
//! of it goes to the database once instead of three times.

use std::collections::HashMap;

use entity::{affiliate, affiliate_transaction as transaction, order};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Condition, ExprTrait, JoinType, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait};

use super::columns::Columns;
use super::keyset::{restrict, sort_by};
use super::orders::{OrdersFilter, OrdersSort};
use super::page::{Page, PageRequest};
use super::row::Row;
use super::scope::Scope;
use crate::error::Result;

/// What is to be read of orders, and what is to come along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Of themselves.
    pub orders: Columns,
    /// Of who brought them, where that is to come along.
    pub affiliates: Option<Columns>,
    /// Of what affiliates earn or owe by them, where that is to come along.
    pub transactions: Option<Columns>,
}

impl Default for Parts {
    /// All of the orders, and nothing else.
    fn default() -> Self {
        Self {
            orders: Columns::ALL,
            affiliates: None,
            transactions: None,
        }
    }
}

/// What came along: all that is in sight of it, for each order of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderParts {
    /// By their ids; none at all where they were not to come along.
    pub affiliates: HashMap<Uuid, affiliate::Model>,
    /// By their orders, the oldest first; none at all where they were not to come along.
    pub transactions: HashMap<Uuid, Vec<transaction::Model>>,
}

/// One page of the orders that a filter leaves, with their parts.
pub async fn list_orders_with(
    db: &impl ConnectionTrait,
    scope: Scope,
    filter: &OrdersFilter,
    sort: OrdersSort,
    page: &PageRequest,
    parts: Parts,
) -> Result<(Page<order::Model>, OrderParts)> {
    let mut orders = orders_where(filter.condition(scope), parts.orders);
    restrict(&mut orders, sort, page)?;
    let mut statement = with_parts(orders, scope, parts);
    sort_by(&mut statement, sort, page);
    let (orders, found) = read(db, &statement, parts).await?;
    Ok((page.page_of(orders), found))
}

/// One order, if it is in sight, with its parts.
pub async fn find_order_with(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: Uuid,
    parts: Parts,
) -> Result<(Option<order::Model>, OrderParts)> {
    let condition = scope.orders().add(order::Column::Id.eq(id));
    let orders = orders_where(condition, parts.orders);
    let statement = with_parts(orders, scope, parts);
    let (mut orders, found) = read(db, &statement, parts).await?;
    Ok((orders.pop(), found))
}

fn orders_where(condition: Condition, asked: Columns) -> SelectStatement {
    let mut query = Query::select();
    order::Model::select(&mut query, asked);
    query.from(order::Entity).cond_where(condition);
    query
}

/// The orders with what belongs to them to the right, and as often as there is more than one of it.
fn with_parts(orders: SelectStatement, scope: Scope, parts: Parts) -> SelectStatement {
    if parts.affiliates.or(parts.transactions).is_none() {
        return orders;
    }
    let mut query = Query::select();
    order::Model::select(&mut query, parts.orders);
    query.from_subquery(orders, order::Entity);
    if let Some(asked) = parts.affiliates {
        affiliate::Model::select(&mut query, asked);
        let is_its_own = affiliate::Column::Id
            .into_expr()
            .equals((order::Entity, order::Column::AffiliateId));
        let on = scope.affiliates().add(is_its_own);
        query.join(JoinType::LeftJoin, affiliate::Entity, on);
    }
    if let Some(asked) = parts.transactions {
        transaction::Model::select(&mut query, asked);
        let is_its_own = transaction::Column::OrderId
            .into_expr()
            .equals((order::Entity, order::Column::Id));
        let on = scope.transactions().add(is_its_own);
        query.join(JoinType::LeftJoin, transaction::Entity, on);
    }
    query
}

/// Takes rows apart. Those of one order follow one another.
async fn read(
    db: &impl ConnectionTrait,
    statement: &SelectStatement,
    parts: Parts,
) -> Result<(Vec<order::Model>, OrderParts)> {
    let mut orders: Vec<order::Model> = Vec::new();
    let mut found = OrderParts::default();
    for row in db.query_all(statement).await? {
        let id = order::Model::id(&row, 0)?.unwrap_or_default();
        if orders.last().is_none_or(|last| last.id != id) {
            orders.push(order::Model::read(&row, 0, parts.orders)?);
        }
        let mut place = order::Model::width(parts.orders);
        if let Some(asked) = parts.affiliates {
            if let Some(affiliate_id) = affiliate::Model::id(&row, place)?
                && !found.affiliates.contains_key(&affiliate_id)
            {
                let affiliate = affiliate::Model::read(&row, place, asked)?;
                found.affiliates.insert(affiliate_id, affiliate);
            }
            place += affiliate::Model::width(asked);
        }
        if let Some(asked) = parts.transactions
            && transaction::Model::id(&row, place)?.is_some()
        {
            let transaction = transaction::Model::read(&row, place, asked)?;
            found.transactions.entry(id).or_default().push(transaction);
        }
    }
    // Not by the database, which would walk through all transactions of the shop in that order.
    for of_order in found.transactions.values_mut() {
        of_order.sort_unstable_by_key(|it| (it.created_at, it.id));
    }
    Ok((orders, found))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{SHOP, id};
    use super::super::world::World;
    use super::super::{affiliates_by_ids, find_order, list_orders, transactions_of_orders};
    use super::*;

    const ALL: Parts = Parts {
        orders: Columns::ALL,
        affiliates: Some(Columns::ALL),
        transactions: Some(Columns::ALL),
    };

    #[tokio::test]
    async fn parts_are_what_is_read_by_itself() {
        let world = World::make().await;
        let db = world.fixture.db();
        let (none, sort) = (OrdersFilter::default(), OrdersSort::default());
        for scope in [Scope::shop(SHOP), Scope::affiliate(SHOP, id(4))] {
            for page in [
                PageRequest::first(30),
                PageRequest {
                    last: Some(30),
                    ..PageRequest::default()
                },
            ] {
                let found = list_orders_with(db, scope, &none, sort, &page, ALL).await;
                let (orders, parts) = found.expect("a page");
                let plain = list_orders(db, scope, &none, sort, &page).await;
                assert_eq!(orders, plain.expect("a page"));
                let ids = |of: fn(&order::Model) -> Option<Uuid>| -> Vec<Uuid> {
                    orders.rows.iter().filter_map(of).collect()
                };
                let affiliates =
                    affiliates_by_ids(db, scope, &ids(|order| order.affiliate_id)).await;
                assert_eq!(Some(parts.affiliates), affiliates.ok());
                let transactions =
                    transactions_of_orders(db, scope, &ids(|order| Some(order.id))).await;
                assert_eq!(Some(parts.transactions), transactions.ok());
            }
        }
    }

    #[tokio::test]
    async fn one_order_comes_with_its_parts_too() {
        let world = World::make().await;
        let (db, scope) = (world.fixture.db(), Scope::shop(SHOP));
        for order in world.rows.orders.iter().take(20) {
            let (found, parts) = find_order_with(db, scope, order.id, ALL)
                .await
                .expect("it is read");
            assert_eq!(found.as_ref(), Some(order));
            let plain = find_order(db, scope, order.id).await;
            assert_eq!(plain.expect("it is read"), found);
            let transactions = transactions_of_orders(db, scope, &[order.id]).await;
            assert_eq!(Some(parts.transactions), transactions.ok());
            assert_eq!(parts.affiliates.keys().next(), order.affiliate_id.as_ref());
        }
    }
}
