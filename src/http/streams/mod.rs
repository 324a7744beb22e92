//! What sockets and event streams have in common, since both may be open for days: who follows is looked at
//! again with each operation and each minute, and there are only so many of them.

mod follower;
mod places;
mod settings;

use axum::http::Extensions;

pub use follower::{End, Follower};
pub use places::{Full, Place, Places};
pub use settings::StreamSettings;

use super::bearer::Bearers;
use super::client_address::ClientAddress;
use super::limits::Door;
use crate::stop::Stop;

/// Everything that is open. Clones are the same.
#[derive(Clone, Debug)]
pub struct Streams {
    door: Door,
    bearers: Bearers,
    places: Places,
    settings: StreamSettings,
}

impl Streams {
    /// None yet.
    pub fn new(door: Door, bearers: Bearers, settings: StreamSettings) -> Self {
        Self {
            door,
            bearers,
            places: Places::new(settings.streams, settings.streams_each),
            settings,
        }
    }

    /// What is allowed.
    pub fn settings(&self) -> &StreamSettings {
        &self.settings
    }

    /// Whoever bears this token, on a server that puts its [`Stop`] here.
    pub fn follower(&self, secret: Option<&str>, extensions: &Extensions) -> Follower {
        let stop = extensions.get::<Stop>().cloned().unwrap_or_default();
        let address = extensions.get::<ClientAddress>().copied();
        Follower::new(self.clone(), (address, secret), stop)
    }
}
