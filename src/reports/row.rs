//! Rows by the place of their columns. SeaORM looks each column up by its name, which costs more than reading it;
//! where a page has thousands of values, and where one statement brings rows of several tables, places are cheaper.

use entity::{access_token, affiliate, affiliate_transaction, order, shop};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, Iterable, QueryResult, TryGetable};

use super::columns::Columns;

/// A row that can be read from any place on in the columns of an answer.
pub(super) trait Row: Sized {
    type Entity: EntityTrait;

    /// What is read however little is asked for: what tells rows apart, sorts them and links them, and what has no
    /// value that could stand for it.
    const ALWAYS: Columns;

    /// Reads the row whose first column is the one at `first`. What was not asked for is left empty.
    fn read(row: &QueryResult, first: usize, asked: Columns) -> Result<Self, DbErr>;

    /// How many columns it takes.
    fn width(asked: Columns) -> usize {
        columns::<Self>(asked).count()
    }

    /// Selects its columns, in the order in which [`Row::read`] takes them.
    fn select(query: &mut SelectStatement, asked: Columns) {
        query.exprs(columns::<Self>(asked).map(|it| Expr::col(it.as_column_ref())));
    }

    /// Its id; none where its table was joined from the left and had no such row.
    fn id(row: &QueryResult, first: usize) -> Result<Option<Uuid>, DbErr> {
        row.try_get_by_index(first + ID)
    }
}

/// Where the id stands in each table: behind its shop.
const ID: usize = 1;

fn columns<R: Row>(asked: Columns) -> impl Iterator<Item = <R::Entity as EntityTrait>::Column> {
    let read = asked.and(R::ALWAYS);
    let places = <R::Entity as EntityTrait>::Column::iter().enumerate();
    places.filter_map(move |(place, column)| read.has(place).then_some(column))
}

/// The values of one row, taken one after the other.
struct Values<'a> {
    row: &'a QueryResult,
    /// Where the next one stands in the answer.
    next: usize,
    /// Which column of the table comes next.
    place: usize,
    read: Columns,
}

impl Values<'_> {
    fn take<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        self.place += 1;
        self.next += 1;
        self.row.try_get_by_index(self.next - 1)
    }

    fn take_if_asked<T: TryGetable + Default>(&mut self) -> Result<T, DbErr> {
        if self.read.has(self.place) {
            return self.take();
        }
        self.place += 1;
        Ok(T::default())
    }
}

/// Reads the fields of a model in the order of its columns; those that are marked are always read.
macro_rules! row {
    ($module:ident: $($field:ident $([$mark:ident])?)+) => {
        impl Row for $module::Model {
            type Entity = $module::Entity;

            const ALWAYS: Columns = Columns::marked([$(row!(@is $($mark)?)),+]);

            fn read(row: &QueryResult, first: usize, asked: Columns) -> Result<Self, DbErr> {
                let read = asked.and(Self::ALWAYS);
                let mut values = Values { row, next: first, place: 0, read };
                Ok(Self { $($field: row!(@take values $($mark)?)),+ })
            }
        }
    };
    (@is) => { false };
    (@is always) => { true };
    (@take $values:ident) => { $values.take_if_asked()? };
    (@take $values:ident always) => { $values.take()? };
}

row! {
    order: shop_id[always] id[always] source external_id number status[always] in_progress native_status mapped
        cancel_reason placed_at[always] placed_on changed_at status_changed_at completed_at currency[always]
        total_minor[always] refunded_minor affiliate_code affiliate_id[always] missed_at gone_at
}
row! {
    affiliate: shop_id[always] id[always] code name name_folded active commission_rate_ppm promoted_orders counted_at
        created_at
}
row! {
    affiliate_transaction: shop_id[always] id[always] affiliate_id[always] affiliate_since order_id[always] external_id
        kind[always] amount_minor currency status[always] status_changed_at status_set_by[always] pinned diverged
        wait_days wait_from[always] waits_until final_total_minor final_refunded_minor rate_ppm factor_ppm
        factor_orders imported_amount note version created_at[always] reported_on deleted_at
}
row! {
    shop: shop_id[always] name currency time_zone sync_enabled sync_interval_minutes wait_days wait_from[always]
        lock_final_statuses recount_promoted_orders commissions_from commission_rate_ppm factor_direction[always]
        factor_ppm factor_limit last_sequence revision recounted_at swept_at created_at
}
row! {
    access_token: shop_id[always] id[always] name role[always] affiliate_id secret_hash created_at expires_at
        last_used_at revoked_at
}
