//! Why sync has not made a transaction cashable: what an affiliate asks most.

use entity::Instant;
use entity::words::TransactionStatus;

use super::settling::{FOLLOWING, Sight, Stage, Standing, is_final};

/// One thing that stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocker {
    /// It follows no order: none is linked, or it is an adjustment.
    NoOrder,
    /// Its order is not COMPLETE.
    OrderNotComplete,
    /// Its platform no longer has its order; it is asked for once a day.
    OrderGone,
    /// Its order could not be looked at when its platform was last asked for it, or its source is switched off.
    OrderUnseen,
    /// The days to wait are not over, or have not begun (R7).
    WaitingDays,
    /// An override pins it (R11).
    Pinned,
    /// It is CANCELLED and stays so (R6, R8).
    Final,
    /// The shop's sync is off (R20).
    SyncDisabled,
}

/// All that stands in the way, in the order in which people would ask; nothing where it is COMPLETED.
#[must_use]
pub fn blockers(standing: &Standing, sync_enabled: bool, now: Instant) -> Vec<Blocker> {
    let is_waiting = standing.waits_until.is_none_or(|until| now < until);
    if standing.status == TransactionStatus::Completed {
        return Vec::new();
    }
    if is_final(standing.status) && (standing.lock_final || !is_waiting) {
        return listed([(Blocker::Final, true), (Blocker::Pinned, standing.pinned)]);
    }
    let stage = standing
        .stage
        .filter(|_| FOLLOWING.contains(&standing.kind));
    listed([
        (Blocker::NoOrder, stage.is_none()),
        (
            Blocker::OrderNotComplete,
            stage.is_some_and(|it| it != Stage::Complete),
        ),
        (Blocker::OrderGone, standing.sight == Sight::Gone),
        (Blocker::OrderUnseen, standing.sight == Sight::Unseen),
        (Blocker::WaitingDays, is_waiting),
        (Blocker::Pinned, standing.pinned),
        (Blocker::SyncDisabled, !sync_enabled),
    ])
}

fn listed<const N: usize>(candidates: [(Blocker, bool); N]) -> Vec<Blocker> {
    let standing = candidates.into_iter().filter(|(_, stands)| *stands);
    standing.map(|(blocker, _)| blocker).collect()
}

#[cfg(test)]
mod tests {
    use entity::words::TransactionKind;

    use super::Blocker::{
        Final, NoOrder, OrderGone, OrderNotComplete, OrderUnseen, Pinned, SyncDisabled, WaitingDays,
    };
    use super::*;

    const NOW: Instant = Instant(1_000);
    const ADJUSTMENT: TransactionKind = TransactionKind::Adjustment;
    const MANUAL: TransactionKind = TransactionKind::Manual;

    #[test]
    #[rustfmt::skip]
    fn what_stands_in_the_way_of_a_transaction() {
        use TransactionStatus::{Cancelled, Completed, InProgress, Open};
        let complete = Some(Stage::Complete);
        //   status      kind        order                    over   pinned lock   sync   blockers
        for (status,     kind,       stage,                   over,  pin,   lock,  sync,  expected) in [
            (Completed,  MANUAL,     complete,                true,  false, true,  true,  vec![]),
            (Completed,  MANUAL,     None,                    false, true,  false, false, vec![]),
            (InProgress, MANUAL,     complete,                true,  false, true,  true,  vec![]),
            (InProgress, MANUAL,     complete,                false, false, true,  true,  vec![WaitingDays]),
            (InProgress, MANUAL,     complete,                true,  true,  true,  true,  vec![Pinned]),
            (InProgress, MANUAL,     complete,                true,  false, true,  false, vec![SyncDisabled]),
            (InProgress, MANUAL,     Some(Stage::Begun),      true,  false, true,  true,  vec![OrderNotComplete]),
            (Open,       MANUAL,     Some(Stage::NotBegun),   false, true,  false, false, vec![OrderNotComplete, WaitingDays, Pinned, SyncDisabled]),
            (Open,       MANUAL,     Some(Stage::Cancelled),  true,  false, true,  true,  vec![OrderNotComplete]),
            (Open,       MANUAL,     None,                    true,  false, true,  true,  vec![NoOrder]),
            (Open,       ADJUSTMENT, complete,                true,  false, true,  true,  vec![NoOrder]),
            (Cancelled,  MANUAL,     complete,                false, false, true,  true,  vec![Final]),
            (Cancelled,  MANUAL,     complete,                true,  false, false, false, vec![Final]),
            (Cancelled,  MANUAL,     complete,                true,  true,  true,  true,  vec![Final, Pinned]),
            (Cancelled,  MANUAL,     complete,                false, false, false, true,  vec![WaitingDays]),
            (Cancelled,  MANUAL,     Some(Stage::Cancelled),  false, true,  false, true,  vec![OrderNotComplete, WaitingDays, Pinned]),
        ] {
            let standing = Standing {
                status, kind, stage, pinned: pin, lock_final: lock, waits_until: over.then_some(NOW), sight: Sight::Seen,
            };
            assert_eq!(blockers(&standing, sync, NOW), expected, "{standing:?} sync {sync}");
        }
    }

    #[test]
    fn an_order_that_nobody_could_look_at_stands_in_the_way() {
        use TransactionStatus::{Cancelled, Completed, InProgress};
        for (status, stage, sight, expected) in [
            (InProgress, Stage::Complete, Sight::Seen, vec![]),
            (
                InProgress,
                Stage::Complete,
                Sight::Unseen,
                vec![OrderUnseen],
            ),
            (InProgress, Stage::Complete, Sight::Gone, vec![OrderGone]),
            (
                InProgress,
                Stage::Begun,
                Sight::Gone,
                vec![OrderNotComplete, OrderGone],
            ),
            (Completed, Stage::Complete, Sight::Gone, vec![]),
            (Cancelled, Stage::Complete, Sight::Gone, vec![Final]),
        ] {
            let standing = Standing {
                status,
                kind: MANUAL,
                pinned: false,
                stage: Some(stage),
                lock_final: true,
                waits_until: Some(NOW),
                sight,
            };
            assert_eq!(blockers(&standing, true, NOW), expected, "{standing:?}");
        }
    }

    #[test]
    fn r7_the_days_are_over_from_the_instant_on() {
        let standing = |until| Standing {
            status: TransactionStatus::InProgress,
            kind: MANUAL,
            pinned: false,
            stage: Some(Stage::Complete),
            lock_final: true,
            waits_until: Some(Instant(until)),
            sight: Sight::Seen,
        };
        assert_eq!(blockers(&standing(1_001), true, NOW), [WaitingDays]);
        assert_eq!(blockers(&standing(1_000), true, NOW), []);
    }
}
