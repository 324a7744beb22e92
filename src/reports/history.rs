//! The history of orders and transactions: who changed what, when and why (R26).

use entity::affiliate_transaction;
use entity::status_change::{Column, Entity, Model};
use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::{Condition, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Select};

use super::keyset::{Direction, SortColumn, Sorting, count_rows, read_page};
use super::page::{Key, Page, PageRequest, Position};
use super::scope::Scope;
use crate::error::Result;

/// Whose changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangesOf {
    /// One order's.
    Order(Uuid),
    /// One transaction's.
    Transaction(Uuid),
    /// Every transaction's, for those who watch.
    Transactions,
}

/// Changes in the order in which they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BySequence;

impl BySequence {
    /// The position of this number, whether or not such a change is in sight.
    #[must_use]
    pub fn position_of(sequence: i64) -> Position {
        Position(vec![Key::Int(sequence)])
    }
}

impl Sorting for BySequence {
    type Row = Model;

    fn name(self) -> &'static str {
        "sequence"
    }

    fn direction(self) -> Direction {
        Direction::Ascending
    }

    fn columns(self) -> &'static [SortColumn<Model>] {
        &[SortColumn::Int(
            || Column::Sequence.into_expr(),
            |row| row.sequence,
        )]
    }
}

/// One page of changes, the oldest first.
pub async fn list_changes(
    db: &impl ConnectionTrait,
    scope: Scope,
    of: ChangesOf,
    page: &PageRequest,
) -> Result<Page<Model>> {
    read_page(db, changes(scope, of), BySequence, page).await
}

/// How many changes there were.
pub async fn count_changes(db: &impl ConnectionTrait, scope: Scope, of: ChangesOf) -> Result<u64> {
    count_rows(db, changes(scope, of)).await
}

fn changes(scope: Scope, of: ChangesOf) -> Select<Entity> {
    let (subject, own): (Expr, affiliate_transaction::Column) = match of {
        ChangesOf::Order(id) => (
            Column::OrderId.eq(id),
            affiliate_transaction::Column::OrderId,
        ),
        ChangesOf::Transaction(id) => (
            Column::TransactionId.eq(id),
            affiliate_transaction::Column::Id,
        ),
        ChangesOf::Transactions => (
            Column::TransactionId.is_not_null(),
            affiliate_transaction::Column::Id,
        ),
    };
    let changed = match of {
        ChangesOf::Order(_) => Column::OrderId,
        ChangesOf::Transaction(_) | ChangesOf::Transactions => Column::TransactionId,
    };
    let own = scope
        .own_transactions(own)
        .map(|own| changed.in_subquery(own));
    let since = (scope.affiliate_id.is_some() && !matches!(of, ChangesOf::Order(_)))
        .then(|| Expr::exists(its_transaction_since()));
    Entity::find().filter(
        Condition::all()
            .add(Column::ShopId.eq(scope.shop_id))
            .add(subject)
            .add_option(own)
            .add_option(since),
    )
}

/// A commission that moved to another affiliate leaves behind what was said of it before.
fn its_transaction_since() -> SelectStatement {
    let its = |column| Expr::col((affiliate_transaction::Entity, column));
    let change = |column| Expr::col((Entity, column));
    Query::select()
        .expr(Expr::val(1))
        .from(affiliate_transaction::Entity)
        .and_where(its(affiliate_transaction::Column::ShopId).eq(change(Column::ShopId)))
        .and_where(its(affiliate_transaction::Column::Id).eq(change(Column::TransactionId)))
        .and_where(its(affiliate_transaction::Column::AffiliateSince).lte(change(Column::At)))
        .take()
}

#[cfg(test)]
mod tests {
    use entity::Instant;
    use entity::words::StatusActor;

    use super::super::fixtures::{SHOP, id, walk};
    use super::super::world::World;
    use super::*;

    fn change(sequence: i64, order_id: Option<Uuid>, transaction_id: Option<Uuid>) -> Model {
        Model {
            shop_id: SHOP,
            sequence,
            at: Instant(sequence),
            order_id,
            transaction_id,
            from_status: "NEW".to_owned(),
            to_status: "COMPLETE".to_owned(),
            pinned: None,
            actor: StatusActor::Sync,
            actor_name: None,
            sync_run_id: None,
            reason: None,
            note: None,
        }
    }

    async fn sequences(world: &World, scope: Scope, of: ChangesOf) -> Vec<i64> {
        let db = world.fixture.db();
        let list = async |page| list_changes(db, scope, of, &page).await;
        let listed = walk(BySequence, list).await;
        let count = count_changes(db, scope, of).await;
        assert_eq!(count.ok(), u64::try_from(listed.len()).ok());
        listed.into_iter().map(|it| it.sequence).collect()
    }

    #[tokio::test]
    async fn r26_changes_come_by_number_and_affiliates_see_only_their_own() {
        let world = World::make().await;
        let own = world.rows.live(Some(id(2)))[0];
        let other = world.rows.live(Some(id(3)))[0];
        let linked: Vec<Uuid> = world.rows.linked(id(2)).iter().map(|it| it.id).collect();
        let hidden = world
            .rows
            .orders
            .iter()
            .map(|it| it.id)
            .find(|it| !linked.contains(it));
        let subject = |n: i64| match n % 4 {
            0 => change(n, None, Some(own.id)),
            1 => change(n, None, Some(other.id)),
            2 => change(n, linked.first().copied(), None),
            _ => change(n, hidden, None),
        };
        world
            .fixture
            .put((1..=80).rev().map(subject).collect())
            .await;
        let (shop, affiliate) = (Scope::shop(SHOP), Scope::affiliate(SHOP, id(2)));
        for (of, rests, own_rests) in [
            (ChangesOf::Transaction(own.id), vec![0], vec![0]),
            (ChangesOf::Transaction(other.id), vec![1], vec![]),
            (ChangesOf::Transactions, vec![0, 1], vec![0]),
            (ChangesOf::Order(linked[0]), vec![2], vec![2]),
            (ChangesOf::Order(hidden.expect("some")), vec![3], vec![]),
        ] {
            for (scope, rests) in [(shop, rests), (affiliate, own_rests)] {
                let expected: Vec<i64> = (1..=80).filter(|n| rests.contains(&(n % 4))).collect();
                assert_eq!(sequences(&world, scope, of).await, expected, "{of:?}");
            }
        }
        let page = PageRequest {
            after: Some(BySequence::position_of(70)),
            ..PageRequest::default()
        };
        let newer = list_changes(world.fixture.db(), shop, ChangesOf::Transactions, &page).await;
        let newer = newer.expect("a page").rows;
        assert_eq!(
            newer.iter().map(|it| it.sequence).collect::<Vec<_>>(),
            [72, 73, 76, 77, 80]
        );
    }
}
