//! Whom a reader may see: part of every query's predicate, so that nothing has to be taken out afterwards.

use entity::{affiliate, affiliate_transaction, order};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Condition, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

/// One shop, and within it perhaps no more than one affiliate's own view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The only shop.
    pub shop_id: i64,
    /// Set where the reader is this affiliate: its own transactions, the orders they came from, itself.
    pub affiliate_id: Option<Uuid>,
}

impl Scope {
    /// Everything in a shop.
    #[must_use]
    pub fn shop(shop_id: i64) -> Self {
        Self {
            shop_id,
            affiliate_id: None,
        }
    }

    /// What one affiliate may see.
    #[must_use]
    pub fn affiliate(shop_id: i64, affiliate_id: Uuid) -> Self {
        Self {
            shop_id,
            affiliate_id: Some(affiliate_id),
        }
    }

    /// Whether the figures of this affiliate are in sight.
    #[must_use]
    pub fn sees_affiliate(self, affiliate_id: Uuid) -> bool {
        self.affiliate_id.is_none_or(|own| own == affiliate_id)
    }

    /// The shop's orders; for an affiliate those that its own transactions are linked to.
    pub(super) fn orders(self) -> Condition {
        let linked = || {
            let own = self.own_transactions(affiliate_transaction::Column::OrderId)?;
            Some(order::Column::Id.in_subquery(own))
        };
        Condition::all()
            .add(order::Column::ShopId.eq(self.shop_id))
            .add_option(linked())
    }

    /// The transactions that are not deleted; for an affiliate its own.
    pub(super) fn transactions(self) -> Condition {
        use affiliate_transaction::Column;
        let own = self.affiliate_id.map(|id| Column::AffiliateId.eq(id));
        Condition::all()
            .add(Column::ShopId.eq(self.shop_id))
            .add(Column::DeletedAt.is_null())
            .add_option(own)
    }

    /// The shop's affiliates; for an affiliate itself.
    pub(super) fn affiliates(self) -> Condition {
        use affiliate::Column;
        Condition::all()
            .add(Column::ShopId.eq(self.shop_id))
            .add_option(self.affiliate_id.map(|id| Column::Id.eq(id)))
    }

    /// A column of an affiliate's own transactions, to be looked up in; nothing where all are in sight.
    pub(super) fn own_transactions(
        self,
        column: affiliate_transaction::Column,
    ) -> Option<SelectStatement> {
        self.affiliate_id?;
        let own = affiliate_transaction::Entity::find()
            .select_only()
            .column(column)
            .filter(self.transactions());
        Some(own.into_query())
    }
}
