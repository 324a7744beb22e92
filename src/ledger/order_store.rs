//! Orders and all that hangs on them are stored by sets: their transactions follow, and history, counters,
//! rollups and the settling queue move along.

use std::cmp::max;
use std::collections::{BTreeSet, HashMap};

use entity::words::{TransactionKind, WaitFrom};
use entity::{Instant, affiliate, affiliate_transaction as transaction, order};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::commissions::{
    Claim, completed_at, earlier_orders, new_commission, terms, terms_of, waits_until,
};
use super::counters::Link;
use super::queue::{Linked, requeue};
use super::rollups::Move;
use super::{ShopWrite, bulk};
use crate::domain::settling::{FOLLOWING, has_diverged, is_final};
use crate::error::Result;

/// How many orders go into one look-up.
const CHUNK: usize = 5_000;

/// An order to be stored, with what was known of it before.
#[derive(Debug)]
pub(super) struct OrderWrite {
    pub(super) stored: Option<order::Model>,
    pub(super) row: order::Model,
    pub(super) claim: Claim,
    /// Its transactions as they are stored, deleted ones too.
    pub(super) linked: Vec<transaction::Model>,
}

/// The transactions of these orders, deleted ones too, by order.
pub(super) async fn transactions_of(
    shop: &ShopWrite,
    orders: &[Uuid],
) -> Result<HashMap<Uuid, Vec<transaction::Model>>> {
    let mut by_order: HashMap<Uuid, Vec<transaction::Model>> = HashMap::new();
    for chunk in orders.chunks(CHUNK) {
        let rows = transaction::Entity::find()
            .filter(transaction::Column::ShopId.eq(shop.shop.shop_id))
            .filter(transaction::Column::OrderId.is_in(chunk.iter().copied()))
            .order_by_asc(transaction::Column::Id)
            .all(shop.db())
            .await?;
        for row in rows {
            by_order
                .entry(row.order_id.unwrap_or_default())
                .or_default()
                .push(row);
        }
    }
    Ok(by_order)
}

/// Stores the orders that differ, and what hangs on them.
pub(super) async fn store(shop: &mut ShopWrite, mut writes: Vec<OrderWrite>) -> Result<()> {
    writes.retain(|write| write.stored.as_ref() != Some(&write.row) || write.claim != Claim::Keep);
    store_orders(shop, &writes).await?;
    let claimed: Vec<Uuid> = writes
        .iter()
        .filter(|write| matches!(write.claim, Claim::Make { .. } | Claim::Move { .. }))
        .map(|write| write.row.id)
        .collect();
    let earlier = earlier_orders(shop, &claimed).await?;
    let mut rows: Vec<(transaction::Model, usize)> = Vec::new();
    for (index, write) in writes.iter().enumerate() {
        let earlier = earlier.get(&write.row.id).copied().unwrap_or(0);
        rows.extend(
            follow(shop, write, earlier)
                .into_iter()
                .map(|row| (row, index)),
        );
    }
    let models = rows.iter().map(|(row, _)| row.clone()).collect();
    bulk::upsert::<transaction::Entity>(shop.db(), models).await?;
    let linked: Vec<Linked> = rows
        .iter()
        .map(|(row, index)| (row, Some(&writes[*index].row)))
        .collect();
    let (shop_id, lock_final) = (shop.shop.shop_id, shop.shop.lock_final_statuses);
    requeue(shop.db(), shop_id, lock_final, shop.now, &linked).await
}

async fn store_orders(shop: &mut ShopWrite, writes: &[OrderWrite]) -> Result<()> {
    let is_new = |write: &&OrderWrite| write.stored.is_none();
    let created = writes
        .iter()
        .filter(is_new)
        .map(|write| write.row.clone())
        .collect();
    let changed = writes
        .iter()
        .filter(|write| !is_new(write))
        .map(|write| write.row.clone());
    bulk::insert::<order::Entity>(shop.db(), created).await?;
    bulk::upsert::<order::Entity>(shop.db(), changed.collect()).await?;
    for write in writes {
        if let Some(stored) = &write.stored {
            shop.rollups.order(stored, Move::Out);
            if stored.status != write.row.status {
                shop.history.order_changed(&write.row, stored.status);
            }
        }
        shop.rollups.order(&write.row, Move::In);
    }
    Ok(())
}

/// The transactions of an order that differ after it was written, rollups and counters moved with them.
fn follow(shop: &mut ShopWrite, write: &OrderWrite, earlier: i32) -> Vec<transaction::Model> {
    let mut changed = Vec::new();
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
    for stored in write.linked.iter().filter(|row| row.deleted_at.is_none()) {
        let row = followed(shop, write, stored, earlier);
        before.insert(link(stored, &write.row));
        after.insert(link(&row, &write.row));
        shop.rollups.transaction(stored, Move::Out);
        shop.rollups.transaction(&row, Move::In);
        let order_moved = write.stored.as_ref() != Some(&write.row);
        if order_moved || row != *stored {
            changed.push(row);
        }
    }
    if let Claim::Make {
        affiliate,
        imported_minor,
    } = &write.claim
    {
        let terms = terms(&shop.shop, affiliate, earlier);
        let row = new_commission(shop, &write.row, affiliate, terms, *imported_minor);
        after.insert(link(&row, &write.row));
        shop.rollups.transaction(&row, Move::In);
        changed.push(row);
    }
    shop.counters.moved(&before, &after);
    changed
}

fn link(row: &transaction::Model, order: &order::Model) -> Link {
    (row.affiliate_id, order.id)
}

/// A transaction after its order was written.
fn followed(
    shop: &ShopWrite,
    write: &OrderWrite,
    stored: &transaction::Model,
    earlier: i32,
) -> transaction::Model {
    let mut row = stored.clone();
    match &write.claim {
        Claim::Move {
            commission_id,
            affiliate,
            imported_minor,
        } if *commission_id == row.id => {
            move_to(shop, &mut row, affiliate, earlier, *imported_minor);
            row.currency.clone_from(&write.row.currency);
        }
        Claim::Amount {
            commission_id,
            imported_minor,
        } if *commission_id == row.id => {
            row.imported_amount = true;
            row.amount_minor = *imported_minor;
            row.currency.clone_from(&write.row.currency);
        }
        _ => {}
    }
    follow_order(&mut row, &write.row);
    if row.amount_minor != stored.amount_minor
        || row.currency != stored.currency
        || row.affiliate_id != stored.affiliate_id
    {
        row.version += 1;
    }
    row
}

/// R16: a changed affiliate code moves the commission with rate and n fixed anew.
fn move_to(
    shop: &ShopWrite,
    row: &mut transaction::Model,
    affiliate: &affiliate::Model,
    earlier: i32,
    imported_minor: Option<i64>,
) {
    let terms = terms(&shop.shop, affiliate, earlier);
    row.affiliate_id = affiliate.id;
    // What was said just before, or by a process whose clock is ahead, is not the new affiliate's to read.
    row.affiliate_since = Instant(max(shop.now, row.status_changed_at).0 + 1);
    row.note = None;
    row.rate_ppm = terms.rate_ppm;
    row.factor_ppm = terms.factor_ppm;
    row.factor_orders = terms.factor_orders;
    row.imported_amount = imported_minor.is_some();
    if let Some(amount_minor) = imported_minor {
        row.amount_minor = amount_minor;
    }
}

/// What follows the order in a transaction, with sync on or off: its day, and but for an adjustment its
/// waiting (R7), its amount while that is not fixed (R16), and whether it has diverged (R9).
pub(super) fn follow_order(row: &mut transaction::Model, order: &order::Model) {
    row.reported_on = order.placed_on;
    if !FOLLOWING.contains(&row.kind) {
        return;
    }
    let is_commission = row.kind == TransactionKind::Commission;
    if is_commission {
        row.created_at = order.placed_at;
    }
    if is_commission || row.wait_from == WaitFrom::OrderCompleted {
        row.waits_until = waits_until(
            row.wait_from,
            row.wait_days,
            row.created_at,
            completed_at(order),
        );
    }
    let moves = is_commission && !is_final(row.status) && !row.pinned;
    if moves && !row.imported_amount {
        row.amount_minor = terms_of(row).amount(order.total_minor, order.refunded_minor);
        row.currency.clone_from(&order.currency);
    }
    row.diverged = has_diverged(
        row.status,
        order.status,
        row.final_total_minor.zip(row.final_refunded_minor),
        (order.total_minor, order.refunded_minor),
    );
}
