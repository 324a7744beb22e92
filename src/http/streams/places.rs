//! How many of something there are at a time, such as open sockets: each takes a place, and gives it back with its
//! end.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// All places of a server, for owners such as tokens. Clones are the same.
#[derive(Clone, Debug)]
pub struct Places<O: Owner = Uuid> {
    total: usize,
    each: usize,
    taken: Arc<Mutex<HashMap<O, usize>>>,
}

/// What places are given to.
pub trait Owner: Copy + Eq + Hash {}

impl<O: Copy + Eq + Hash> Owner for O {}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// All are taken.
    #[error("too many sockets and event streams are open: come back later")]
    Server,
    /// The token has as many as it may.
    #[error("this token has as many sockets and event streams open as it may")]
    Token,
}

/// A place, until this is dropped.
#[derive(Debug)]
pub struct Place<O: Owner = Uuid> {
    places: Places<O>,
    owner: O,
}

impl<O: Owner> Places<O> {
    /// So many in all, and for each owner.
    pub fn new(total: usize, each: usize) -> Self {
        let taken = Arc::default();
        Self { total, each, taken }
    }

    /// A place for this owner.
    pub fn take(&self, owner: O) -> Result<Place<O>, Full> {
        let mut places = self.lock();
        let own = places.get(&owner).copied().unwrap_or(0);
        if own >= self.each {
            return Err(Full::Token);
        }
        if places.values().sum::<usize>() >= self.total {
            return Err(Full::Server);
        }
        places.insert(owner, own + 1);
        drop(places);
        let places = self.clone();
        Ok(Place { places, owner })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<O, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O: Owner> Drop for Place<O> {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if let Some(own) = taken.get_mut(&self.owner) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_with_its_end() {
        let places = Places::new(3, 2);
        let [one, other, third] = [1, 2, 3].map(Uuid::from_u128);
        let taken = [one, one, other].map(|token| places.take(token).unwrap());
        let [first, _second, last] = taken;
        assert_eq!(places.take(one).unwrap_err(), Full::Token);
        assert_eq!(places.take(other).unwrap_err(), Full::Server);
        drop(last);
        let last = places.clone().take(third).unwrap();
        drop((first, last));
        assert_eq!(places.lock().len(), 1);
        places.take(one).unwrap();
    }
}
