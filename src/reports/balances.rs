//! What affiliates have earned, from the rollups by month.

use std::collections::HashMap;

use entity::kpi_month::{Column, Entity};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};

use super::id_lists::id_lists;
use super::scope::Scope;
use crate::error::Result;

/// What one affiliate has earned in one currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Balance {
    /// ISO 4217.
    pub currency: String,
    /// OPEN and IN_PROGRESS.
    pub pending_minor: i64,
    /// COMPLETED.
    pub cashable_minor: i64,
    /// CANCELLED.
    pub cancelled_minor: i64,
}

#[derive(FromQueryResult)]
struct OwnedBalance {
    affiliate_id: Uuid,
    #[sea_orm(nested)]
    balance: Balance,
}

/// The balances of those affiliates that are in sight, by currency; currencies in which every figure is
/// zero are left out, and so are affiliates without any.
pub async fn balances_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    affiliate_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Balance>>> {
    let mut ids = affiliate_ids.to_vec();
    ids.retain(|id| scope.sees_affiliate(*id));
    let mut balances: HashMap<Uuid, Vec<Balance>> = HashMap::new();
    for list in id_lists(&ids) {
        for row in read(db, scope.shop_id, list).await? {
            balances
                .entry(row.affiliate_id)
                .or_default()
                .push(row.balance);
        }
    }
    for of_affiliate in balances.values_mut() {
        of_affiliate.sort_by(|a, b| a.currency.cmp(&b.currency));
    }
    Ok(balances)
}

async fn read(
    db: &impl ConnectionTrait,
    shop_id: i64,
    affiliate_ids: Vec<Uuid>,
) -> Result<Vec<OwnedBalance>> {
    let sum = |column: Column| column.into_expr().sum().cast_as("bigint");
    let mut rows: Vec<OwnedBalance> = Entity::find()
        .select_only()
        .columns([Column::AffiliateId, Column::Currency])
        .expr_as(sum(Column::CommissionPendingMinor), "pending_minor")
        .expr_as(sum(Column::CommissionCashableMinor), "cashable_minor")
        .expr_as(sum(Column::CommissionCancelledMinor), "cancelled_minor")
        .filter(Column::ShopId.eq(shop_id))
        .filter(Column::AffiliateId.is_in(affiliate_ids))
        .group_by(Column::AffiliateId)
        .group_by(Column::Currency)
        .into_model()
        .all(db)
        .await?;
    // An affiliate's rollups also tell of its orders, perhaps in a currency that it earns nothing in.
    rows.retain(|OwnedBalance { balance: it, .. }| {
        (it.pending_minor, it.cashable_minor, it.cancelled_minor) != (0, 0, 0)
    });
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use entity::words::TransactionStatus;

    use super::super::fixtures::{SHOP, id};
    use super::super::world::{Rows, World};
    use super::*;

    fn expected(rows: &Rows, affiliate_id: Uuid) -> Option<Vec<Balance>> {
        let balance = |currency: &str| {
            let sum = |statuses: &[TransactionStatus]| {
                rows.live(Some(affiliate_id))
                    .iter()
                    .filter(|it| it.currency == currency && statuses.contains(&it.status))
                    .map(|it| it.amount_minor)
                    .sum()
            };
            Balance {
                currency: currency.to_owned(),
                pending_minor: sum(&[TransactionStatus::Open, TransactionStatus::InProgress]),
                cashable_minor: sum(&[TransactionStatus::Completed]),
                cancelled_minor: sum(&[TransactionStatus::Cancelled]),
            }
        };
        let earns =
            |it: &Balance| (it.pending_minor, it.cashable_minor, it.cancelled_minor) != (0, 0, 0);
        let balances: Vec<_> = ["EUR", "JPY", "USD"]
            .map(balance)
            .into_iter()
            .filter(earns)
            .collect();
        (!balances.is_empty()).then_some(balances)
    }

    #[tokio::test]
    async fn r25_balances_are_what_the_transactions_say() {
        let world = World::make().await;
        let ids: Vec<Uuid> = world.rows.affiliates.iter().map(|it| it.id).collect();
        let db = world.fixture.db();
        let mut balances = balances_of(db, Scope::shop(SHOP), &ids)
            .await
            .expect("balances");
        assert!(balances.len() > 5);
        for id in &ids {
            assert_eq!(balances.remove(id), expected(&world.rows, *id));
        }
        let own = balances_of(db, Scope::affiliate(SHOP, id(2)), &ids)
            .await
            .expect("balances");
        assert_eq!(own.into_keys().collect::<Vec<_>>(), [id(2)]);
    }
}
