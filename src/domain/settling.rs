//! R6: how a transaction stands by its order. One constant table; the decision here and the SQL that
//! settles by sets are both made from it.

use entity::Instant;
use entity::words::{OrderStatus, TransactionKind, TransactionStatus};

use TransactionStatus::{Cancelled, Completed, InProgress, Open};

/// What settling sees of an order; the columns of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// NEW, and no work has begun.
    NotBegun,
    /// NEW, and work has begun.
    Begun,
    /// COMPLETE.
    Complete,
    /// CANCELLED.
    Cancelled,
}

/// One row of the table: which transactions it is for, and what each stage of the order makes of them.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The statuses that the row is for.
    pub from: &'static [TransactionStatus],
    /// The setting "lock final" that it is for; any where unset.
    pub lock_final: Option<bool>,
    /// Whether the days are over; any where unset.
    pub days_over: Option<bool>,
    /// The status by stage, in the order of [`STAGES`]; unset leaves the transaction as it is.
    pub to: [Option<TransactionStatus>; 4],
}

/// The columns of the table, in order.
pub const STAGES: [Stage; 4] = [
    Stage::NotBegun,
    Stage::Begun,
    Stage::Complete,
    Stage::Cancelled,
];

/// Statuses that are not final.
pub const UNSETTLED: &[TransactionStatus] = &[Open, InProgress];
/// Final statuses.
pub const FINAL: &[TransactionStatus] = &[Completed, Cancelled];
/// Kinds that follow their order; an adjustment never does.
pub const FOLLOWING: &[TransactionKind] = &[TransactionKind::Commission, TransactionKind::Manual];

const STAY: Option<TransactionStatus> = None;

/// The settling table. Rows that match none of it (pinned, without an order, adjustments) stay.
#[rustfmt::skip]
pub const SETTLING: [Rule; 5] = [
    //     transaction       lock final               days over                order: not begun  begun              complete           cancelled
    Rule { from: UNSETTLED, lock_final: None,        days_over: Some(false), to: [Some(Open),     Some(InProgress),  Some(InProgress),  Some(Cancelled)] },
    Rule { from: UNSETTLED, lock_final: None,        days_over: Some(true),  to: [Some(Open),     Some(InProgress),  Some(Completed),   Some(Cancelled)] },
    Rule { from: FINAL,     lock_final: Some(true),  days_over: None,        to: [STAY,           STAY,              STAY,              STAY] },
    Rule { from: FINAL,     lock_final: Some(false), days_over: Some(false), to: [Some(Open),     Some(InProgress),  Some(InProgress),  Some(Cancelled)] },
    Rule { from: FINAL,     lock_final: Some(false), days_over: Some(true),  to: [STAY,           STAY,              STAY,              STAY] },
];

/// What settling must know of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its status.
    pub status: TransactionStatus,
    /// Its kind.
    pub kind: TransactionKind,
    /// Whether an override pins it.
    pub pinned: bool,
    /// Its order's stage; unset without an order.
    pub stage: Option<Stage>,
    /// Whether the shop locks final statuses (R8).
    pub lock_final: bool,
    /// When its days are over; unset means not yet (R7).
    pub waits_until: Option<Instant>,
    /// Whether its order could be looked at; an order that nobody could look at makes nothing COMPLETED, as though
    /// the days were not over.
    pub sight: Sight,
}

/// Whether an order could be looked at when its platform was last asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It could, or nobody asks for it.
    Seen,
    /// It was not there for the first time, or cannot be read, or its platform could not be asked, or is switched off.
    Unseen,
    /// It was not there twice.
    Gone,
}

impl Sight {
    /// By the marks on an order: since when it is missed, and when it was found to be gone.
    #[must_use]
    pub fn of(missed_at: Option<Instant>, gone_at: Option<Instant>) -> Self {
        match (missed_at, gone_at) {
            (_, Some(_)) => Self::Gone,
            (Some(_), None) => Self::Unseen,
            (None, None) => Self::Seen,
        }
    }

    /// The same where the order's source is among those whose orders nobody can look at.
    #[must_use]
    pub fn among(self, source: &str, unseen: &[String]) -> Self {
        match self {
            Self::Seen if unseen.iter().any(|it| it == source) => Self::Unseen,
            sight => sight,
        }
    }
}

/// When settling has to look at a transaction again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// In the next run: the order says otherwise already.
    Now,
    /// When the days are over, and nothing else happens before.
    At(Instant),
    /// Not before its order changes.
    Unknown,
}

impl Stage {
    /// The stage of an order.
    #[must_use]
    pub fn of(status: OrderStatus, in_progress: bool) -> Self {
        match (status, in_progress) {
            (OrderStatus::New, false) => Self::NotBegun,
            (OrderStatus::New, true) => Self::Begun,
            (OrderStatus::Complete, _) => Self::Complete,
            (OrderStatus::Cancelled, _) => Self::Cancelled,
        }
    }

    fn column(self) -> usize {
        self as usize
    }
}

/// Whether a status is final.
#[must_use]
pub fn is_final(status: TransactionStatus) -> bool {
    FINAL.contains(&status)
}

impl Standing {
    /// The status that the table gives now; `None` leaves the transaction as it is.
    #[must_use]
    pub fn settled(&self, now: Instant) -> Option<TransactionStatus> {
        self.by_table(self.waits_until.is_some_and(|until| now >= until))
    }

    /// When the table will first give another status than the present one.
    #[must_use]
    pub fn due(&self, now: Instant) -> Due {
        let moves = |to: Option<TransactionStatus>| to.is_some_and(|to| to != self.status);
        // The next run may see what nobody could look at yet.
        let seen = Self {
            sight: Sight::Seen,
            ..*self
        };
        if moves(seen.settled(now)) {
            return Due::Now;
        }
        match self.waits_until {
            Some(until) if until > now && moves(seen.by_table(true)) => Due::At(until),
            _ => Due::Unknown,
        }
    }

    fn by_table(&self, days_over: bool) -> Option<TransactionStatus> {
        let is_unseen = self.sight != Sight::Seen && UNSETTLED.contains(&self.status);
        let days_over = days_over && !is_unseen;
        if self.pinned || !FOLLOWING.contains(&self.kind) {
            return STAY;
        }
        let stage = self.stage?;
        let holds = |setting: Option<bool>, value| setting.is_none_or(|setting| setting == value);
        SETTLING
            .iter()
            .find(|rule| {
                rule.from.contains(&self.status)
                    && holds(rule.lock_final, self.lock_final)
                    && holds(rule.days_over, days_over)
            })
            .and_then(|rule| rule.to[stage.column()])
    }
}

/// R9: whether a final transaction's order says something else than it did, by status or by amounts.
#[must_use]
pub fn has_diverged(
    status: TransactionStatus,
    order: OrderStatus,
    amounts_when_final: Option<(i64, i64)>,
    amounts_now: (i64, i64),
) -> bool {
    let says_otherwise = match status {
        Completed => order != OrderStatus::Complete,
        Cancelled => order != OrderStatus::Cancelled,
        Open | InProgress => return false,
    };
    says_otherwise || amounts_when_final.is_some_and(|then| then != amounts_now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_000);

    fn standing(status: TransactionStatus, stage: Stage, lock_final: bool, over: bool) -> Standing {
        Standing {
            status,
            kind: TransactionKind::Commission,
            pinned: false,
            stage: Some(stage),
            lock_final,
            waits_until: over.then_some(NOW),
            sight: Sight::Seen,
        }
    }

    #[test]
    #[rustfmt::skip]
    fn r6_the_table_as_the_design_has_it() {
        let any = [true, false];
        for (statuses, locks, over, expected) in [
            (UNSETTLED, &any[..],   false, [Some(Open), Some(InProgress), Some(InProgress), Some(Cancelled)]),
            (UNSETTLED, &any[..],   true,  [Some(Open), Some(InProgress), Some(Completed),  Some(Cancelled)]),
            (FINAL,     &[true],    false, [None; 4]),
            (FINAL,     &[true],    true,  [None; 4]),
            (FINAL,     &[false],   false, [Some(Open), Some(InProgress), Some(InProgress), Some(Cancelled)]),
            (FINAL,     &[false],   true,  [None; 4]),
        ] {
            for status in statuses { for lock in locks { for (stage, to) in STAGES.into_iter().zip(expected) {
                assert_eq!(standing(*status, stage, *lock, over).settled(NOW), to, "{status:?} {stage:?} lock {lock} over {over}");
            }}}
        }
    }

    #[test]
    fn r6_pinned_orderless_and_adjusting_rows_stay() {
        let row = standing(Open, Stage::Cancelled, false, true);
        assert_eq!(
            Standing {
                pinned: true,
                ..row
            }
            .settled(NOW),
            None
        );
        assert_eq!(Standing { stage: None, ..row }.settled(NOW), None);
        assert_eq!(
            Standing {
                kind: TransactionKind::Adjustment,
                ..row
            }
            .settled(NOW),
            None
        );
    }

    #[test]
    fn r7_the_days_are_over_from_the_instant_on_and_never_while_unset() {
        let row = standing(InProgress, Stage::Complete, true, false);
        assert_eq!(row.settled(NOW), Some(InProgress));
        let until = |at| {
            Standing {
                waits_until: Some(Instant(at)),
                ..row
            }
            .settled(NOW)
        };
        assert_eq!(until(1_001), Some(InProgress));
        assert_eq!(until(1_000), Some(Completed));
    }

    #[test]
    fn r7_what_only_waits_is_due_when_the_days_are_over() {
        let row = standing(InProgress, Stage::Complete, true, false);
        assert_eq!(row.due(NOW), Due::Unknown);
        assert_eq!(
            Standing {
                waits_until: Some(Instant(2_000)),
                ..row
            }
            .due(NOW),
            Due::At(Instant(2_000))
        );
        assert_eq!(
            Standing {
                stage: Some(Stage::Cancelled),
                ..row
            }
            .due(NOW),
            Due::Now
        );
    }

    #[test]
    fn r9_a_final_row_diverges_by_status_or_by_amounts() {
        for (status, order, then, diverged) in [
            (Completed, OrderStatus::Complete, (100, 0), false),
            (Completed, OrderStatus::Complete, (90, 0), true),
            (Completed, OrderStatus::Complete, (100, 10), true),
            (Completed, OrderStatus::Cancelled, (100, 0), true),
            (Completed, OrderStatus::New, (100, 0), true),
            (Cancelled, OrderStatus::Cancelled, (100, 0), false),
            (Cancelled, OrderStatus::Complete, (100, 0), true),
            (Open, OrderStatus::Cancelled, (90, 0), false),
        ] {
            assert_eq!(
                has_diverged(status, order, Some(then), (100, 0)),
                diverged,
                "{status:?} {order:?}"
            );
        }
    }
}
