//! Secrets that are none: an address that has sent many may send no more for a while.

use super::rates::{Rates, Spent};
use crate::error::{Error, Result};
use crate::http::ClientAddress;

/// How often addresses have guessed. Clones count together.
#[derive(Clone, Debug)]
pub struct Guesses(Rates);

impl Guesses {
    /// Counted with all else.
    pub fn new(rates: Rates) -> Self {
        Self(rates)
    }

    /// An error where this address may not try another secret yet.
    pub fn check(&self, address: Option<ClientAddress>) -> Result<()> {
        let Some(address) = address else {
            return Ok(());
        };
        self.0.may_guess(address).map_err(refused)
    }

    /// Counts a secret that is none.
    pub fn count(&self, address: Option<ClientAddress>) {
        if let Some(address) = address {
            self.0.count_guess(address);
        }
    }
}

fn refused(Spent { retry_after }: Spent) -> Error {
    let message = "many tokens that are none were sent from this address".to_owned();
    Error::RateLimited {
        message,
        retry_after,
    }
}
