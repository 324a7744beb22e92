//! KPIs: figures in one currency (R23).

use async_graphql::Object;

use crate::domain::Currency;
use crate::graphql::in_turn::InTurn;
use crate::graphql::money::Money;
use crate::graphql::scalars::int;
use crate::reports;

/// Figures in one currency.
#[derive(Debug)]
pub struct Kpi {
    figures: reports::Kpi,
    currency: Currency,
}

impl Kpi {
    /// Figures with the currency of their amounts.
    pub fn new(figures: reports::Kpi, currency: Currency) -> Self {
        Self { figures, currency }
    }

    fn money(&self, minor: i64) -> InTurn<Money> {
        InTurn(Money::new(minor, self.currency))
    }
}

/// Figures over orders by the day that they were placed, and over their transactions by the same day. Rates are
/// fractions, and null where nothing was counted.
#[Object(serial)]
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
    async fn revenue(&self) -> InTurn<Money> {
        self.money(self.figures.revenue_minor())
    }

    /// Totals of NEW orders: may become revenue.
    async fn pending_revenue(&self) -> InTurn<Money> {
        self.money(self.figures.pending_minor())
    }

    /// Totals of CANCELLED orders.
    async fn lost_revenue(&self) -> InTurn<Money> {
        self.money(self.figures.lost_minor())
    }

    /// Revenue by COMPLETE orders, rounded half up; null where there are none.
    async fn average_order_value(&self) -> Option<InTurn<Money>> {
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
    async fn promoted_revenue(&self) -> InTurn<Money> {
        self.money(self.figures.promoted_revenue_minor)
    }

    /// OPEN and IN_PROGRESS transactions.
    async fn commission_pending(&self) -> InTurn<Money> {
        self.money(self.figures.commission_pending_minor)
    }

    /// COMPLETED transactions.
    async fn commission_cashable(&self) -> InTurn<Money> {
        self.money(self.figures.commission_cashable_minor)
    }

    /// CANCELLED transactions.
    async fn commission_cancelled(&self) -> InTurn<Money> {
        self.money(self.figures.commission_cancelled_minor)
    }
}
