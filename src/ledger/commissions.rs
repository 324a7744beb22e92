//! R16: who earns a commission on an order, and on which terms.

use std::collections::HashMap;

use entity::words::{
    FactorDirection, OrderStatus, StatusActor, TransactionKind, TransactionStatus, WaitFrom,
};
use entity::{Instant, affiliate, affiliate_transaction as transaction, order, shop};
use sea_orm::sea_query::{Alias, Cond, Expr, Func, Query, SelectStatement};
use sea_orm::{ConnectionTrait, ExprTrait};
use uuid::Uuid;

use super::ShopWrite;
use crate::domain::commission::Terms;
use crate::domain::settling::is_final;
use crate::error::{Refusal, RefusalCode, Result};

/// Milliseconds of a day to wait, which is 24 hours whatever the clocks do (R7).
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;
/// How many orders go into one look-up.
const CHUNK: usize = 5_000;

/// What happens to the commission of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Nothing new.
    Keep,
    /// There is one now, with the amount that the import brought if it brought one.
    Make {
        affiliate: affiliate::Model,
        imported_minor: Option<i64>,
    },
    /// It goes to another affiliate.
    Move {
        commission_id: Uuid,
        affiliate: affiliate::Model,
        imported_minor: Option<i64>,
    },
    /// The import brings another amount.
    Amount {
        commission_id: Uuid,
        imported_minor: i64,
    },
}

impl Claim {
    /// The affiliate of the order after this, by its commission (R15).
    pub(super) fn affiliate_of(&self, before: Option<Uuid>) -> Option<Uuid> {
        match self {
            Self::Keep | Self::Amount { .. } => before,
            Self::Make { affiliate, .. } | Self::Move { affiliate, .. } => Some(affiliate.id),
        }
    }
}

/// Decides on the commission of an order that `affiliate` is reported to have brought.
pub(super) fn claim(
    shop: &shop::Model,
    order: &order::Model,
    affiliate: Option<&affiliate::Model>,
    imported_minor: Option<i64>,
    linked: &[transaction::Model],
) -> Result<Claim, Refusal> {
    let Some(affiliate) = affiliate else {
        return Ok(Claim::Keep);
    };
    let commission = linked
        .iter()
        .find(|row| row.kind == TransactionKind::Commission);
    let Some(commission) = commission else {
        let earns = affiliate.active
            && (imported_minor.is_some()
                || shop
                    .commissions_from
                    .is_none_or(|from| order.placed_on >= from));
        let affiliate = affiliate.clone();
        return Ok(if earns {
            Claim::Make {
                affiliate,
                imported_minor,
            }
        } else {
            Claim::Keep
        });
    };
    // A deletion is never undone by an import.
    if commission.deleted_at.is_some() {
        return Ok(Claim::Keep);
    }
    if commission.affiliate_id != affiliate.id {
        return claim_from_another(commission, affiliate, imported_minor);
    }
    let stands = is_final(commission.status) || commission.pinned;
    let commission_id = commission.id;
    Ok(match imported_minor {
        Some(imported_minor)
            if !stands
                && (!commission.imported_amount
                    || commission.amount_minor != imported_minor
                    || commission.currency != order.currency) =>
        {
            Claim::Amount {
                commission_id,
                imported_minor,
            }
        }
        _ => Claim::Keep,
    })
}

fn claim_from_another(
    commission: &transaction::Model,
    affiliate: &affiliate::Model,
    imported_minor: Option<i64>,
) -> Result<Claim, Refusal> {
    let stays = |code: RefusalCode, why: &str| {
        Err(Refusal {
            code,
            message: format!(
                "the commission stays with its affiliate: {why}; the rest of the order was taken"
            ),
            field: Some(vec!["affiliateCode".to_owned()]),
        })
    };
    if commission.pinned {
        return stays(RefusalCode::AffiliateLocked, "it is pinned by an override");
    }
    if is_final(commission.status) {
        return stays(RefusalCode::AffiliateLocked, "it is final");
    }
    if !affiliate.active {
        let why = format!("{} is inactive and earns nothing new", affiliate.code);
        return stays(RefusalCode::Invalid, &why);
    }
    Ok(Claim::Move {
        commission_id: commission.id,
        affiliate: affiliate.clone(),
        imported_minor,
    })
}

/// The terms that hold now for an affiliate with so many earlier orders.
pub(super) fn terms(
    shop: &shop::Model,
    affiliate: &affiliate::Model,
    earlier_orders: i32,
) -> Terms {
    let factor_ppm = match shop.factor_direction {
        None => 0,
        Some(FactorDirection::Increase) => shop.factor_ppm,
        Some(FactorDirection::Decrease) => -shop.factor_ppm,
    };
    Terms {
        rate_ppm: affiliate
            .commission_rate_ppm
            .unwrap_or(shop.commission_rate_ppm),
        factor_ppm,
        factor_orders: if factor_ppm == 0 {
            0
        } else {
            Ord::min(earlier_orders, shop.factor_limit)
        },
    }
}

/// The terms that were fixed when the commission was recorded.
pub(super) fn terms_of(row: &transaction::Model) -> Terms {
    Terms {
        rate_ppm: row.rate_ppm,
        factor_ppm: row.factor_ppm,
        factor_orders: row.factor_orders,
    }
}

/// A new commission, waiting to be settled.
pub(super) fn new_commission(
    shop: &ShopWrite,
    order: &order::Model,
    affiliate: &affiliate::Model,
    terms: Terms,
    imported_minor: Option<i64>,
) -> transaction::Model {
    transaction::Model {
        shop_id: order.shop_id,
        id: shop.new_id(),
        affiliate_id: affiliate.id,
        affiliate_since: shop.now,
        order_id: Some(order.id),
        external_id: None,
        kind: TransactionKind::Commission,
        amount_minor: imported_minor
            .unwrap_or_else(|| terms.amount(order.total_minor, order.refunded_minor)),
        currency: order.currency.clone(),
        status: TransactionStatus::Open,
        status_changed_at: shop.now,
        status_set_by: StatusActor::Import,
        pinned: false,
        diverged: false,
        wait_days: shop.shop.wait_days,
        wait_from: shop.shop.wait_from,
        waits_until: waits_until(
            shop.shop.wait_from,
            shop.shop.wait_days,
            order.placed_at,
            completed_at(order),
        ),
        final_total_minor: None,
        final_refunded_minor: None,
        rate_ppm: terms.rate_ppm,
        factor_ppm: terms.factor_ppm,
        factor_orders: terms.factor_orders,
        imported_amount: imported_minor.is_some(),
        note: None,
        version: 1,
        created_at: order.placed_at,
        reported_on: order.placed_on,
        deleted_at: None,
    }
}

/// When an order completed, as far as it counts: one whose word no table knows yet may carry a time that
/// means nothing so far.
pub(super) fn completed_at(order: &order::Model) -> Option<Instant> {
    order
        .completed_at
        .filter(|_| order.status != OrderStatus::New)
}

/// R7: when the days to wait are over; unset means not yet.
pub(super) fn waits_until(
    wait_from: WaitFrom,
    wait_days: i32,
    created_at: Instant,
    completed_at: Option<Instant>,
) -> Option<Instant> {
    let anchor = match wait_from {
        WaitFrom::TransactionCreated => Some(created_at),
        WaitFrom::OrderCompleted => completed_at,
    };
    anchor.map(|anchor| Instant(anchor.0 + i64::from(wait_days) * DAY_MILLIS))
}

/// n of R16: how many orders of the same affiliate, cancelled ones apart, lie before each of these orders,
/// counted no further than the shop's limit.
pub(super) async fn earlier_orders(
    shop: &ShopWrite,
    orders: &[Uuid],
) -> Result<HashMap<Uuid, i32>> {
    let mut earlier = HashMap::new();
    if shop.shop.factor_direction.is_none() {
        return Ok(earlier);
    }
    for chunk in orders.chunks(CHUNK) {
        let query = earlier_orders_query(&shop.shop, chunk);
        for row in shop.db().query_all(&query).await? {
            let count: i64 = row.try_get("", "earlier")?;
            earlier.insert(
                row.try_get("", "id")?,
                i32::try_from(count).unwrap_or(i32::MAX),
            );
        }
    }
    Ok(earlier)
}

fn earlier_orders_query(shop: &shop::Model, orders: &[Uuid]) -> SelectStatement {
    let this = |column: order::Column| Expr::col(("this", column));
    let other = |column: order::Column| Expr::col(("other", column));
    let limit = u64::try_from(shop.factor_limit).unwrap_or(0);
    let before = Query::select()
        .expr(Expr::val(1))
        .from_as(order::Entity, "other")
        .and_where(other(order::Column::ShopId).eq(shop.shop_id))
        .and_where(other(order::Column::AffiliateId).equals(("this", order::Column::AffiliateId)))
        .and_where(other(order::Column::Status).ne(OrderStatus::Cancelled))
        .cond_where(
            Cond::any()
                .add(other(order::Column::PlacedAt).lt(this(order::Column::PlacedAt)))
                .add(
                    other(order::Column::PlacedAt)
                        .eq(this(order::Column::PlacedAt))
                        .and(other(order::Column::Id).lt(this(order::Column::Id))),
                ),
        )
        .limit(limit)
        .take();
    let count = Query::select()
        .expr(Func::count(Expr::col(sea_orm::sea_query::Asterisk)))
        .from_subquery(before, "before")
        .take();
    Query::select()
        .expr_as(this(order::Column::Id), "id")
        .expr_as(Expr::from(count), Alias::new("earlier"))
        .from_as(order::Entity, "this")
        .and_where(this(order::Column::ShopId).eq(shop.shop_id))
        .and_where(this(order::Column::Id).is_in(orders.iter().copied()))
        .take()
}
