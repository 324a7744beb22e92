//! What an answer tells of its operation's cost.

use async_graphql::{Name, Response, Value};

use super::rates::{Account, Rates};

/// What an operation costs, beside what it may and what is left to spend.
#[derive(Clone, Debug)]
pub struct Cost {
    requested: u64,
    limit: u64,
    left: u64,
    capacity: u64,
    refill: u64,
}

impl Cost {
    /// Of an operation whose cost was taken from an account.
    pub fn new(requested: u64, limit: u64, rates: &Rates, account: Account) -> Self {
        Self {
            requested,
            limit,
            left: rates.left(account),
            capacity: rates.limits().rate_capacity.get(),
            refill: rates.limits().rate_refill.get(),
        }
    }

    /// What one operation may cost.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Adds itself to an answer.
    pub fn tell(&self, response: Response) -> Response {
        let told = [
            ("requested", self.requested),
            ("limit", self.limit),
            ("left", self.left),
            ("capacity", self.capacity),
            ("refillPerSecond", self.refill),
        ];
        let told = told.map(|(name, points)| (Name::new(name), Value::from(points)));
        response.extension("cost", Value::Object(told.into_iter().collect()))
    }
}
