//! The part of the queue that one chunk takes, and where it goes afterwards.

use entity::{
    Instant, affiliate_transaction as transaction, order, unsettled_transaction as unsettled,
};
use sea_orm::sea_query::{
    Asterisk, Cond, Expr, Func, IntoTableRef, JoinType, Order, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{ConnectionTrait, ExprTrait};
use uuid::Uuid;

use super::sql::{
    Days, ORDER, TRANSACTION, follows, is_final, is_sound, is_unseen, of_transaction,
    order_of_transaction, target_status,
};
use crate::error::Result;

/// The name that settling statements give to the queue.
const QUEUE: &str = "u";

/// The rows of the queue that a chunk takes: those due by an instant, up to and with a last one.
pub(super) struct Range<'a> {
    pub(super) shop_id: i64,
    pub(super) at: Instant,
    pub(super) last: Option<(Instant, Uuid)>,
    /// Sources whose orders could not be looked at.
    pub(super) unseen: &'a [String],
}

impl<'a> Range<'a> {
    /// The first rows that are due by an instant, so many at most.
    pub(super) async fn next(
        db: &impl ConnectionTrait,
        shop_id: i64,
        at: Instant,
        unseen: &'a [String],
        size: u64,
    ) -> Result<Self> {
        let mut range = Self {
            shop_id,
            at,
            last: None,
            unseen,
        };
        let query = Query::select()
            .columns([unsettled::Column::DueAt, unsettled::Column::TransactionId])
            .from_as(unsettled::Entity, QUEUE)
            .cond_where(range.condition())
            .order_by((QUEUE, unsettled::Column::DueAt), Order::Asc)
            .order_by((QUEUE, unsettled::Column::TransactionId), Order::Asc)
            .offset(size.saturating_sub(1))
            .limit(1)
            .take();
        if let Some(row) = db.query_one(&query).await? {
            range.last = Some((
                row.try_get("", "due_at")?,
                row.try_get("", "transaction_id")?,
            ));
        }
        Ok(range)
    }

    /// That a row of the queue lies in the range.
    fn condition(&self) -> Cond {
        let column = |column: unsettled::Column| Expr::col((QUEUE, column));
        let (due_at, id) = (unsettled::Column::DueAt, unsettled::Column::TransactionId);
        let all = Cond::all()
            .add(column(unsettled::Column::ShopId).eq(self.shop_id))
            .add(column(due_at).lte(self.at.0));
        match self.last {
            None => all,
            Some((last_due, last_id)) => all.add(
                Expr::tuple([column(due_at), column(id)])
                    .lte(Expr::tuple([Expr::value(last_due.0), Expr::value(last_id)])),
            ),
        }
    }

    /// The transactions of the range that sync may touch, with their orders.
    pub(super) fn rows(&self) -> SelectStatement {
        let mut rows = Query::select();
        rows.from_as(unsettled::Entity, QUEUE)
            .join_as(
                JoinType::InnerJoin,
                transaction::Entity,
                TRANSACTION,
                transaction_of_queue(),
            )
            .join_as(
                JoinType::InnerJoin,
                order::Entity,
                ORDER,
                order_of_transaction(),
            )
            .cond_where(self.condition())
            .cond_where(follows());
        rows
    }

    /// The days to wait as the run sees them.
    pub(super) fn days(&self) -> Days<'_> {
        Days::At {
            now: self.at,
            unseen: self.unseen,
        }
    }

    pub(super) async fn count(&self, db: &impl ConnectionTrait) -> Result<u64> {
        let query = Query::select()
            .expr_as(Func::count(Expr::col(Asterisk)), "rows")
            .from_as(unsettled::Entity, QUEUE)
            .cond_where(self.condition())
            .take();
        let row = db.query_one(&query).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "rows"))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Takes out of the queue what is final now or has nothing to do there; how many that were.
    pub(super) async fn leave_queue(&self, db: &impl ConnectionTrait) -> Result<u64> {
        let stays = Query::select()
            .expr(Expr::val(1))
            .from_as(transaction::Entity, TRANSACTION)
            .and_where(transaction_of_queue())
            .cond_where(follows())
            .and_where(of_transaction(transaction::Column::OrderId).is_not_null())
            .and_where(is_final().not())
            .take();
        let delete = Query::delete()
            .from_table(unsettled::Entity.into_table_ref().alias(QUEUE))
            .cond_where(self.condition())
            .and_where(Expr::exists(stays).not())
            .take();
        Ok(db.execute(&delete).await?.rows_affected())
    }

    /// Says of what stays when to look at it again: an order that was set aside, or whose source could not be
    /// asked, in the next run, what only waits when its days are over. How many that were.
    pub(super) async fn requeue(&self, db: &impl ConnectionTrait, lock_final: bool) -> Result<u64> {
        let waits_until = of_transaction(transaction::Column::WaitsUntil);
        let would_move = || {
            target_status(lock_final, Days::Over).ne(of_transaction(transaction::Column::Status))
        };
        let moves_later = would_move().and(waits_until.clone().gt(self.at.0));
        let next_run = Cond::any()
            .add(is_sound().not())
            .add(Cond::all().add(is_unseen(self.unseen)).add(would_move()));
        let due = Expr::case(next_run, Expr::value(self.at.0 + 1))
            .case(moves_later, waits_until)
            .finally(Expr::value(None::<i64>));
        let due = Query::select()
            .expr(due)
            .from_as(transaction::Entity, TRANSACTION)
            .join_as(
                JoinType::InnerJoin,
                order::Entity,
                ORDER,
                order_of_transaction(),
            )
            .and_where(transaction_of_queue())
            .take();
        let update = Query::update()
            .table(unsettled::Entity.into_table_ref().alias(QUEUE))
            .value(unsettled::Column::DueAt, Expr::from(due))
            .cond_where(self.condition())
            .take();
        Ok(db.execute(&update).await?.rows_affected())
    }
}

fn transaction_of_queue() -> SimpleExpr {
    of_transaction(transaction::Column::ShopId)
        .eq(Expr::col((QUEUE, unsettled::Column::ShopId)))
        .and(
            of_transaction(transaction::Column::Id)
                .eq(Expr::col((QUEUE, unsettled::Column::TransactionId))),
        )
}
