//! Who asks, found out no faster than tokens may be tried.

use super::good_tokens::GoodTokens;
use super::rates::{Rates, Spent};
use crate::error::{Error, Result};
use crate::graphql::{Sighting, Viewer};
use crate::http::ClientAddress;
use crate::http::bearer::Bearers;

/// What every request and every socket goes through first. Clones count together.
#[derive(Clone, Debug)]
pub struct Door {
    bearers: Bearers,
    rates: Rates,
    good: GoodTokens,
}

impl Door {
    /// For these bearers.
    pub fn new(bearers: Bearers, rates: Rates) -> Self {
        let good = GoodTokens::new();
        Self {
            bearers,
            rates,
            good,
        }
    }

    /// Whose token it is, and the shop as it is now. An address that has sent many which were none is let in only
    /// with those that were good before: looking up others is what it is kept from, and its neighbours behind the
    /// same proxy are not.
    pub async fn identify(
        &self,
        address: Option<ClientAddress>,
        secret: Option<&str>,
    ) -> Result<(Viewer, Sighting)> {
        let (Some(address), Some(token)) = (address, secret) else {
            return self.bearers.identify(secret).await;
        };
        if !self.good.contain(token) {
            self.rates.may_guess(address).map_err(refused)?;
        }
        let found = self.bearers.identify(secret).await;
        match &found {
            Ok(_) => self.good.remember(token),
            Err(Error::Unauthenticated(_)) => {
                self.good.forget(token);
                self.rates.count_guess(address);
            }
            Err(_) => {}
        }
        found
    }
}

fn refused(Spent { retry_after }: Spent) -> Error {
    let message = "many tokens that are none were sent from this address".to_owned();
    Error::RateLimited {
        message,
        retry_after,
    }
}
