//! What the objects of one page share, so that a page costs one statement a level however long it is.
//!
//! Whichever object is asked first reads for all of its siblings; the others wait for it. Unlike a loader
//! that collects keys over time, it waits for no timer and remembers nothing beyond its page.

use std::collections::HashMap;
use std::future::Future;

use tokio::sync::OnceCell;
use uuid::Uuid;

use super::errors::{ApiError, Result};
use crate::error;

/// One thing that each object of a page may be asked for, by the ids that they need.
#[derive(Debug)]
pub struct Siblings<T> {
    ids: Vec<Uuid>,
    // An error too is shared: it was logged once and has one id.
    found: OnceCell<Result<HashMap<Uuid, T>>>,
}

impl<T> Siblings<T> {
    /// What these ids, of a whole page, stand for.
    pub fn new(ids: impl IntoIterator<Item = Uuid>) -> Self {
        let mut ids: Vec<Uuid> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self {
            ids,
            found: OnceCell::new(),
        }
    }

    /// What was read together with the page itself.
    pub fn known(found: HashMap<Uuid, T>) -> Self {
        Self {
            ids: Vec::new(),
            found: OnceCell::new_with(Some(Ok(found))),
        }
    }

    /// The ids of the page, each once.
    pub fn ids(&self) -> &[Uuid] {
        &self.ids
    }

    /// What `id` stands for; `read` reads it for all ids, and only runs if nobody did before.
    pub async fn find(
        &self,
        id: Uuid,
        read: impl Future<Output = error::Result<HashMap<Uuid, T>>>,
    ) -> Result<Option<&T>> {
        let read = || async { read.await.map_err(ApiError::from) };
        match self.found.get_or_init(read).await {
            Ok(found) => Ok(found.get(&id)),
            Err(error) => Err(error.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reads_for_all() {
        let (one, two, three) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let page = Siblings::new([two, one, two]);
        let read = |ids: &[Uuid]| {
            let found = ids.iter().map(|id| (*id, id.as_u128())).collect();
            async { Ok(found) }
        };
        assert_eq!(page.find(one, read(page.ids())).await, Ok(Some(&1)));
        let again = async { panic!("it was read before") };
        assert_eq!(page.find(two, again).await, Ok(Some(&2)));
        assert_eq!(page.find(three, read(&[three])).await, Ok(None));
    }
}
