//! Reads the stored sums by day and by month, both in the shape of a day's row.

use entity::{kpi_day, kpi_month};
use sea_orm::prelude::{Expr, Uuid};
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::days::DayRange;
use crate::error::Result;

/// Stands in the rollups where an affiliate's id would, in the rows of the whole shop.
pub const WHOLE_SHOP: Uuid = Uuid::nil();

/// What one rollup row sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    Days,
    Months,
}

/// Which rollup rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct RollupFilter<'a> {
    pub shop_id: i64,
    /// This affiliate's, else the whole shop's.
    pub affiliate_id: Option<Uuid>,
    pub days: DayRange,
    /// In this currency, else in each.
    pub currency: Option<&'a str>,
}

impl Grain {
    /// The coarsest that sums these days and no other.
    pub fn of(days: DayRange) -> Self {
        if days.is_whole_months() {
            Self::Months
        } else {
            Self::Days
        }
    }
}

impl RollupFilter<'_> {
    /// The rows, in no order; a month's row bears its first day.
    pub async fn read(
        self,
        db: &impl ConnectionTrait,
        grain: Grain,
    ) -> Result<Vec<kpi_day::Model>> {
        Ok(match grain {
            Grain::Days => {
                let query = kpi_day::Entity::find().filter(self.condition("day"));
                query.all(db).await?
            }
            Grain::Months => {
                kpi_month::Entity::find()
                    .column_as(kpi_month::Column::Month, "day")
                    .filter(self.condition("month"))
                    .into_model()
                    .all(db)
                    .await?
            }
        })
    }

    /// Both tables have the same columns but for the one that tells when.
    fn condition(self, period: &'static str) -> Condition {
        let affiliate_id = self.affiliate_id.unwrap_or(WHOLE_SHOP);
        Condition::all()
            .add(Expr::col("shop_id").eq(self.shop_id))
            .add(Expr::col("affiliate_id").eq(affiliate_id))
            .add(self.days.holds(&Expr::col(period)))
            .add_option(self.currency.map(|it| Expr::col("currency").eq(it)))
    }
}
