//! Ranges of local days, open at either end.

use entity::{Day, Instant};
use sea_orm::prelude::Expr;
use sea_orm::sea_query::{Condition, ExprTrait};

use crate::domain::period::{Interval, Period};

/// One day in milliseconds; no time zone is as far as that from UTC.
const DAY_MILLIS: i64 = 86_400_000;

/// Days from the first to the last, both included; an end that is unset is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayRange {
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
}

impl DayRange {
    /// Whether it leaves no day out.
    #[must_use]
    pub fn is_unbounded(self) -> bool {
        self == Self::default()
    }

    /// Whether it holds no month in part, so that sums of months can answer for it.
    pub(super) fn is_whole_months(self) -> bool {
        let is_first = |day: Day| Interval::Month.start_of(day) == day;
        self.from.is_none_or(is_first) && self.to.is_none_or(|to| is_first(Day(to.0 + 1)))
    }

    /// The instants of `column` that may lie in it, in whatever time zone: more than [`Self::holds`]
    /// leaves, but an index on instants can serve it.
    pub(super) fn may_hold(self, column: &Expr) -> Condition {
        let start_of = |day: i32| Instant(i64::from(day) * DAY_MILLIS);
        Condition::all()
            .add_option(self.from.map(|it| column.clone().gte(start_of(it.0 - 1))))
            .add_option(self.to.map(|it| column.clone().lt(start_of(it.0 + 2))))
    }

    /// The days of `column` that lie in it.
    pub(super) fn holds(self, column: &Expr) -> Condition {
        Condition::all()
            .add_option(self.from.map(|from| column.clone().gte(from)))
            .add_option(self.to.map(|to| column.clone().lte(to)))
    }
}

impl From<Period> for DayRange {
    fn from(period: Period) -> Self {
        Self {
            from: Some(period.from),
            to: Some(period.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::zone::parse_day;

    #[test]
    fn a_range_of_whole_months_is_open_or_begins_and_ends_with_one() {
        let day = |text: &str| (!text.is_empty()).then(|| parse_day("from", text).expect(text));
        for (from, to, is_whole) in [
            ("", "", true),
            ("2026-02-01", "2026-02-28", true),
            ("2024-02-01", "2024-02-28", false),
            ("2026-01-01", "", true),
            ("", "2026-12-31", true),
            ("2026-01-02", "2026-01-31", false),
        ] {
            let range = DayRange {
                from: day(from),
                to: day(to),
            };
            assert_eq!(range.is_whole_months(), is_whole, "{from}..{to}");
        }
    }
}
