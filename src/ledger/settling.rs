//! Settling by sets: a chunk of the queue in one transaction, in which the history rows are written first
//! and everything else is made from them. No row is read into the program.

use entity::words::{StatusActor, TransactionStatus};
use entity::{
    Day, Instant, affiliate_transaction as transaction, order, status_change, sync_failure,
    sync_run, unsettled_transaction as unsettled,
};
use sea_orm::sea_query::{
    Asterisk, Cond, Expr, Func, IntoTableRef, JoinType, OnConflict, Order, Query, SelectStatement,
    SimpleExpr, WindowStatement,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::order_store::follow_order;
use super::rollups::Move;
use super::runs::renew_lease;
use super::settling_sql::{
    Days, ORDER, TRANSACTION, follows, is_final, is_sound, of_order, of_transaction, target_status,
};
use super::transactions::order_of;
use super::{Change, ShopWrite, bulk};
use crate::domain::settling::FINAL;
use crate::error::{Error, RefusalCode, Result};

/// The name that settling statements give to the queue.
const QUEUE: &str = "u";
/// The name that settling statements give to the history.
const HISTORY: &str = "h";

/// Settles the next transactions that are due.
#[derive(Debug, Serialize)]
pub struct SettleChunk {
    /// The run, with its figures so far; they are stored with the chunk.
    pub run: sync_run::Model,
    /// When the run began: what is due by then is settled.
    pub at: Instant,
    /// How many rows at most.
    pub size: u64,
}

/// What a chunk did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settled {
    /// The run with its figures after the chunk.
    pub run: sync_run::Model,
    /// Whether more is due.
    pub more: bool,
}

/// How many transactions went from one status to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// Before.
    pub from: TransactionStatus,
    /// After.
    pub to: TransactionStatus,
    /// How many.
    pub transactions: i64,
}

/// The rows of the queue that a chunk takes: those due by an instant, up to and with a last one.
struct Range {
    shop_id: i64,
    at: Instant,
    last: Option<(Instant, Uuid)>,
}

/// One group of the chunk's changes.
#[derive(Debug, FromQueryResult)]
struct Group {
    affiliate_id: Uuid,
    reported_on: Day,
    currency: String,
    from_status: TransactionStatus,
    to_status: TransactionStatus,
    amount_minor: i64,
    transactions: i64,
}

impl Change for SettleChunk {
    const NAME: &'static str = "settleChunk";
    type Output = Settled;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Settled> {
        if !shop.shop.sync_enabled {
            return Err(Error::refused(
                RefusalCode::SyncDisabled,
                "the sync was turned off meanwhile",
            ));
        }
        renew_lease(shop, self.run.id).await?;
        let range = self.next_range(shop).await?;
        let checked = range.count(shop.db()).await?;
        let failed = set_aside(shop, &range, self.run.id).await?;
        let first = shop.history.next_sequence()?;
        let changed = write_history(shop, &range, first).await?;
        let groups = groups_of(shop, first).await?;
        let mut run = self.run.clone();
        for group in groups {
            count_transition(
                &mut run,
                group.from_status,
                group.to_status,
                group.transactions,
            )?;
            let key = (group.affiliate_id, group.reported_on, group.currency);
            shop.rollups.commission(
                key.clone(),
                group.from_status,
                group.amount_minor,
                Move::Out,
            );
            shop.rollups
                .commission(key, group.to_status, group.amount_minor, Move::In);
        }
        update_transactions(shop, first).await?;
        if !shop.shop.lock_final_statuses {
            catch_up_reopened(shop, first).await?;
        }
        range.leave_queue(shop.db()).await?;
        range
            .requeue(shop.db(), shop.shop.lock_final_statuses)
            .await?;
        run.transactions_checked += i64::try_from(checked).unwrap_or(0);
        run.transactions_changed += i64::try_from(changed).unwrap_or(0);
        run.orders_failed += i64::try_from(failed).unwrap_or(0);
        bulk::upsert::<sync_run::Entity>(shop.db(), vec![run.clone()]).await?;
        Ok(Settled {
            run,
            more: range.last.is_some(),
        })
    }
}

impl SettleChunk {
    async fn next_range(&self, shop: &ShopWrite) -> Result<Range> {
        let mut range = Range {
            shop_id: shop.shop.shop_id,
            at: self.at,
            last: None,
        };
        let query = Query::select()
            .columns([unsettled::Column::DueAt, unsettled::Column::TransactionId])
            .from_as(unsettled::Entity, QUEUE)
            .cond_where(range.condition())
            .order_by((QUEUE, unsettled::Column::DueAt), Order::Asc)
            .order_by((QUEUE, unsettled::Column::TransactionId), Order::Asc)
            .offset(self.size.saturating_sub(1))
            .limit(1)
            .take();
        if let Some(row) = shop.db().query_one(&query).await? {
            range.last = Some((
                row.try_get("", "due_at")?,
                row.try_get("", "transaction_id")?,
            ));
        }
        Ok(range)
    }
}

impl Range {
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
    fn rows(&self) -> SelectStatement {
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

    async fn count(&self, db: &impl ConnectionTrait) -> Result<u64> {
        let query = Query::select()
            .expr_as(Func::count(Expr::col(Asterisk)), "rows")
            .from_as(unsettled::Entity, QUEUE)
            .cond_where(self.condition())
            .take();
        let row = db.query_one(&query).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "rows"))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Takes out of the queue what is final now or has nothing to do there.
    async fn leave_queue(&self, db: &impl ConnectionTrait) -> Result<()> {
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
        db.execute(&delete).await?;
        Ok(())
    }

    /// Says of what stays when to look at it again: an order that was set aside in the next run, what only
    /// waits when its days are over.
    async fn requeue(&self, db: &impl ConnectionTrait, lock_final: bool) -> Result<()> {
        let waits_until = of_transaction(transaction::Column::WaitsUntil);
        let moves_later = target_status(lock_final, Days::Over)
            .ne(of_transaction(transaction::Column::Status))
            .and(waits_until.clone().gt(self.at.0));
        let due = Expr::case(is_sound().not(), Expr::value(self.at.0 + 1))
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
        db.execute(&update).await?;
        Ok(())
    }
}

/// R22: lists the orders that make no sense, once a run.
async fn set_aside(shop: &ShopWrite, range: &Range, run_id: Uuid) -> Result<u64> {
    let message = "the stored order is damaged: its status is unknown, or its refunds are not between 0 and its total";
    let orders = range
        .rows()
        .distinct()
        .expr(of_order(order::Column::ShopId))
        .expr(Expr::val(run_id))
        .expr(of_order(order::Column::Id))
        .expr(of_order(order::Column::Source))
        .expr(of_order(order::Column::ExternalId))
        .expr(text(RefusalCode::Invalid.as_str()))
        .expr(text(message))
        .cond_where(is_sound().not())
        .take();
    let mut insert = Query::insert();
    insert
        .into_table(sync_failure::Entity)
        .columns([
            sync_failure::Column::ShopId,
            sync_failure::Column::RunId,
            sync_failure::Column::OrderId,
            sync_failure::Column::Source,
            sync_failure::Column::ExternalId,
            sync_failure::Column::Code,
            sync_failure::Column::Message,
        ])
        .select_from(orders)
        .map_err(unexpected)?
        .on_conflict(
            OnConflict::columns([
                sync_failure::Column::ShopId,
                sync_failure::Column::RunId,
                sync_failure::Column::OrderId,
            ])
            .do_nothing()
            .to_owned(),
        );
    Ok(shop.db().execute(&insert).await?.rows_affected())
}

/// Writes the history of what is about to change, numbered from `first`.
async fn write_history(shop: &mut ShopWrite, range: &Range, first: i64) -> Result<u64> {
    let target = target_status(shop.shop.lock_final_statuses, Days::At(range.at));
    let by_id = WindowStatement::new()
        .order_by((TRANSACTION, transaction::Column::Id), Order::Asc)
        .take();
    let changes = range
        .rows()
        .expr_window_as(Func::cust("ROW_NUMBER"), by_id, "n")
        .expr_as(of_transaction(transaction::Column::Id), "id")
        .expr_as(of_transaction(transaction::Column::Status), "from_status")
        .expr_as(target.clone(), "to_status")
        .cond_where(is_sound())
        .and_where(target.ne(of_transaction(transaction::Column::Status)))
        .take();
    let rows = Query::select()
        .expr(bigint(shop.shop.shop_id))
        .expr(bigint(first - 1).add(Expr::col(("c", "n"))))
        .expr(bigint(shop.now.0))
        .column(("c", "id"))
        .column(("c", "from_status"))
        .column(("c", "to_status"))
        .expr(Expr::val(false))
        .expr(text(&StatusActor::Sync.to_value()))
        .expr(Expr::val(shop.author.sync_run_id))
        .from_subquery(changes, "c")
        .take();
    let mut insert = Query::insert();
    insert
        .into_table(status_change::Entity)
        .columns([
            status_change::Column::ShopId,
            status_change::Column::Sequence,
            status_change::Column::At,
            status_change::Column::TransactionId,
            status_change::Column::FromStatus,
            status_change::Column::ToStatus,
            status_change::Column::Pinned,
            status_change::Column::Actor,
            status_change::Column::SyncRunId,
        ])
        .select_from(rows)
        .map_err(unexpected)?;
    let written = shop.db().execute(&insert).await?.rows_affected();
    shop.history.skip(written);
    Ok(written)
}

/// What the chunk's changes mean for the rollups and for the run's table of transitions.
async fn groups_of(shop: &ShopWrite, first: i64) -> Result<Vec<Group>> {
    let history = |column: status_change::Column| Expr::col((HISTORY, column));
    let amount = of_transaction(transaction::Column::AmountMinor)
        .sum()
        .cast_as("bigint");
    let mut query = Query::select();
    query
        .expr_as(
            of_transaction(transaction::Column::AffiliateId),
            "affiliate_id",
        )
        .expr_as(
            of_transaction(transaction::Column::ReportedOn),
            "reported_on",
        )
        .expr_as(of_transaction(transaction::Column::Currency), "currency")
        .expr_as(history(status_change::Column::FromStatus), "from_status")
        .expr_as(history(status_change::Column::ToStatus), "to_status")
        .expr_as(amount, "amount_minor")
        .expr_as(Func::count(Expr::col(Asterisk)), "transactions")
        .from_as(status_change::Entity, HISTORY)
        .join_as(
            JoinType::InnerJoin,
            transaction::Entity,
            TRANSACTION,
            transaction_of_history(),
        )
        .cond_where(in_chunk(shop, first))
        .add_group_by([
            of_transaction(transaction::Column::AffiliateId),
            of_transaction(transaction::Column::ReportedOn),
            of_transaction(transaction::Column::Currency),
            history(status_change::Column::FromStatus),
            history(status_change::Column::ToStatus),
        ]);
    let rows = shop.db().query_all(&query).await?;
    rows.iter()
        .map(|row| Ok(Group::from_query_result(row, "")?))
        .collect()
}

async fn update_transactions(shop: &ShopWrite, first: i64) -> Result<()> {
    let to_status = || Expr::col((HISTORY, status_change::Column::ToStatus));
    let to_final = || to_status().is_in(FINAL.iter().map(ActiveEnum::to_value));
    let when_final = |column: order::Column| -> SimpleExpr {
        let amount = Query::select()
            .expr(of_order(column))
            .from_as(order::Entity, ORDER)
            .and_where(order_of_transaction())
            .take();
        Expr::case(to_final(), Expr::from(amount))
            .finally(Expr::value(None::<i64>))
            .into()
    };
    let update = Query::update()
        .table(transaction::Entity.into_table_ref().alias(TRANSACTION))
        .from(status_change::Entity.into_table_ref().alias(HISTORY))
        .value(transaction::Column::Status, to_status())
        .value(transaction::Column::StatusChangedAt, shop.now.0)
        .value(
            transaction::Column::StatusSetBy,
            StatusActor::Sync.to_value(),
        )
        .value(transaction::Column::Diverged, false)
        .value(
            transaction::Column::FinalTotalMinor,
            when_final(order::Column::TotalMinor),
        )
        .value(
            transaction::Column::FinalRefundedMinor,
            when_final(order::Column::RefundedMinor),
        )
        .value(
            transaction::Column::Version,
            of_transaction(transaction::Column::Version).add(1),
        )
        .cond_where(in_chunk(shop, first))
        .and_where(transaction_of_history())
        .take();
    shop.db().execute(&update).await?;
    Ok(())
}

/// R16: the amount of a commission that is open again follows its order again. Only shops that do not lock
/// final statuses have such rows, and only where an order's amounts moved meanwhile.
async fn catch_up_reopened(shop: &mut ShopWrite, first: i64) -> Result<()> {
    let reopened = Query::select()
        .column(status_change::Column::TransactionId)
        .from_as(status_change::Entity, HISTORY)
        .cond_where(in_chunk(shop, first))
        .and_where(
            Expr::col((HISTORY, status_change::Column::FromStatus))
                .is_in(FINAL.iter().map(ActiveEnum::to_value)),
        )
        .and_where(
            Expr::col((HISTORY, status_change::Column::ToStatus))
                .is_not_in(FINAL.iter().map(ActiveEnum::to_value)),
        )
        .take();
    let rows = transaction::Entity::find()
        .filter(transaction::Column::ShopId.eq(shop.shop.shop_id))
        .filter(transaction::Column::Id.in_subquery(reopened))
        .all(shop.db())
        .await?;
    let mut changed = Vec::new();
    for stored in rows {
        let Some(order) = order_of(shop, &stored).await? else {
            continue;
        };
        let mut row = stored.clone();
        follow_order(&mut row, &order);
        if row != stored {
            shop.rollups.transaction(&stored, Move::Out);
            shop.rollups.transaction(&row, Move::In);
            changed.push(row);
        }
    }
    bulk::upsert::<transaction::Entity>(shop.db(), changed).await
}

/// What a run would do now.
#[derive(Debug)]
pub struct Preview {
    /// How many transactions it would look at.
    pub checked: i64,
    /// What it would change.
    pub transitions: Vec<Transition>,
    /// How many counters it would put right.
    pub counts_to_repair: i64,
}

/// What a run would change now; nothing is changed.
pub async fn preview(
    db: &impl ConnectionTrait,
    shop: &entity::shop::Model,
    at: Instant,
) -> Result<Preview> {
    let range = Range {
        shop_id: shop.shop_id,
        at,
        last: None,
    };
    let target = target_status(shop.lock_final_statuses, Days::At(at));
    let changes = range
        .rows()
        .expr_as(of_transaction(transaction::Column::Status), "from_status")
        .expr_as(target.clone(), "to_status")
        .cond_where(is_sound())
        .and_where(target.ne(of_transaction(transaction::Column::Status)))
        .take();
    let query = Query::select()
        .columns(["from_status", "to_status"])
        .expr_as(Func::count(Expr::col(Asterisk)), "transactions")
        .from_subquery(changes, "c")
        .group_by_columns(["from_status", "to_status"])
        .take();
    let mut transitions = Vec::new();
    for row in db.query_all(&query).await? {
        transitions.push(Transition {
            from: row.try_get("", "from_status")?,
            to: row.try_get("", "to_status")?,
            transactions: row.try_get("", "transactions")?,
        });
    }
    let wrong = match shop.recount_promoted_orders {
        true => super::recount::count_wrong(db, shop.shop_id).await?,
        false => 0,
    };
    Ok(Preview {
        checked: i64::try_from(range.count(db).await?).unwrap_or(i64::MAX),
        transitions,
        counts_to_repair: i64::try_from(wrong).unwrap_or(i64::MAX),
    })
}

impl Transition {
    /// Transitions as a run stores them.
    pub fn to_json(transitions: &[Self]) -> Result<serde_json::Value> {
        serde_json::to_value(transitions).map_err(unexpected)
    }

    /// Transitions as a run has stored them.
    pub fn from_json(stored: &serde_json::Value) -> Result<Vec<Self>> {
        serde_json::from_value(stored.clone()).map_err(unexpected)
    }
}

fn count_transition(
    run: &mut sync_run::Model,
    from: TransactionStatus,
    to: TransactionStatus,
    transactions: i64,
) -> Result<()> {
    let mut transitions = Transition::from_json(&run.transitions)?;
    match transitions
        .iter_mut()
        .find(|known| known.from == from && known.to == to)
    {
        Some(known) => known.transactions += transactions,
        None => transitions.push(Transition {
            from,
            to,
            transactions,
        }),
    }
    run.transitions = Transition::to_json(&transitions)?;
    Ok(())
}

fn transaction_of_queue() -> SimpleExpr {
    of_transaction(transaction::Column::ShopId)
        .eq(Expr::col((QUEUE, unsettled::Column::ShopId)))
        .and(
            of_transaction(transaction::Column::Id)
                .eq(Expr::col((QUEUE, unsettled::Column::TransactionId))),
        )
}

fn transaction_of_history() -> SimpleExpr {
    of_transaction(transaction::Column::ShopId)
        .eq(Expr::col((HISTORY, status_change::Column::ShopId)))
        .and(
            of_transaction(transaction::Column::Id)
                .eq(Expr::col((HISTORY, status_change::Column::TransactionId))),
        )
}

fn order_of_transaction() -> SimpleExpr {
    of_order(order::Column::ShopId)
        .eq(of_transaction(transaction::Column::ShopId))
        .and(of_order(order::Column::Id).eq(of_transaction(transaction::Column::OrderId)))
}

/// The history rows that this chunk has written.
fn in_chunk(shop: &ShopWrite, first: i64) -> Cond {
    Cond::all()
        .add(Expr::col((HISTORY, status_change::Column::ShopId)).eq(shop.shop.shop_id))
        .add(Expr::col((HISTORY, status_change::Column::Sequence)).gte(first))
}

/// A bound number that PostgreSQL takes for a BIGINT wherever it stands.
fn bigint(value: i64) -> SimpleExpr {
    Expr::val(value).cast_as("bigint")
}

/// A bound text that PostgreSQL takes for a text wherever it stands.
fn text(value: &str) -> SimpleExpr {
    Expr::val(value).cast_as("text")
}

fn unexpected(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(error.to_string())
}
