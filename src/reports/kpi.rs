//! The figures that a shop is run by, as sums, and what follows from them.

use entity::kpi_day;

/// Figures over orders by the day they were placed (R23). Amounts in minor units of one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kpi {
    /// All orders.
    pub orders: i64,
    /// Those that are NEW.
    pub new_orders: i64,
    /// Those that are COMPLETE.
    pub complete_orders: i64,
    /// Those that are CANCELLED.
    pub cancelled_orders: i64,
    /// The cancelled ones with reason FAKE.
    pub fake_orders: i64,
    /// Those that an affiliate brought (R15).
    pub promoted_orders: i64,
    /// Totals of NEW orders.
    pub new_total_minor: i64,
    /// Totals of COMPLETE orders, before refunds.
    pub complete_total_minor: i64,
    /// Refunds of COMPLETE orders.
    pub complete_refunded_minor: i64,
    /// Totals of CANCELLED orders.
    pub cancelled_total_minor: i64,
    /// Totals of COMPLETE promoted orders less refunds.
    pub promoted_revenue_minor: i64,
    /// Transactions that are OPEN or IN_PROGRESS.
    pub commission_pending_minor: i64,
    /// Transactions that are COMPLETED.
    pub commission_cashable_minor: i64,
    /// Transactions that are CANCELLED.
    pub commission_cancelled_minor: i64,
}

impl Kpi {
    /// Totals of COMPLETE orders less refunds (R23).
    #[must_use]
    pub fn revenue_minor(&self) -> i64 {
        self.complete_total_minor - self.complete_refunded_minor
    }

    /// What NEW orders may yet bring (R23).
    #[must_use]
    pub fn pending_minor(&self) -> i64 {
        self.new_total_minor
    }

    /// What CANCELLED orders would have brought (R23).
    #[must_use]
    pub fn lost_minor(&self) -> i64 {
        self.cancelled_total_minor
    }

    /// Revenue by complete order, rounded half up to the minor unit (R23); none without such orders.
    #[must_use]
    pub fn average_minor(&self) -> Option<i64> {
        let complete = self.complete_orders;
        let whole = self.revenue_minor().checked_div_euclid(complete)?;
        let rest = self.revenue_minor().checked_rem_euclid(complete)?;
        Some(whole + i64::from(2 * rest >= complete))
    }

    /// Complete orders as a share of all (R23).
    #[must_use]
    pub fn completion_rate(&self) -> Option<f64> {
        share(self.complete_orders, self.orders)
    }

    /// Cancelled orders as a share of all (R23).
    #[must_use]
    pub fn cancellation_rate(&self) -> Option<f64> {
        share(self.cancelled_orders, self.orders)
    }

    /// Promoted orders as a share of all (R23).
    #[must_use]
    pub fn promoted_share(&self) -> Option<f64> {
        share(self.promoted_orders, self.orders)
    }

    pub(super) fn add(&mut self, row: &kpi_day::Model) {
        self.orders += orders_of(row);
        self.new_orders += row.new_orders;
        self.complete_orders += row.complete_orders;
        self.cancelled_orders += row.cancelled_orders;
        self.fake_orders += row.fake_orders;
        self.promoted_orders += row.promoted_orders;
        self.new_total_minor += row.new_total_minor;
        self.complete_total_minor += row.complete_total_minor;
        self.complete_refunded_minor += row.complete_refunded_minor;
        self.cancelled_total_minor += row.cancelled_total_minor;
        self.promoted_revenue_minor += row.promoted_revenue_minor;
        self.commission_pending_minor += row.commission_pending_minor;
        self.commission_cashable_minor += row.commission_cashable_minor;
        self.commission_cancelled_minor += row.commission_cancelled_minor;
    }
}

impl<'a> FromIterator<&'a kpi_day::Model> for Kpi {
    fn from_iter<I: IntoIterator<Item = &'a kpi_day::Model>>(rows: I) -> Self {
        let mut kpi = Self::default();
        for row in rows {
            kpi.add(row);
        }
        kpi
    }
}

/// How many orders a rollup row counts.
pub(super) fn orders_of(row: &kpi_day::Model) -> i64 {
    row.new_orders + row.complete_orders + row.cancelled_orders
}

/// Counts stay far within 32 bits, which a float holds exactly; over nothing there is no share.
fn share(part: i64, whole: i64) -> Option<f64> {
    let exact = |count: i64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    (whole > 0).then(|| exact(part) / exact(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r23_the_average_is_rounded_half_up_and_rates_over_nothing_are_null() {
        let kpi = |complete_orders, complete_total_minor| Kpi {
            orders: 4,
            complete_orders,
            complete_total_minor,
            complete_refunded_minor: 1,
            ..Kpi::default()
        };
        for (orders, total, average) in [
            (2, 4, Some(2)),
            (3, 5, Some(1)),
            (3, 6, Some(2)),
            (0, 1, None),
        ] {
            assert_eq!(
                kpi(orders, total).average_minor(),
                average,
                "{total}/{orders}"
            );
        }
        assert_eq!(kpi(3, 1).completion_rate(), Some(0.75));
        assert_eq!(Kpi::default().completion_rate(), None);
        assert_eq!(Kpi::default().cancellation_rate(), None);
        assert_eq!(Kpi::default().promoted_share(), None);
    }
}
