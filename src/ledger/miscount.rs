//! Counters put wrong on purpose, so that a demo shows a run putting them right (R15).

use entity::affiliate;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

use super::{Change, ShopWrite};
use crate::error::Result;

/// Moves stored counters off what the rows say, as a restored backup or a row edited in SQL would. For
/// the demo's made-up shop alone; the next run counts and repairs each of them.
#[derive(Debug, Serialize)]
pub struct MiscountForDemo {
    /// Whose counter, and by how much; it stays at 0 where it would fall below.
    pub off_by: Vec<(Uuid, i64)>,
}

impl Change for MiscountForDemo {
    const NAME: &'static str = "miscountForDemo";
    type Output = ();

    async fn apply(&self, shop: &mut ShopWrite) -> Result<()> {
        for (affiliate_id, off_by) in &self.off_by {
            let counter = || Expr::col(affiliate::Column::PromotedOrders);
            let moved =
                Expr::case(counter().add(*off_by).gte(0), counter().add(*off_by)).finally(0);
            affiliate::Entity::update_many()
                .col_expr(affiliate::Column::PromotedOrders, moved.into())
                .filter(affiliate::Column::ShopId.eq(shop.shop.shop_id))
                .filter(affiliate::Column::Id.eq(*affiliate_id))
                .exec(shop.db())
                .await?;
        }
        Ok(())
    }
}
