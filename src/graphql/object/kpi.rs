//! KPIs of a shop or of one affiliate (R23).

use async_graphql::{Context, Object, SimpleObject};

use crate::domain::Currency;
use crate::domain::period::Period;
use crate::error;
use crate::graphql::errors::Result;
use crate::graphql::money::Money;
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::{CurrencyCode, Date, DateTime, int};
use crate::graphql::words::KpiInterval;
use crate::reports::{self, KpiFigures};

/// The figures of a period with what was asked for.
#[derive(Debug)]
pub struct KpiReport {
    /// The period.
    pub period: Period,
    /// What the series was cut into.
    pub interval: KpiInterval,
    /// The shop's time zone.
    pub time_zone: String,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The figures.
    pub figures: KpiFigures,
}

/// Figures over the orders that were placed in a period, in one currency. For the staff only.
#[Object]
impl KpiReport {
    /// The first day of the period.
    async fn from(&self) -> Date {
        self.period.from.into()
    }

    /// The last day of the period, included.
    async fn to(&self) -> Date {
        self.period.to.into()
    }

    /// How long each point of the series is.
    async fn interval(&self) -> KpiInterval {
        self.interval
    }

    /// The time zone that days are counted in: the shop's.
    async fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// The currency of all amounts, and of the orders that are counted.
    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.currency)
    }

    /// Currencies that have orders in this period which these figures leave out. Ask for each by itself.
    async fn other_currencies(&self) -> Result<Vec<CurrencyCode>> {
        let codes = self.figures.other_currencies.iter();
        let codes = codes.map(|code| CurrencyCode::stored(code.as_str()));
        Ok(codes.collect::<error::Result<_>>()?)
    }

    /// When the last successful sync began: it has settled what was there then. Null where none succeeded yet.
    async fn as_of(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let db = reads(ctx)?.db().await?;
        let last = reports::last_sync(&db, viewer(ctx)?.shop_id).await?;
        let started_at = last.last_success.and_then(|run| run.started_at);
        Ok(started_at.map(Into::into))
    }

    /// The whole period.
    async fn totals(&self) -> Kpi {
        self.show(&self.figures.totals)
    }

    /// The period just before: as many whole intervals long where the period is whole intervals, else as many
    /// days.
    async fn previous(&self) -> Kpi {
        self.show(&self.figures.previous)
    }

    /// One point for each interval of the period, the empty ones too; the first and the last are cut at the
    /// period's ends.
    async fn points(&self) -> Vec<KpiPoint> {
        let points = self.figures.points.iter();
        let show = |(period, figures): &(Period, reports::Kpi)| KpiPoint {
            from: period.from.into(),
            to: period.to.into(),
            kpi: self.show(figures),
        };
        points.map(show).collect()
    }
}

impl KpiReport {
    fn show(&self, figures: &reports::Kpi) -> Kpi {
        Kpi {
            figures: figures.clone(),
            currency: self.currency,
        }
    }
}

/// One interval of a series.
#[derive(Debug, SimpleObject)]
pub struct KpiPoint {
    /// Its first day.
    from: Date,
    /// Its last day, included.
    to: Date,
    /// Its figures.
    kpi: Kpi,
}

/// Figures in one currency.
#[derive(Debug)]
pub struct Kpi {
    figures: reports::Kpi,
    currency: Currency,
}

impl Kpi {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

/// Figures over orders by the day that they were placed, and over their transactions by the same day. Rates are
/// fractions, and null where nothing was counted.
#[Object]
impl Kpi {
    /// All orders.
    async fn orders(&self) -> i32 {
        int(self.figures.orders)
    }

    /// Orders that are NEW.
    async fn new_orders(&self) -> i32 {
        int(self.figures.new_orders)
    }

    /// Orders that are COMPLETE.
    async fn complete_orders(&self) -> i32 {
        int(self.figures.complete_orders)
    }

    /// Orders that are CANCELLED.
    async fn cancelled_orders(&self) -> i32 {
        int(self.figures.cancelled_orders)
    }

    /// CANCELLED orders with reason FAKE.
    async fn fake_orders(&self) -> i32 {
        int(self.figures.fake_orders)
    }

    /// COMPLETE orders by all orders, from 0 to 1.
    async fn completion_rate(&self) -> Option<f64> {
        self.figures.completion_rate()
    }

    /// CANCELLED orders by all orders, from 0 to 1.
    async fn cancellation_rate(&self) -> Option<f64> {
        self.figures.cancellation_rate()
    }

    /// Totals of COMPLETE orders less their refunds.
    async fn revenue(&self) -> Money {
        self.money(self.figures.revenue_minor())
    }

    /// Totals of NEW orders: may become revenue.
    async fn pending_revenue(&self) -> Money {
        self.money(self.figures.pending_minor())
    }

    /// Totals of CANCELLED orders.
    async fn lost_revenue(&self) -> Money {
        self.money(self.figures.lost_minor())
    }

    /// Revenue by COMPLETE orders, rounded half up; null where there are none.
    async fn average_order_value(&self) -> Option<Money> {
        let average = self.figures.average_minor()?;
        Some(self.money(average))
    }

    /// Orders that an affiliate brought.
    async fn promoted_orders(&self) -> i32 {
        int(self.figures.promoted_orders)
    }

    /// Promoted orders by all orders, from 0 to 1.
    async fn promoted_order_share(&self) -> Option<f64> {
        self.figures.promoted_share()
    }

    /// Totals of COMPLETE promoted orders less their refunds.
    async fn promoted_revenue(&self) -> Money {
        self.money(self.figures.promoted_revenue_minor)
    }

    /// OPEN and IN_PROGRESS transactions.
    async fn commission_pending(&self) -> Money {
        self.money(self.figures.commission_pending_minor)
    }

    /// COMPLETED transactions.
    async fn commission_cashable(&self) -> Money {
        self.money(self.figures.commission_cashable_minor)
    }

    /// CANCELLED transactions.
    async fn commission_cancelled(&self) -> Money {
        self.money(self.figures.commission_cancelled_minor)
    }
}
