//! Three queries to paste into the demo's GraphiQL, one for each kind of question.

use chrono::{Datelike, Months, NaiveDate};
use entity::Instant;

use super::{CURRENCY, ZONE};
use crate::domain::zone::{date_from_day, day_of};

/// A query to paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoQuery {
    /// What it answers.
    pub title: &'static str,
    /// Whose token it is for, by the name of [`super::DemoToken`].
    pub token: &'static str,
    /// GraphQL.
    pub text: String,
}

const ORDERS_REPORT: &str = r"{
  ordersReport(filter: { promoted: true }, first: 10) {
    totalCount
    summary { status orders total { amount currency } net { amount } }
    nodes {
      status nativeStatus cancelReason number placedAt
      total { amount currency }
      affiliate { code }
      transactions { status amount { amount } waitsUntil pinned }
    }
    pageInfo { hasNextPage endCursor }
  }
  lastSync { finishedAt healthy }
}";

const KPI: &str = r#"{
  kpi(from: "FROM", to: "TO", interval: MONTH, currency: "CURRENCY") {
    asOf otherCurrencies
    totals { ...figures }
    previous { ...figures }
    points { from kpi { orders revenue { amount } promotedOrders commissionCashable { amount } } }
  }
  promotedOrderCounts(orderBy: COUNT_DESC, first: 5) {
    nodes { affiliate { name } count completeOrders cancelledOrders }
  }
}

fragment figures on Kpi {
  orders completeOrders cancelledOrders fakeOrders completionRate
  revenue { amount currency }
  averageOrderValue { amount }
  promotedOrders promotedOrderShare
  commissionPending { amount }
  commissionCashable { amount }
}"#;

const OWN_TRANSACTIONS: &str = r"{
  viewer {
    name
    affiliate {
      name
      balance { pending { amount currency } cashable { amount } cancelled { amount } }
      promotedOrders { count newOrders completeOrders cancelledOrders }
    }
  }
  transactions(orderBy: { field: CREATED_AT, direction: DESC }, first: 20) {
    totalCount
    nodes {
      kind status cashable blockers waitsUntil note
      amount { amount currency }
      order { number status placedAt }
    }
  }
}";

/// The queries as they are worth asking at `now`.
#[must_use]
pub fn queries(now: Instant) -> [DemoQuery; 3] {
    let (from, to) = last_twelve_months(date_from_day(day_of(now, ZONE)));
    let kpi = KPI
        .replace("FROM", &from.to_string())
        .replace("TO", &to.to_string())
        .replace("CURRENCY", CURRENCY);
    let query = |title, token, text| DemoQuery { title, token, text };
    [
        query(
            "Which promoted orders are real?",
            super::ADMIN,
            ORDERS_REPORT.to_owned(),
        ),
        query("How do these twelve months compare?", super::ANALYST, kpi),
        query(
            "What do I get, and why is the rest not payable yet?",
            super::AFFILIATE,
            OWN_TRANSACTIONS.to_owned(),
        ),
    ]
}

/// Whole months, the present one the last, so that `previous` is as many whole months.
fn last_twelve_months(today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let month = today.with_day(1).unwrap_or(today);
    let next = month + Months::new(1);
    (next - Months::new(12), next.pred_opt().unwrap_or(today))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r23_the_kpi_asks_for_twelve_whole_months() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).expect("a day");
        for (today, from, to) in [
            (day(2026, 11, 21), day(2025, 12, 1), day(2026, 11, 30)),
            (day(2027, 12, 31), day(2027, 1, 1), day(2027, 12, 31)),
            (day(2028, 2, 1), day(2027, 3, 1), day(2028, 2, 29)),
        ] {
            assert_eq!(last_twelve_months(today), (from, to));
        }
    }
}
