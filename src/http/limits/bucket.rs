//! A bucket of points that fills again with time.

use entity::Instant;

use super::settings::RateLimits;

/// A point in the unit that buckets count in, in which as many come back each millisecond as there are points
/// each second.
const POINT: u128 = 1_000;

/// What has been taken out of a bucket.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    taken: u128,
    at: Instant,
}

impl Bucket {
    /// A full one.
    pub fn new(now: Instant) -> Self {
        Self { taken: 0, at: now }
    }

    /// How many points there are.
    pub fn points(&mut self, limits: &RateLimits, now: Instant) -> u64 {
        self.refill(limits, now);
        let points = (capacity(limits) - self.taken) / POINT;
        u64::try_from(points).unwrap_or(u64::MAX)
    }

    /// Takes points out, or tells after how many seconds there will be enough. Whatever costs more than there is
    /// room for needs a full bucket.
    pub fn take(&mut self, points: u64, limits: &RateLimits, now: Instant) -> Result<(), u64> {
        self.refill(limits, now);
        let capacity = capacity(limits);
        let taken = self.taken + (u128::from(points) * POINT).min(capacity);
        if taken > capacity {
            let a_second = u128::from(limits.rate_refill.get()) * POINT;
            let seconds = (taken - capacity).div_ceil(a_second);
            return Err(u64::try_from(seconds).unwrap_or(u64::MAX));
        }
        self.taken = taken;
        Ok(())
    }

    fn refill(&mut self, limits: &RateLimits, now: Instant) {
        let millis = u128::try_from(now.0.saturating_sub(self.at.0)).unwrap_or(0);
        let filled = millis * u128::from(limits.rate_refill.get());
        self.taken = self.taken.saturating_sub(filled);
        self.at = now;
    }
}

fn capacity(limits: &RateLimits) -> u128 {
    u128::from(limits.rate_capacity.get()) * POINT
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;

    fn limits(capacity: u64, refill: u64) -> RateLimits {
        RateLimits {
            rate_capacity: NonZeroU64::new(capacity).unwrap(),
            rate_refill: NonZeroU64::new(refill).unwrap(),
            trusted_proxies: 0,
        }
    }

    #[test]
    fn points_are_taken_and_come_back() {
        let limits = limits(100, 10);
        let mut bucket = Bucket::new(Instant(0));
        for (millis, take, outcome, left) in [
            (0, 60, Ok(()), 40),
            (0, 41, Err(1), 40),
            (0, 40, Ok(()), 0),
            (0, 1, Err(1), 0),
            (99, 1, Err(1), 0),
            (100, 1, Ok(()), 0),
            (100, 35, Err(4), 0),
            (3_600, 35, Ok(()), 0),
            // A clock that was put back gives nothing, and takes nothing.
            (3_000, 0, Ok(()), 0),
            (4_000, 0, Ok(()), 10),
            (100_000, 0, Ok(()), 100),
            (100_000, 1_000, Ok(()), 0),
        ] {
            let now = Instant(millis);
            assert_eq!(
                bucket.take(take, &limits, now),
                outcome,
                "{take} at {millis}"
            );
            assert_eq!(bucket.points(&limits, now), left, "left at {millis}");
        }
    }

    #[test]
    fn the_largest_numbers_are_no_trouble() {
        let limits = limits(u64::MAX, u64::MAX);
        let mut bucket = Bucket::new(Instant(i64::MIN));
        assert_eq!(bucket.take(u64::MAX, &limits, Instant(0)), Ok(()));
        assert_eq!(bucket.take(1, &limits, Instant(0)), Err(1));
    }
}
