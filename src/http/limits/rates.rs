//! Who may ask how much: a bucket for each token at each address, and one for each address that sends tokens
//! which are none.
//!
//! Buckets are of this process: so many replicas give so many times as much.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use entity::Instant;
use quick_cache::sync::Cache;
use uuid::Uuid;

use super::bucket::Bucket;
use super::settings::RateLimits;
use crate::clock::Clock;
use crate::http::ClientAddress;

/// How many buckets are kept. Of more, some that were not used of late are forgotten, which fills them.
const MOST_BUCKETS: usize = 10_000;
/// What a token costs that is none: with the usual settings, a hundred may be tried at once, then ten a second.
const GUESS: u64 = 10_000;

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Account {
    token: Option<Uuid>,
    network: Option<IpAddr>,
}

impl Account {
    /// Of the bearer of a token at an address, as far as they are known.
    pub fn of(token: Option<Uuid>, address: Option<ClientAddress>) -> Self {
        let network = address.map(|address| network_of(address.0));
        Self { token, network }
    }
}

/// Whoever has an IPv6 address has 2^64 of them.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// There are too few points left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// After how many seconds there will be enough.
    pub retry_after: u64,
}

/// All buckets. Clones share them.
#[derive(Clone, Debug)]
pub struct Rates {
    limits: RateLimits,
    clock: Clock,
    buckets: Arc<Cache<Account, Arc<Mutex<Bucket>>>>,
}

impl Rates {
    /// With these limits, by this clock.
    pub fn new(limits: RateLimits, clock: Clock) -> Self {
        Self {
            limits,
            clock,
            buckets: Arc::new(Cache::new(MOST_BUCKETS)),
        }
    }

    /// What they are limited to.
    pub fn limits(&self) -> &RateLimits {
        &self.limits
    }

    /// Takes points out of a bucket.
    pub fn take(&self, account: Account, points: u64) -> Result<(), Spent> {
        let taken = self.with(account, |bucket, now| {
            bucket.take(points, &self.limits, now)
        });
        taken.map_err(|retry_after| Spent { retry_after })
    }

    /// How many points are left.
    pub fn left(&self, account: Account) -> u64 {
        self.with(account, |bucket, now| bucket.points(&self.limits, now))
    }

    /// Whether another token may be tried at an address that has tried some which were none.
    pub fn may_guess(&self, address: ClientAddress) -> Result<(), Spent> {
        let account = Account::of(None, Some(address));
        let tried = self.with(account, |bucket, now| {
            bucket.clone().take(GUESS, &self.limits, now)
        });
        tried.map_err(|retry_after| Spent { retry_after })
    }

    /// Counts a token that is none.
    pub fn count_guess(&self, address: ClientAddress) {
        // Where there is nothing left to take, it is counted already.
        let _ = self.take(Account::of(None, Some(address)), GUESS);
    }

    fn with<T>(&self, account: Account, act: impl FnOnce(&mut Bucket, Instant) -> T) -> T {
        let now = self.clock.now();
        let full = || Ok::<_, std::convert::Infallible>(Arc::new(Mutex::new(Bucket::new(now))));
        let Ok(bucket) = self.buckets.get_or_insert_with(&account, full);
        act(
            &mut bucket.lock().unwrap_or_else(PoisonError::into_inner),
            now,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> ClientAddress {
        ClientAddress(address.parse().unwrap())
    }

    fn rates() -> Rates {
        Rates::new(RateLimits::default(), Clock::standing(Instant(0)))
    }

    #[test]
    fn each_token_at_each_address_has_a_bucket() {
        let (one, other) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        let first = Account::of(one, Some(at("192.0.2.1")));
        for (account, is_first) in [
            (Account::of(one, Some(at("192.0.2.1"))), true),
            (Account::of(one, Some(at("::ffff:192.0.2.1"))), true),
            (Account::of(one, Some(at("192.0.2.2"))), false),
            (Account::of(one, None), false),
            (Account::of(other, Some(at("192.0.2.1"))), false),
            (Account::of(None, Some(at("192.0.2.1"))), false),
        ] {
            assert_eq!(account == first, is_first, "{account:?}");
        }
        let of = |address| Account::of(one, Some(at(address)));
        assert_eq!(of("2001:db8::1"), of("2001:db8::2:0:0:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    }

    #[test]
    fn as_many_are_kept_as_there_is_room_for() {
        let rates = rates();
        for token in 0..50_000 {
            let account = Account::of(Some(Uuid::from_u128(token)), None);
            rates.take(account, 1).unwrap();
        }
        assert!(
            rates.buckets.len() <= MOST_BUCKETS,
            "{}",
            rates.buckets.len()
        );
    }

    #[test]
    fn a_hundred_guesses_and_no_more_at_once() {
        let rates = rates();
        let (guesser, other) = (at("192.0.2.1"), at("192.0.2.2"));
        for _ in 0..100 {
            assert_eq!(rates.may_guess(guesser), Ok(()));
            rates.count_guess(guesser);
        }
        assert_eq!(rates.may_guess(guesser), Err(Spent { retry_after: 1 }));
        assert_eq!(rates.may_guess(other), Ok(()));
        rates.clock.set(Instant(100));
        assert_eq!(rates.may_guess(guesser), Ok(()));
    }
}
