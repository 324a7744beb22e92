//! The connections that are held, and which of them goes when there are too many.
//!
//! One that nobody is being answered on is idle: it says nothing, or takes its time to say what it wants. With
//! all places taken, the one that has been idle longest is closed for the next; where all are busy, the next
//! waits outside. A single address gets no more than its share of the places.
//!
//! Whoever is told to go goes at once, whatever it is at: what keeps a place has to be given up when
//! [`Seat::told_to_leave`] ends.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::held::{Entry, Held, Places};
use crate::metrics::Metrics;

/// All connections of a server. Clones are the same.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    places: Places,
    held: Mutex<Held>,
    changed: Notify,
    metrics: Arc<Metrics>,
}

/// A place that is taken until this is dropped, which is when the connection is closed.
#[derive(Debug)]
pub struct Place(Seat);

/// Says what goes on in a place; an extension of each request that came over a connection.
#[derive(Clone, Debug)]
pub struct Seat {
    id: u64,
    connections: Connections,
    leave: CancellationToken,
    received: Arc<AtomicU64>,
}

/// While it is there, the connection is not closed for another.
#[derive(Debug)]
pub struct Busy(Seat);

/// While it is there, a socket may be closed for another connection after all.
#[derive(Debug)]
pub struct Expendable(Seat);

impl Connections {
    /// Nobody yet.
    pub fn new(places: Places, metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Shared {
            places,
            held: Mutex::default(),
            changed: Notify::new(),
            metrics,
        }))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.held().count()
    }

    /// Takes a place as soon as there is one; none where the address uses its whole share. Nobody waits for an
    /// address that has too many.
    pub async fn enter(&self, address: IpAddr) -> Option<Place> {
        loop {
            let changed = self.0.changed.notified();
            let entry = self.held().enter(self.0.places, address);
            match entry {
                Entry::Place(id, leave) => {
                    self.0.metrics.connections().inc();
                    let connections = self.clone();
                    return Some(Place(Seat {
                        id,
                        connections,
                        leave,
                        received: Arc::default(),
                    }));
                }
                Entry::Refused => {
                    self.0.metrics.refused("ADDRESS_FULL");
                    return None;
                }
                Entry::Wait => changed.await,
            }
        }
    }

    /// Has the connection closed that has been idle longest.
    pub fn make_room(&self) {
        self.held().make_room();
    }

    /// Waits until nobody is left.
    pub async fn all_gone(&self) {
        loop {
            let changed = self.0.changed.notified();
            if self.count() == 0 {
                return;
            }
            changed.await;
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// To say what goes on here.
    pub fn seat(&self) -> &Seat {
        &self.0
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Seat {
            id,
            connections,
            leave,
            ..
        } = &self.0;
        let shared = &connections.0;
        let was_socket = connections.held().remove(*id);
        shared.metrics.connections().dec();
        if was_socket {
            shared.metrics.sockets().dec();
        }
        if leave.is_cancelled() {
            shared.metrics.refused("SERVER_FULL");
        }
        shared.changed.notify_waiters();
    }
}

impl Seat {
    /// Waits until the place is needed for another.
    pub fn told_to_leave(&self) -> impl Future<Output = ()> + Send + use<> {
        self.leave.clone().cancelled_owned()
    }

    /// How many bytes were read here.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// So many bytes were read.
    pub fn receive(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Somebody is being answered here.
    pub fn busy(&self) -> Busy {
        self.set_busy(|busy| busy + 1);
        Busy(self.clone())
    }

    /// It has become a socket, which lives on without requests.
    pub fn keep(&self) {
        self.connections.held().keep(self.id);
        self.connections.0.metrics.sockets().inc();
    }

    /// For a socket whose other side has still to say who it is, or has only to hear why it ends.
    pub fn expendable(&self) -> Expendable {
        self.set_busy(|busy| busy.saturating_sub(1));
        Expendable(self.clone())
    }

    fn set_busy(&self, change: impl Fn(usize) -> usize) {
        self.connections.held().set_busy(self.id, change);
        self.connections.0.changed.notify_waiters();
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.set_busy(|busy| busy.saturating_sub(1));
    }
}

impl Drop for Expendable {
    fn drop(&mut self) {
        self.0.set_busy(|busy| busy + 1);
    }
}
