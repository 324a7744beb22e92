//! Rows by the place of their columns. SeaORM looks each column up by its name, which costs more than reading it;
//! where a page has thousands of values, and where one statement brings rows of several tables, places are cheaper.

use entity::{access_token, affiliate, affiliate_transaction, order, shop};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, Iterable, QueryResult};

/// A row that can be read from any place on in the columns of an answer.
pub(super) trait Row: Sized {
    type Entity: EntityTrait;

    /// Reads the row whose first column is the one at `first`.
    fn read(row: &QueryResult, first: usize) -> Result<Self, DbErr>;

    /// How many columns it takes.
    fn width() -> usize {
        <Self::Entity as EntityTrait>::Column::iter().count()
    }

    /// Selects its columns, in the order in which [`Row::read`] takes them.
    fn select(query: &mut SelectStatement) {
        query.exprs(
            <Self::Entity as EntityTrait>::Column::iter().map(|it| Expr::col(it.as_column_ref())),
        );
    }

    /// Its id; none where its table was joined from the left and had no such row.
    fn id(row: &QueryResult, first: usize) -> Result<Option<Uuid>, DbErr> {
        row.try_get_by_index(first + ID)
    }
}

/// Where the id stands in each table: behind its shop.
const ID: usize = 1;

/// Reads the fields of a model in the order of its columns.
macro_rules! row {
    ($module:ident: $($field:ident)+) => {
        impl Row for $module::Model {
            type Entity = $module::Entity;

            fn read(row: &QueryResult, first: usize) -> Result<Self, DbErr> {
                let mut places = first..;
                let mut next = || places.next().unwrap_or_default();
                Ok(Self { $($field: row.try_get_by_index(next())?),+ })
            }
        }
    };
}

row! {
    order: shop_id id source external_id number status in_progress native_status mapped cancel_reason placed_at
        placed_on changed_at status_changed_at completed_at currency total_minor refunded_minor affiliate_code
        affiliate_id missed_at gone_at
}
row! {
    affiliate: shop_id id code name name_folded active commission_rate_ppm promoted_orders counted_at created_at
}
row! {
    affiliate_transaction: shop_id id affiliate_id affiliate_since order_id external_id kind amount_minor currency
        status status_changed_at status_set_by pinned diverged wait_days wait_from waits_until final_total_minor
        final_refunded_minor rate_ppm factor_ppm factor_orders imported_amount note version created_at reported_on
        deleted_at
}
row! {
    shop: shop_id name currency time_zone sync_enabled sync_interval_minutes wait_days wait_from lock_final_statuses
        recount_promoted_orders commissions_from commission_rate_ppm factor_direction factor_ppm factor_limit
        last_sequence revision recounted_at swept_at created_at
}
row! {
    access_token: shop_id id name role affiliate_id secret_hash created_at expires_at last_used_at revoked_at
}
