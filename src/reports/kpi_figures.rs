//! KPIs: what a period, the one before it and each point of a series come to, folded from the rollups.

use std::collections::BTreeSet;

use entity::kpi_day;
use sea_orm::ConnectionTrait;
use sea_orm::prelude::Uuid;

use super::days::DayRange;
use super::kpi::{Kpi, orders_of};
use super::rollups::{Grain, RollupFilter};
use crate::domain::period::{Interval, Period};
use crate::error::Result;

/// What a KPI report shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KpiFigures {
    /// The whole period.
    pub totals: Kpi,
    /// The equally long period just before (R23).
    pub previous: Kpi,
    /// Each interval of the period in order, the empty ones too.
    pub points: Vec<(Period, Kpi)>,
    /// Currencies that have orders in this period and are left out of these figures, sorted.
    pub other_currencies: Vec<String>,
}

/// The figures of a period in one currency, of the whole shop or of one affiliate. One statement reads
/// both periods and all currencies.
pub async fn kpi(
    db: &impl ConnectionTrait,
    shop_id: i64,
    period: Period,
    interval: Interval,
    currency: &str,
    affiliate_id: Option<Uuid>,
) -> Result<KpiFigures> {
    let points = period.points(interval)?;
    let previous = period.previous(interval);
    let filter = RollupFilter {
        shop_id,
        affiliate_id,
        days: DayRange {
            from: Some(previous.from),
            to: Some(period.to),
        },
        currency: None,
    };
    let rows = filter.read(db, grain(previous, period, interval)).await?;
    Ok(fold(&rows, period, points, currency))
}

/// Months can serve where no period and no point begins or ends within one.
fn grain(previous: Period, period: Period, interval: Interval) -> Grain {
    let is_longer = matches!(
        interval,
        Interval::Month | Interval::Quarter | Interval::Year
    );
    let is_whole = |period: Period| Grain::of(period.into()) == Grain::Months;
    if is_longer && is_whole(previous) && is_whole(period) {
        Grain::Months
    } else {
        Grain::Days
    }
}

/// Gives each row to the period, and to the point, that it lies in.
fn fold(
    rows: &[kpi_day::Model],
    period: Period,
    points: Vec<Period>,
    currency: &str,
) -> KpiFigures {
    let mut figures = KpiFigures {
        totals: Kpi::default(),
        previous: Kpi::default(),
        points: points.into_iter().map(|it| (it, Kpi::default())).collect(),
        other_currencies: Vec::new(),
    };
    let mut others = BTreeSet::new();
    for row in rows {
        let is_previous = row.day < period.from;
        if row.currency != currency {
            if !is_previous && orders_of(row) > 0 {
                others.extend([row.currency.clone()]);
            }
        } else if is_previous {
            figures.previous.add(row);
        } else {
            figures.totals.add(row);
            let index = figures.points.partition_point(|(it, _)| it.to < row.day);
            if let Some((_, point)) = figures.points.get_mut(index) {
                point.add(row);
            }
        }
    }
    figures.other_currencies = others.into_iter().collect();
    figures
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{SHOP, id};
    use super::super::world::World;
    use super::super::{kpi_from_rows, rollups_from_rows};
    use super::*;
    use crate::domain::zone::parse_day;

    fn period(from: &str, to: &str) -> Period {
        let day = |text| parse_day("from", text).expect(text);
        Period::new(day(from), day(to)).expect("in order")
    }

    #[tokio::test]
    async fn r25_kpis_are_what_the_rows_say_at_every_interval() {
        let world = World::make().await;
        let db = world.fixture.db();
        for (from, to, interval) in [
            ("2025-11-01", "2026-03-31", Interval::Month),
            ("2026-01-01", "2026-03-31", Interval::Quarter),
            ("2025-12-01", "2026-01-31", Interval::Quarter),
            ("2026-01-01", "2026-12-31", Interval::Year),
            ("2025-12-15", "2026-02-20", Interval::Month),
            ("2026-01-05", "2026-02-15", Interval::Week),
            ("2025-12-30", "2026-01-30", Interval::Day),
        ] {
            for (currency, affiliate_id) in [("EUR", None), ("JPY", None), ("EUR", Some(id(2)))] {
                let asked = period(from, to);
                let rows = async |period| {
                    let kpi = kpi_from_rows(db, SHOP, period, currency, affiliate_id).await;
                    kpi.expect("rows")
                };
                let figures = kpi(db, SHOP, asked, interval, currency, affiliate_id).await;
                let figures = figures.expect("figures");
                assert_eq!(figures.totals, rows(asked).await, "{from} {to}");
                let previous = asked.previous(interval);
                assert_eq!(figures.previous, rows(previous).await, "{from} {to}");
                for (point, kpi) in figures.points {
                    assert_eq!(kpi, rows(point).await, "{from} {to} {point:?}");
                }
            }
        }
    }

    #[tokio::test]
    async fn r25_the_rows_recompute_every_rollup() {
        let world = World::make().await;
        let recomputed = rollups_from_rows(world.fixture.db(), SHOP).await;
        let mut stored = world.rows.days;
        stored.retain(|day| {
            orders_of(day) > 0
                || day.commission_pending_minor != 0
                || day.commission_cashable_minor != 0
                || day.commission_cancelled_minor != 0
        });
        assert_eq!(recomputed.expect("rows"), stored);
    }

    #[tokio::test]
    async fn r24_other_currencies_are_those_with_orders_in_the_period_itself() {
        let world = World::make().await;
        let whole = period("2025-11-01", "2026-03-31");
        let figures = kpi(
            world.fixture.db(),
            SHOP,
            whole,
            Interval::Month,
            "JPY",
            None,
        )
        .await;
        assert_eq!(figures.expect("figures").other_currencies, ["EUR", "USD"]);
        let later = period("2026-04-01", "2026-08-31");
        let figures = kpi(
            world.fixture.db(),
            SHOP,
            later,
            Interval::Month,
            "JPY",
            None,
        )
        .await;
        let figures = figures.expect("figures");
        assert!(figures.previous.orders > 0);
        assert_eq!(figures.totals, Kpi::default());
        assert_eq!(figures.other_currencies, [""; 0]);
    }
}
