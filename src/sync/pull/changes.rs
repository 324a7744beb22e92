//! The walk through what has changed at a platform. It is stored page by page with where it stands, so that
//! one that was cut off goes on from there.

use entity::Instant;
use serde::{Deserialize, Serialize};

use super::asking::Asking;
use super::puller::{Puller, Stopped};
use crate::sources::{Cursor, Window};

/// How far a walk reaches back behind the last one at least, in milliseconds: times of change have whole seconds
/// on some platforms, and are written a little later than they say.
const LEAST_OVERLAP: i64 = 2 * MINUTE;
const MINUTE: i64 = 60_000;
/// How many pages in a row may bring nothing but what came before. A walk that steps back brings one or two.
const REPEATS: u32 = 5;

/// A walk under way, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Walk {
    window: Window,
    /// What time the platform had at its beginning, where that is earlier than ours.
    began_there: Option<Instant>,
    place: Option<Cursor>,
}

impl Puller<'_> {
    /// Walks through all changes. A walk that an earlier run has left is finished first.
    pub(super) async fn walk_changes(&mut self, asking: &mut Asking) -> Result<(), Stopped> {
        if let Some(left) = self.left_walk() {
            self.walk(asking, left).await?;
        }
        let fresh = Walk {
            window: self.next_window(),
            began_there: None,
            place: None,
        };
        self.walk(asking, fresh).await
    }

    fn left_walk(&self) -> Option<Walk> {
        serde_json::from_value(self.source.cursor.clone()?).ok()
    }

    fn next_window(&self) -> Window {
        let overlap = LEAST_OVERLAP.max(2 * i64::from(self.shop.sync_interval_minutes) * MINUTE);
        Window {
            since: self.source.covered_until.map(|it| Instant(it.0 - overlap)),
            until: self.now(),
        }
    }

    async fn walk(&mut self, asking: &mut Asking, mut walk: Walk) -> Result<(), Stopped> {
        let mut repeats = 0;
        loop {
            let page = asking.changes(walk.window, walk.place.as_ref()).await?;
            walk.began_there = walk.began_there.or(asking.http().date());
            let told = self.told.len();
            self.take(page.orders);
            self.ask_for(asking, page.changed_ids).await?;
            repeats = if self.told.len() > told {
                0
            } else {
                repeats + 1
            };
            let goes_on = page.next.is_some();
            self.note_place(&mut walk, page.next);
            self.store().await?;
            if !goes_on {
                return Ok(());
            }
            if repeats >= REPEATS {
                let why = "it gives the same orders again and again";
                return Err(Stopped::Theirs(why.to_owned()));
            }
        }
    }

    /// Where the next page is, or up to when all is known.
    fn note_place(&mut self, walk: &mut Walk, next: Option<Cursor>) {
        if let Some(next) = next {
            walk.place = Some(next);
            self.source.cursor = serde_json::to_value(&walk).ok();
            return;
        }
        let until = walk.window.until;
        let covered = walk.began_there.map_or(until, |there| until.min(there));
        self.source.cursor = None;
        self.source.covered_until = Some(covered);
    }
}
