//! The KPIs of a period, the one before it, and the series between (R23).

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};

use super::Kpi;
use crate::domain::Currency;
use crate::domain::period::Period;
use crate::graphql::in_turn::InTurn;
use crate::graphql::scalars::{CurrencyCode, Date, DateTime};
use crate::graphql::words::KpiInterval;
use crate::reports::{self, KpiAnswer};

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
    pub answer: Arc<KpiAnswer>,
}

/// Figures over the orders that were placed in a period, in one currency. For the staff only.
#[Object(serial)]
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
        self.currency.into()
    }

    /// Currencies that have orders in this period which these figures leave out. Ask for each by itself.
    async fn other_currencies(&self) -> Vec<CurrencyCode> {
        let codes = self.answer.figures.other_currencies.iter();
        codes.map(|code| CurrencyCode(code.clone())).collect()
    }

    /// When the last successful sync began: it has settled what was there then. Null where none succeeded yet.
    async fn as_of(&self) -> Option<DateTime> {
        self.answer.as_of.map(Into::into)
    }

    /// The whole period.
    async fn totals(&self) -> InTurn<Kpi> {
        self.show(&self.answer.figures.totals)
    }

    /// The period just before: as many whole intervals long where the period is whole intervals, else as many
    /// days.
    async fn previous(&self) -> InTurn<Kpi> {
        self.show(&self.answer.figures.previous)
    }

    /// One point for each interval of the period, the empty ones too; the first and the last are cut at the
    /// period's ends.
    async fn points(&self) -> Vec<InTurn<KpiPoint>> {
        let points = self.answer.figures.points.iter();
        let show = |(period, figures): &(Period, reports::Kpi)| {
            InTurn(KpiPoint {
                from: period.from.into(),
                to: period.to.into(),
                kpi: self.show(figures),
            })
        };
        points.map(show).collect()
    }
}

impl KpiReport {
    fn show(&self, figures: &reports::Kpi) -> InTurn<Kpi> {
        InTurn(Kpi::new(figures.clone(), self.currency))
    }
}

/// One interval of a series.
#[derive(Debug, SimpleObject)]
#[graphql(serial)]
pub struct KpiPoint {
    /// Its first day.
    from: Date,
    /// Its last day, included.
    to: Date,
    /// Its figures.
    kpi: InTurn<Kpi>,
}
