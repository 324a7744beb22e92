//! The queue that settling works off: which transactions sync may still change, and when to look.

use entity::{Instant, affiliate_transaction, order, unsettled_transaction as unsettled};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::bulk;
use crate::domain::settling::{Due, FOLLOWING, Stage, Standing, is_final};
use crate::error::Result;

/// How many rows one statement takes out.
const CHUNK: usize = 5_000;

/// A transaction and its order, if it has one.
pub(super) type Linked<'a> = (&'a affiliate_transaction::Model, Option<&'a order::Model>);

/// What settling sees of a transaction and its order.
pub(super) fn standing(
    row: &affiliate_transaction::Model,
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
    row: &affiliate_transaction::Model,
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
