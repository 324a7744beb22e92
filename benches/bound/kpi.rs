//! 24 months of figures: added up by the database, from days or from months.

use axum::Json;
use axum::extract::{Path, Query, State};
use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use sqlx::{ColumnIndex, Decode, Row, Type};
use uuid::Uuid;

use crate::database::{Database, rows};
use crate::json::{Data, Money, money};
use crate::{Answer, failed};

const CURRENCY: &str = "EUR";
/// How many figures a row has behind its month.
const FIGURES: usize = 14;

/// A statement over either rollup. `$start` is the first day of a row's month.
macro_rules! statement {
    ($table:literal, $period:literal, $start:literal) => {
        concat!(
            "SELECT CAST(", $start, " AS BIGINT),
                CAST(sum(new_orders + complete_orders + cancelled_orders) AS BIGINT),
                CAST(sum(new_orders) AS BIGINT), CAST(sum(complete_orders) AS BIGINT),
                CAST(sum(cancelled_orders) AS BIGINT), CAST(sum(fake_orders) AS BIGINT),
                CAST(sum(promoted_orders) AS BIGINT), CAST(sum(new_total_minor) AS BIGINT),
                CAST(sum(complete_total_minor) AS BIGINT), CAST(sum(complete_refunded_minor) AS BIGINT),
                CAST(sum(cancelled_total_minor) AS BIGINT), CAST(sum(promoted_revenue_minor) AS BIGINT),
                CAST(sum(commission_pending_minor) AS BIGINT), CAST(sum(commission_cashable_minor) AS BIGINT),
                CAST(sum(commission_cancelled_minor) AS BIGINT)
            FROM ", $table, " WHERE shop_id = $1 AND affiliate_id = $2 AND ", $period,
            " BETWEEN $3 AND $4 AND currency = 'EUR' GROUP BY 1 ORDER BY 1"
        )
    };
}

const SQLITE_DAYS: &str = statement!(
    "kpi_days",
    "day",
    "unixepoch(day * 86400, 'unixepoch', 'start of month') / 86400"
);
const POSTGRES_DAYS: &str = statement!(
    "kpi_days",
    "day",
    "date_trunc('month', DATE '1970-01-01' + day)::date - DATE '1970-01-01'"
);
const MONTHS: &str = statement!("kpi_months", "month", "month");

/// Which shop and days.
#[derive(Debug, Deserialize)]
pub struct Period {
    shop: i64,
    from: NaiveDate,
    to: NaiveDate,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Report {
    kpi: Kpi,
}

#[derive(Debug, Serialize)]
struct Kpi {
    from: NaiveDate,
    to: NaiveDate,
    totals: Figures,
    points: Vec<Point>,
}

#[derive(Debug, Serialize)]
struct Point {
    from: NaiveDate,
    to: NaiveDate,
    kpi: Figures,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    orders: i64,
    new_orders: i64,
    complete_orders: i64,
    cancelled_orders: i64,
    fake_orders: i64,
    completion_rate: Option<f64>,
    cancellation_rate: Option<f64>,
    revenue: Money,
    pending_revenue: Money,
    lost_revenue: Money,
    average_order_value: Option<Money>,
    promoted_orders: i64,
    promoted_order_share: Option<f64>,
    promoted_revenue: Money,
    commission_pending: Money,
    commission_cashable: Money,
    commission_cancelled: Money,
}

/// A month as the database has added it up.
struct Month {
    start: i64,
    sums: [i64; FIGURES],
}

/// The figures of whole months.
pub async fn kpi(
    State(database): State<Database>,
    Path(grain): Path<String>,
    Query(period): Query<Period>,
) -> Answer<Data<Report>> {
    let (sqlite, postgres) = match grain.as_str() {
        "days" => (SQLITE_DAYS, POSTGRES_DAYS),
        _ => (MONTHS, MONTHS),
    };
    let (from, to) = (day(period.from), day(period.to));
    let months = rows!(
        &database,
        sqlite,
        postgres,
        month,
        period.shop,
        Uuid::nil(),
        from,
        to
    );
    let months = months.map_err(failed)?;
    let points: Option<Vec<Point>> = months.iter().map(point).collect();
    let mut totals = [0; FIGURES];
    for month in &months {
        for (total, sum) in totals.iter_mut().zip(month.sums) {
            *total += sum;
        }
    }
    let kpi = Kpi {
        from: period.from,
        to: period.to,
        totals: figures(totals),
        points: points.ok_or("a month that is none").map_err(failed)?,
    };
    let data = Report { kpi };
    Ok(Json(Data { data }))
}

fn month<'r, R>(row: &'r R) -> Result<Month, sqlx::Error>
where
    R: Row,
    usize: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
{
    let mut sums = [0; FIGURES];
    for (index, sum) in sums.iter_mut().enumerate() {
        *sum = row.try_get(index + 1)?;
    }
    let start = row.try_get(0)?;
    Ok(Month { start, sums })
}

fn point(month: &Month) -> Option<Point> {
    let from = NaiveDate::from_epoch_days(i32::try_from(month.start).ok()?)?;
    let to = (from + Months::new(1)).pred_opt()?;
    let kpi = figures(month.sums);
    Some(Point { from, to, kpi })
}

fn figures(sums: [i64; FIGURES]) -> Figures {
    let [orders, new, complete, cancelled, fake, promoted, ..] = sums;
    let [
        ..,
        new_total,
        complete_total,
        refunded,
        lost,
        promoted_revenue,
        pending,
        cashable,
        gone,
    ] = sums;
    let revenue = complete_total - refunded;
    let euros = |minor| money(minor, CURRENCY);
    let average = (complete > 0).then(|| {
        let (whole, rest) = (revenue.div_euclid(complete), revenue.rem_euclid(complete));
        euros(whole + i64::from(2 * rest >= complete))
    });
    Figures {
        orders,
        new_orders: new,
        complete_orders: complete,
        cancelled_orders: cancelled,
        fake_orders: fake,
        completion_rate: share(complete, orders),
        cancellation_rate: share(cancelled, orders),
        revenue: euros(revenue),
        pending_revenue: euros(new_total),
        lost_revenue: euros(lost),
        average_order_value: average,
        promoted_orders: promoted,
        promoted_order_share: share(promoted, orders),
        promoted_revenue: euros(promoted_revenue),
        commission_pending: euros(pending),
        commission_cashable: euros(cashable),
        commission_cancelled: euros(gone),
    }
}

fn share(part: i64, whole: i64) -> Option<f64> {
    let float = |count| u32::try_from(count).map(f64::from).ok();
    (whole > 0).then_some(float(part)? / float(whole)?)
}

fn day(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - 719_163
}
