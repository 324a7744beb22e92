//! Who is at the other end of a socket or an event stream, and until when.

use std::sync::Arc;

use async_graphql::Request;
use futures_util::future::pending;
use tokio::time::sleep;

use super::{Full, Place, Streams};
use crate::error::{Error, Result};
use crate::graphql::{Sighting, Viewer};
use crate::http::client_address::ClientAddress;
use crate::http::watched::Told;
use crate::stop::Stop;

/// The bearer of a token for as long as something is open.
#[derive(Clone, Debug)]
pub struct Follower {
    streams: Streams,
    address: Option<ClientAddress>,
    secret: Option<Arc<str>>,
    stop: Stop,
}

/// Why what is open ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The token is good no more, as this sentence says.
    Refused(String),
    /// It was open for as long as anything may be.
    Old,
    /// The server stops.
    Stopped,
}

impl Follower {
    pub(super) fn new(
        streams: Streams,
        (address, secret): (Option<ClientAddress>, Option<&str>),
        stop: Stop,
    ) -> Self {
        Self {
            streams,
            address,
            secret: secret.map(Arc::from),
            stop,
        }
    }

    /// The same with another token, if there is one.
    #[must_use]
    pub fn or_with(mut self, secret: Option<&str>) -> Self {
        self.secret = secret.map(Arc::from).or(self.secret);
        self
    }

    /// Who it is that asks to be let in.
    pub async fn identify(&self) -> Result<(Viewer, Sighting)> {
        let secret = self.secret.as_deref();
        self.streams.door.identify(self.address, secret).await
    }

    /// Who it is at this moment, for one operation or to go on. One who was let in guesses no more: were this asked
    /// at the door, nobody could be told to go from an address that tries many tokens.
    pub async fn identify_again(&self) -> Result<(Viewer, Sighting)> {
        self.streams.bearers.identify(self.secret.as_deref()).await
    }

    /// What this one asks, by the name that it has at this moment.
    pub fn sign(&self, request: Request, (viewer, sighting): (Viewer, Sighting)) -> Request {
        let request = request.data(viewer).data(sighting);
        match self.address {
            Some(address) => request.data(address),
            None => request,
        }
    }

    /// A place, which is to be held for as long as something is open.
    pub fn take_place(&self, viewer: &Viewer) -> Result<Place, Full> {
        self.streams.places.take(viewer.token_id)
    }

    /// Waits until what was opened now has to end, whatever goes on.
    pub async fn ended(&self) -> End {
        tokio::select! {
            message = self.refused() => End::Refused(message),
            () = sleep(self.streams.settings.stream_lifetime.0) => End::Old,
        }
    }

    /// Waits until the server stops, where something is followed. What is asked once comes to its end before that.
    pub async fn cut_off(&self, asked: &Told) -> End {
        let end = self.stopped().await;
        if asked.is_subscription() {
            return end;
        }
        pending().await
    }

    /// Waits until the server stops.
    pub async fn stopped(&self) -> End {
        self.stop.asked().await;
        End::Stopped
    }

    /// Waits until the token is refused. A database that is away for a while refuses nobody.
    async fn refused(&self) -> String {
        loop {
            sleep(self.streams.settings.token_recheck.0).await;
            if let Err(Error::Unauthenticated(message)) = self.identify_again().await {
                return message;
            }
        }
    }
}
