//! A dry run: what the next run would change, read and not done.

use entity::{Instant, affiliate_transaction as transaction, shop};
use sea_orm::sea_query::{Asterisk, Expr, Func, Query};
use sea_orm::{ConnectionTrait, EntityTrait, ExprTrait};

use super::Transition;
use super::range::Range;
use super::sql::{is_sound, of_transaction, target_status};
use crate::error::{Error, Result};
use crate::ledger::order_sources::sources_of;
use crate::ledger::recount::count_wrong;

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
pub async fn preview(db: &impl ConnectionTrait, shop_id: i64, at: Instant) -> Result<Preview> {
    let shop = shop::Entity::find_by_id(shop_id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("shop"))?;
    let sources = sources_of(db, shop_id).await?.into_iter();
    let off: Vec<_> = sources.filter(|it| !it.enabled).map(|it| it.name).collect();
    let range = Range {
        shop_id,
        at,
        last: None,
        unseen: &off,
    };
    let target = target_status(shop.lock_final_statuses, range.days());
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
    let wrong = if shop.recount_promoted_orders {
        count_wrong(db, shop.shop_id).await?
    } else {
        0
    };
    Ok(Preview {
        checked: i64::try_from(range.count(db).await?).unwrap_or(i64::MAX),
        transitions,
        counts_to_repair: i64::try_from(wrong).unwrap_or(i64::MAX),
    })
}
