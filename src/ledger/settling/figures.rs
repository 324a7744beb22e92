//! How the rollups move with a chunk: summed up from its history and written where it lies, since a day of an
//! affiliate has few commissions and a chunk about as many sums as rows.

use entity::words::TransactionStatus;
use entity::{affiliate_transaction as transaction, status_change};
use sea_orm::sea_query::{Cond, Expr, Func, OnConflict, Query, SelectStatement, SimpleExpr};
use sea_orm::{ActiveEnum, ConnectionTrait, DbBackend, ExprTrait};
use uuid::Uuid;

use super::sql::{TRANSACTION, of_transaction};
use super::statements::{HISTORY, bigint, in_chunk, transaction_of_history};
use super::unexpected;
use crate::domain::settling::UNSETTLED;
use crate::error::Result;
use crate::ledger::ShopWrite;
use crate::ledger::rollups::FIGURES;

/// The figures that settling moves, each with the statuses whose amounts it sums.
const MOVED: [(&str, &[TransactionStatus]); 3] = [
    ("commission_pending_minor", UNSETTLED),
    ("commission_cashable_minor", &[TransactionStatus::Completed]),
    (
        "commission_cancelled_minor",
        &[TransactionStatus::Cancelled],
    ),
];
/// The name that these statements give to the two owners of each amount, and its one column on both databases.
const OWNERS: (&str, &str) = ("owners", "column1");

/// Moves the days and the months by what the chunk has changed. The transactions may have changed already.
pub(super) async fn move_figures(shop: &ShopWrite, first: i64) -> Result<()> {
    let day = of_transaction(transaction::Column::ReportedOn);
    let month = first_of_month(shop.db().get_database_backend());
    move_rollup(shop, first, "kpi_days", "day", day).await?;
    move_rollup(shop, first, "kpi_months", "month", month).await
}

async fn move_rollup(
    shop: &ShopWrite,
    first: i64,
    table: &'static str,
    period: &'static str,
    starts: SimpleExpr,
) -> Result<()> {
    let keys = ["shop_id", "affiliate_id", period, "currency"];
    let still = FIGURES.len() - MOVED.len();
    let mut sums = Query::select();
    sums.expr(bigint(shop.shop.shop_id))
        .columns(["owner", "starts", "currency"])
        .exprs((0..still).map(|_| bigint(0)))
        .exprs(MOVED.map(|(figure, _)| sum(figure)))
        .from_subquery(amounts(shop, first, starts), "c")
        // SQLite cannot tell an upsert from a join otherwise.
        .and_where(Expr::val(1).eq(1))
        .group_by_columns(["owner", "starts", "currency"])
        .cond_having(
            MOVED
                .iter()
                .fold(Cond::any(), |any, (figure, _)| any.add(sum(figure).ne(0))),
        );
    let added = MOVED.map(|(figure, _)| {
        let stored = Expr::col((table, figure));
        (figure, stored.add(Expr::col(("excluded", figure))))
    });
    let mut insert = Query::insert();
    insert
        .into_table(table)
        .columns(keys.into_iter().chain(FIGURES))
        .select_from(sums)
        .map_err(unexpected)?
        .on_conflict(OnConflict::columns(keys).values(added).to_owned());
    shop.db().execute(&insert).await?;
    Ok(())
}

/// What each change of the chunk takes out of one figure and puts into another, for its affiliate and once more
/// for the whole shop.
fn amounts(shop: &ShopWrite, first: i64, starts: SimpleExpr) -> SelectStatement {
    let owner = Expr::case(
        Expr::col(OWNERS).eq(1),
        of_transaction(transaction::Column::AffiliateId),
    )
    .finally(Expr::val(Uuid::nil()));
    let mut amounts = Query::select();
    amounts
        .expr_as(owner, "owner")
        .expr_as(starts, "starts")
        .expr_as(of_transaction(transaction::Column::Currency), "currency")
        .from_as(status_change::Entity, HISTORY)
        .from_as(transaction::Entity, TRANSACTION)
        .from_values([1, 2], OWNERS.0)
        .cond_where(in_chunk(shop, first))
        .and_where(transaction_of_history());
    for (figure, statuses) in MOVED {
        let part = |column| -> SimpleExpr {
            let status = Expr::col((HISTORY, column));
            let is_summed = status.is_in(statuses.iter().map(ActiveEnum::to_value));
            Expr::case(is_summed, of_transaction(transaction::Column::AmountMinor))
                .finally(0_i64)
                .into()
        };
        let came = part(status_change::Column::ToStatus);
        let moved = came.sub(part(status_change::Column::FromStatus));
        amounts.expr_as(moved, figure);
    }
    amounts
}

fn sum(figure: &'static str) -> SimpleExpr {
    SimpleExpr::from(Func::sum(Expr::col(("c", figure)))).cast_as("bigint")
}

/// The first day of the month of a transaction's day, both as days since 1970.
fn first_of_month(backend: DbBackend) -> SimpleExpr {
    let day = || of_transaction(transaction::Column::ReportedOn);
    if backend == DbBackend::Postgres {
        let sql = "$1 - CAST(date_part('day', CAST('1970-01-01' AS date) + $1) AS integer) + 1";
        Expr::cust_with_exprs(sql, [day()])
    } else {
        let sql = "? - CAST(strftime('%d', ? * 86400, 'unixepoch') AS integer) + 1";
        Expr::cust_with_exprs(sql, [day(), day()])
    }
}
