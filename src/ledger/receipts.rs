//! A COMMIT whose answer was lost may have happened. Each write leaves a receipt under the revision that it
//! made, so that whoever got no answer can look, and neither repeats nor reports what nobody knows (DESIGN §4).

use entity::write_receipt::{ActiveModel, Column, Entity};
use entity::{Instant, shop};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use super::retry::{Tries, is_told};
use crate::app::App;
use crate::error::{Error, Result};

/// How many receipts a shop keeps: more than it can write while somebody waits for a lost answer.
const KEPT: i64 = 10_000;
/// Old ones go by so many at once.
const DROPPED: i64 = 500;

/// That one write happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Receipt {
    shop_id: i64,
    revision: i64,
    write_id: Uuid,
}

impl Receipt {
    /// The receipt of the write that has made this revision of the shop.
    pub(super) fn of(shop: &shop::Model, write_id: Uuid) -> Self {
        Self {
            shop_id: shop.shop_id,
            revision: shop.revision,
            write_id,
        }
    }

    /// Leaves the receipt, in the transaction that it stands for.
    pub(super) async fn leave(self, db: &DatabaseTransaction, now: Instant) -> Result<()> {
        let row = ActiveModel {
            shop_id: Set(self.shop_id),
            revision: Set(self.revision),
            write_id: Set(self.write_id),
            at: Set(now),
        };
        Entity::insert(row).exec_without_returning(db).await?;
        if self.revision % DROPPED == 0 {
            Entity::delete_many()
                .filter(Column::ShopId.eq(self.shop_id))
                .filter(Column::Revision.lte(self.revision - KEPT))
                .exec(db)
                .await?;
        }
        Ok(())
    }

    /// What a COMMIT that gave an error means: it did not happen, or the receipt tells.
    pub(super) async fn outcome_after(self, cause: DbErr, app: &App) -> Result<()> {
        if is_told(&cause) {
            return Err(Error::Database(cause));
        }
        match self.is_kept(app).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::Database(cause)),
            Err(error) => {
                tracing::error!(cause = %error.in_full(), "nobody can say whether a change was made");
                Err(Error::OutcomeUnknown(cause))
            }
        }
    }

    /// Whether the write happened, as soon as the database can be asked again.
    async fn is_kept(self, app: &App) -> Result<bool> {
        let mut tries = Tries::new();
        loop {
            match self.look(app).await {
                Ok(is_kept) => return Ok(is_kept),
                Err(error) => tries.again_after(error).await?,
            }
        }
    }

    /// Looks behind the shop's lock: a COMMIT that is still under way holds it.
    async fn look(self, app: &App) -> Result<bool> {
        let tx = app.database.begin_write().await?;
        shop::Entity::update_many()
            .col_expr(
                shop::Column::Revision,
                Expr::col(shop::Column::Revision).add(0),
            )
            .filter(shop::Column::ShopId.eq(self.shop_id))
            .exec(&tx)
            .await?;
        let found = Entity::find_by_id((self.shop_id, self.revision))
            .one(&tx)
            .await?;
        Ok(found.is_some_and(|receipt| receipt.write_id == self.write_id))
    }
}
