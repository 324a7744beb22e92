//! The queue that settling works off: which transactions sync may still change, and when to look.

use entity::words::TransactionStatus;
use entity::{
    Instant, affiliate_transaction as transaction, order, unsettled_transaction as unsettled,
};
use sea_orm::sea_query::{Cond, Expr, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use super::{ShopWrite, bulk};
use crate::domain::settling::{Due, FOLLOWING, Sight, Stage, Standing, is_final};
use crate::error::{Error, Result};

/// How many rows one statement takes out.
const CHUNK: usize = 5_000;

/// A transaction and its order, if it has one.
pub(super) type Linked<'a> = (&'a transaction::Model, Option<&'a order::Model>);

/// What settling sees of a transaction and its order.
pub(super) fn standing(
    row: &transaction::Model,
    order: Option<&order::Model>,
    lock_final: bool,
) -> Standing {
    Standing {
        status: row.status,
        kind: row.kind,
        pinned: row.pinned,
        stage: order.map(|order| Stage::of(order.status, order.in_progress)),
        lock_final,
        waits_until: row.waits_until,
        sight: order.map_or(Sight::Seen, |it| Sight::of(it.missed_at, it.gone_at)),
    }
}

/// Puts each transaction in or out of the queue as it stands now.
pub(super) async fn requeue(
    db: &impl ConnectionTrait,
    shop_id: i64,
    lock_final: bool,
    now: Instant,
    rows: &[Linked<'_>],
) -> Result<()> {
    let mut entering = Vec::new();
    let mut leaving: Vec<Uuid> = Vec::new();
    for (row, order) in rows {
        match place(row, *order, lock_final, now) {
            Place::In(due_at) => {
                entering.push(unsettled::Model {
                    shop_id,
                    transaction_id: row.id,
                    due_at,
                });
            }
            Place::Out => leaving.push(row.id),
        }
    }
    for chunk in leaving.chunks(CHUNK) {
        unsettled::Entity::delete_many()
            .filter(unsettled::Column::ShopId.eq(shop_id))
            .filter(unsettled::Column::TransactionId.is_in(chunk.iter().copied()))
            .exec(db)
            .await?;
    }
    bulk::upsert::<unsettled::Entity>(db, entering).await
}

/// Whether a transaction belongs into the queue.
enum Place {
    /// Sync has nothing to do with it.
    Out,
    /// Sync may still change it; when it is due, where that is known.
    In(Option<Instant>),
}

fn place(
    row: &transaction::Model,
    order: Option<&order::Model>,
    lock_final: bool,
    now: Instant,
) -> Place {
    let follows =
        row.deleted_at.is_none() && !row.pinned && order.is_some() && FOLLOWING.contains(&row.kind);
    if !follows {
        return Place::Out;
    }
    match standing(row, order, lock_final).due(now) {
        Due::Now => Place::In(Some(now)),
        _ if is_final(row.status) => Place::Out,
        Due::At(instant) => Place::In(Some(instant)),
        Due::Unknown => Place::In(None),
    }
}

/// Makes all transactions that sync may touch due now, as far as they have these statuses and meet this
/// condition; also those that are missing in the queue.
pub(super) async fn enqueue(
    shop: &ShopWrite,
    statuses: &[TransactionStatus],
    condition: Cond,
) -> Result<()> {
    let column = |column| Expr::col((transaction::Entity, column));
    let rows = Query::select()
        .expr(column(transaction::Column::ShopId))
        .expr(column(transaction::Column::Id))
        .expr(Expr::val(shop.now.0).cast_as("bigint"))
        .from(transaction::Entity)
        .and_where(transaction::Column::ShopId.eq(shop.shop.shop_id))
        .and_where(transaction::Column::Status.is_in(statuses.iter().copied()))
        .and_where(transaction::Column::Kind.is_in(FOLLOWING.iter().copied()))
        .and_where(transaction::Column::Pinned.eq(false))
        .and_where(transaction::Column::DeletedAt.is_null())
        .and_where(transaction::Column::OrderId.is_not_null())
        .cond_where(condition)
        .take();
    let keys = [unsettled::Column::ShopId, unsettled::Column::TransactionId];
    let mut insert = Query::insert();
    insert
        .into_table(unsettled::Entity)
        .columns(keys.into_iter().chain([unsettled::Column::DueAt]))
        .select_from(rows)
        .map_err(|error| Error::Unexpected(error.to_string()))?
        .on_conflict(
            OnConflict::columns(keys)
                .update_column(unsettled::Column::DueAt)
                .to_owned(),
        );
    shop.db().execute(&insert).await?;
    Ok(())
}
