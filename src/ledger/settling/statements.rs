//! The statements of one chunk. The history rows are written first and say for all others what changes.

use entity::words::StatusActor;
use entity::{affiliate_transaction as transaction, order, status_change, sync_failure};
use sea_orm::sea_query::{
    Asterisk, Cond, Expr, Func, IntoTableRef, OnConflict, Order, Query, SimpleExpr, WindowStatement,
};
use sea_orm::{
    ActiveEnum, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter,
    QueryResult,
};
use uuid::Uuid;

use super::range::Range;
use super::sql::{
    ORDER, TRANSACTION, is_sound, of_order, of_transaction, order_of_transaction, target_status,
};
use super::{Transition, unexpected};
use crate::domain::settling::FINAL;
use crate::error::{RefusalCode, Result};
use crate::ledger::order_store::follow_order;
use crate::ledger::rollups::Move;
use crate::ledger::transaction_rows::order_of;
use crate::ledger::{ShopWrite, bulk};

/// The name that settling statements give to the history.
pub(super) const HISTORY: &str = "h";

/// R22: lists the orders that make no sense, once a run.
pub(super) async fn set_aside(shop: &ShopWrite, range: &Range<'_>, run_id: Uuid) -> Result<u64> {
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
pub(super) async fn write_history(
    shop: &mut ShopWrite,
    range: &Range<'_>,
    first: i64,
) -> Result<u64> {
    let target = target_status(shop.shop.lock_final_statuses, range.days());
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

/// How many of the chunk's changes went from one status to another.
pub(super) async fn transitions_of(shop: &ShopWrite, first: i64) -> Result<Vec<Transition>> {
    let (from, to) = (
        status_change::Column::FromStatus,
        status_change::Column::ToStatus,
    );
    let query = Query::select()
        .columns([from, to])
        .expr_as(Func::count(Expr::col(Asterisk)), "transactions")
        .from_as(status_change::Entity, HISTORY)
        .cond_where(in_chunk(shop, first))
        .group_by_columns([from, to])
        .take();
    let rows = shop.db().query_all(&query).await?;
    let transition = |row: &QueryResult| -> Result<Transition, DbErr> {
        Ok(Transition {
            from: row.try_get("", "from_status")?,
            to: row.try_get("", "to_status")?,
            transactions: row.try_get("", "transactions")?,
        })
    };
    Ok(rows.iter().map(transition).collect::<Result<_, _>>()?)
}

pub(super) async fn update_transactions(shop: &ShopWrite, first: i64) -> Result<()> {
    let to_status = || Expr::col((HISTORY, status_change::Column::ToStatus));
    let to_final = || to_status().is_in(FINAL.iter().map(ActiveEnum::to_value));
    let when_final = |column| -> SimpleExpr {
        Expr::case(to_final(), of_order(column))
            .finally(Expr::value(None::<i64>))
            .into()
    };
    let update = Query::update()
        .table(transaction::Entity.into_table_ref().alias(TRANSACTION))
        .from(status_change::Entity.into_table_ref().alias(HISTORY))
        .from(order::Entity.into_table_ref().alias(ORDER))
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
        .and_where(order_of_transaction())
        .take();
    shop.db().execute(&update).await?;
    Ok(())
}

/// R16: the amount of a commission that is open again follows its order again. Only shops that do not lock
/// final statuses have such rows, and only where an order's amounts moved meanwhile.
pub(super) async fn catch_up_reopened(shop: &mut ShopWrite, first: i64) -> Result<()> {
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

pub(super) fn transaction_of_history() -> SimpleExpr {
    of_transaction(transaction::Column::ShopId)
        .eq(Expr::col((HISTORY, status_change::Column::ShopId)))
        .and(
            of_transaction(transaction::Column::Id)
                .eq(Expr::col((HISTORY, status_change::Column::TransactionId))),
        )
}

/// The history rows that this chunk has written.
pub(super) fn in_chunk(shop: &ShopWrite, first: i64) -> Cond {
    Cond::all()
        .add(Expr::col((HISTORY, status_change::Column::ShopId)).eq(shop.shop.shop_id))
        .add(Expr::col((HISTORY, status_change::Column::Sequence)).gte(first))
}

/// A bound number that PostgreSQL takes for a BIGINT wherever it stands.
pub(super) fn bigint(value: i64) -> SimpleExpr {
    Expr::val(value).cast_as("bigint")
}

/// A bound text that PostgreSQL takes for a text wherever it stands.
fn text(value: &str) -> SimpleExpr {
    Expr::val(value).cast_as("text")
}
