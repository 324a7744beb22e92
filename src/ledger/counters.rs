//! R15: the stored number of distinct orders that an affiliate's transactions link, moved with each write.

use std::collections::{BTreeMap, BTreeSet};

use entity::{Instant, affiliate, affiliate_transaction as transaction};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::error::Result;

/// How many orders go into one look-up.
const CHUNK: usize = 5_000;

/// An affiliate and an order that its transactions link.
pub(super) type Link = (Uuid, Uuid);

/// How much each affiliate's counter moves.
#[derive(Debug, Default)]
pub(super) struct Counters {
    by_affiliate: BTreeMap<Uuid, i64>,
}

impl Counters {
    /// Moves the counters from one set of links to another.
    pub(super) fn moved(&mut self, before: &BTreeSet<Link>, after: &BTreeSet<Link>) {
        for (affiliate_id, _) in before.difference(after) {
            *self.by_affiliate.entry(*affiliate_id).or_default() -= 1;
        }
        for (affiliate_id, _) in after.difference(before) {
            *self.by_affiliate.entry(*affiliate_id).or_default() += 1;
        }
    }

    pub(super) async fn flush(
        &self,
        db: &impl ConnectionTrait,
        shop_id: i64,
        now: Instant,
    ) -> Result<()> {
        let mut by_delta: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
        for (affiliate_id, delta) in self.by_affiliate.iter().filter(|(_, delta)| **delta != 0) {
            by_delta.entry(*delta).or_default().push(*affiliate_id);
        }
        for (delta, affiliates) in by_delta {
            for chunk in affiliates.chunks(CHUNK) {
                affiliate::Entity::update_many()
                    .col_expr(
                        affiliate::Column::PromotedOrders,
                        Expr::col(affiliate::Column::PromotedOrders).add(delta),
                    )
                    .col_expr(affiliate::Column::CountedAt, Expr::value(now.0))
                    .filter(affiliate::Column::ShopId.eq(shop_id))
                    .filter(affiliate::Column::Id.is_in(chunk.iter().copied()))
                    .exec(db)
                    .await?;
            }
        }
        Ok(())
    }
}

/// The links of these orders as they are stored.
pub(super) async fn links_of_orders(
    db: &impl ConnectionTrait,
    shop_id: i64,
    orders: &[Uuid],
) -> Result<BTreeSet<Link>> {
    let mut links = BTreeSet::new();
    for chunk in orders.chunks(CHUNK) {
        let found: Vec<Link> = transaction::Entity::find()
            .select_only()
            .columns([
                transaction::Column::AffiliateId,
                transaction::Column::OrderId,
            ])
            .distinct()
            .filter(transaction::Column::ShopId.eq(shop_id))
            .filter(transaction::Column::OrderId.is_in(chunk.iter().copied()))
            .filter(transaction::Column::DeletedAt.is_null())
            .into_tuple()
            .all(db)
            .await?;
        links.extend(found);
    }
    Ok(links)
}
