//! Who asks, found out no faster than tokens may be tried.

use super::guesses::Guesses;
use super::rates::Rates;
use crate::error::{Error, Result};
use crate::graphql::{Sighting, Viewer};
use crate::http::ClientAddress;
use crate::http::bearer::Bearers;

/// What every request and every socket goes through first. Clones count together.
#[derive(Clone, Debug)]
pub struct Door {
    bearers: Bearers,
    guesses: Guesses,
}

impl Door {
    /// For these bearers.
    pub fn new(bearers: Bearers, rates: Rates) -> Self {
        let guesses = Guesses::new(rates);
        Self { bearers, guesses }
    }

    /// Whose token it is, and the shop as it is now. An address that has sent many which were none is let in only
    /// with those that were good before: looking up others is what it is kept from, and its neighbours behind the
    /// same proxy are not.
    pub async fn identify(
        &self,
        address: Option<ClientAddress>,
        secret: Option<&str>,
    ) -> Result<(Viewer, Sighting)> {
        let Some(token) = secret else {
            return self.bearers.identify(secret).await;
        };
        if !self.bearers.have_seen(token) {
            self.guesses.check(address)?;
        }
        let found = self.bearers.identify(secret).await;
        if matches!(found, Err(Error::Unauthenticated(_))) {
            self.guesses.count(address);
        }
        found
    }

    /// How often addresses have sent secrets that are none, whichever way these came.
    pub fn guesses(&self) -> &Guesses {
        &self.guesses
    }
}
