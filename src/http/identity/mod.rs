//! The shop's own identity provider, for whom there need be no token of ours: it says in a JWT who somebody is,
//! signed with a key of its own, and here is checked that it was it who said so, to us, and of now.
//!
//! Only to whoever shows a right signature is told what else is wrong: to all others a token is not valid.

mod claims;
mod fetch;
mod key;
mod keys;
mod ring;
mod settings;
mod signature;
mod source;
mod viewer;
mod vocabulary;

use std::sync::Arc;

use self::claims::Expected;
use self::keys::Keys;
pub use self::settings::Identity as IdentitySettings;
use self::signature::Signatures;
use crate::app::App;
use crate::error::Result;
use crate::graphql::{Sighting, Viewer};

/// Tells whom the provider vouches for. Clones know the same keys.
#[derive(Clone, Debug)]
pub struct Identity {
    app: App,
    expected: Arc<Expected>,
    signatures: Arc<Signatures>,
}

impl Identity {
    /// The provider that the settings name, if they name one.
    pub fn of(app: &App, settings: &IdentitySettings) -> Option<Self> {
        let (expected, source) = settings.provider()?;
        let keys = Keys::of(source, app.clock.clone());
        Some(Self {
            app: app.clone(),
            expected: Arc::new(expected),
            signatures: Arc::new(Signatures::new(keys, settings.algorithms())),
        })
    }

    /// Who comes with this JWT, and the shop as it is now.
    pub async fn identify(&self, jwt: &str) -> Result<(Viewer, Sighting)> {
        let claims = self.signatures.claims_of(jwt).await?;
        let person = self.expected.person(&claims, self.app.clock.now())?;
        viewer::find(&self.app, person).await
    }
}
