//! When a message is sent again that was not taken.

use std::time::Duration;

use entity::Instant;
use uuid::Uuid;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// How long to wait after each failure, in seconds, as the specification suggests: three days in all.
const PAUSES: [u64; 9] = [
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];

/// The longest time that an endpoint may ask to be left alone for.
const LONGEST: Duration = Duration::from_secs(24 * HOUR);

/// When to send again what was not taken so many times in a row; `None` to give up. An endpoint that asks for more
/// time gets it.
pub(super) fn retry_at(
    now: Instant,
    endpoint: Uuid,
    failures: i32,
    asked: Option<Duration>,
) -> Option<Instant> {
    let index = usize::try_from(failures).ok()?.checked_sub(1)?;
    let pause = Duration::from_secs(*PAUSES.get(index)?);
    let pause = spread(pause, endpoint).max(asked.unwrap_or_default().min(LONGEST));
    Some(Instant(now.0 + i64::try_from(pause.as_millis()).ok()?))
}

/// Up to a tenth longer, for each endpoint its own part of it, so that those that failed together do not come back
/// together.
fn spread(pause: Duration, endpoint: Uuid) -> Duration {
    let part = u32::from(endpoint.as_bytes()[15]);
    pause + pause / 10 * part / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(failures: i32, asked: Option<u64>) -> Option<i64> {
        let asked = asked.map(Duration::from_secs);
        let at = retry_at(Instant(7_000), Uuid::from_u128(0), failures, asked);
        at.map(|at| at.0 / 1_000 - 7)
    }

    #[test]
    fn pauses_grow_for_days_and_end() {
        for (failures, pause) in [
            (1, Some(5)),
            (2, Some(300)),
            (4, Some(7_200)),
            (9, Some(86_400)),
            (10, None),
            (0, None),
        ] {
            assert_eq!(seconds(failures, None), pause, "{failures}");
        }
        let days = PAUSES.iter().sum::<u64>() / (24 * HOUR);
        assert_eq!(days, 3);
    }

    #[test]
    fn an_endpoint_may_ask_for_more_time_and_not_for_less() {
        for (asked, pause) in [(60, 60), (1, 5), (10 * 86_400, 86_400)] {
            assert_eq!(seconds(1, Some(asked)), Some(pause));
        }
        assert_eq!(seconds(10, Some(60)), None);
    }

    #[test]
    fn endpoints_come_back_a_little_apart() {
        let at = |id| retry_at(Instant(0), Uuid::from_u128(id), 2, None);
        assert_eq!(at(0), Some(Instant(300_000)));
        assert_eq!(at(255), Some(Instant(330_000)));
    }
}
