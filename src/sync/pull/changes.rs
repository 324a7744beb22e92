//! The walk through what has changed at a platform. It is stored page by page with where it stands, so that
//! one that was cut off goes on from there.

use std::collections::HashSet;

use entity::Instant;
use serde::{Deserialize, Serialize};

use super::asking::Asking;
use super::puller::Puller;
use super::stopped::{Stopped, unless_ending};
use crate::sources::{Cursor, Page, SourceError, Window};

/// How far a walk reaches back behind the last one at least, in milliseconds: times of change have whole seconds
/// on some platforms, and are written a little later than they say.
const LEAST_OVERLAP: i64 = 2 * MINUTE;
const MINUTE: i64 = 60_000;
/// How far a daily walk reaches back where changes do not show, in milliseconds: 60 days.
const SWEPT: i64 = 60 * 24 * 60 * MINUTE;
/// How many pages in a row may bring nothing but what was told before: a walk that steps back brings some, and a
/// feed that tells each step of an order.
const REPEATS: u32 = 100;
/// How many pages in a row may bring just the same.
const SAME: u32 = 3;

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
            match self.walk(asking, left).await {
                // It may be that the platform knows that place no longer. What lies behind it is still to come:
                // the next walk begins where the last whole one ended.
                Err(Stopped::Theirs(SourceError::Refused(why))) => {
                    tracing::info!(source = self.source.name, why, "a walk begins anew");
                    self.source.cursor = None;
                }
                outcome => outcome?,
            }
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
        let now = self.now();
        let back = |covered: Instant| match covered.0 - overlap {
            since if self.sweeps => since.min(now.0 - SWEPT),
            since => since,
        };
        Window {
            since: self.source.covered_until.map(|it| Instant(back(it))),
            until: now,
        }
    }

    async fn walk(&mut self, asking: &mut Asking, mut walk: Walk) -> Result<(), Stopped> {
        let mut turns = Turns::default();
        loop {
            let asked = asking.changes(walk.window, walk.place.as_ref());
            let page = unless_ending(self.app, asked).await?;
            walk.began_there = walk.began_there.or(asking.http().date());
            let ids = ids_of(&page);
            self.take(page.orders);
            let goes_on = page.next.is_some();
            self.note_place(&mut walk, page.next);
            self.store().await?;
            if !goes_on {
                return Ok(());
            }
            turns.count(ids)?;
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

/// Whether a walk gets on: a platform that ignores which page it is asked for would keep it for ever.
#[derive(Debug, Default)]
struct Turns {
    /// The orders that this walk has told; what an earlier one did is news to it.
    told: HashSet<String>,
    last: Vec<String>,
    same: u32,
    repeats: u32,
}

impl Turns {
    /// Counts a page with these orders that others follow.
    fn count(&mut self, ids: Vec<String>) -> Result<(), SourceError> {
        let told = self.told.len();
        self.told.extend(ids.iter().cloned());
        let brought_news = self.told.len() > told;
        self.same = if !ids.is_empty() && ids == self.last {
            self.same + 1
        } else {
            0
        };
        self.repeats = if brought_news { 0 } else { self.repeats + 1 };
        self.last = ids;
        if self.same < SAME && self.repeats < REPEATS {
            return Ok(());
        }
        let why = "it gives the same orders again and again";
        Err(SourceError::unreadable(why))
    }
}

/// The orders of a page, in the order in which it has them.
fn ids_of(page: &Page) -> Vec<String> {
    let ids = page.orders.iter().filter_map(|order| match order {
        Ok(order) => Some(order.external_id.clone()),
        Err(unread) => unread.external_id.clone(),
    });
    ids.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The orders of a page, by its number.
    type Ids<'a> = &'a dyn Fn(u32) -> Vec<String>;

    /// How many pages of a thousand are walked through.
    fn walked(turns: &mut Turns, ids: Ids<'_>) -> u32 {
        let gets_on = |page: &u32| turns.count(ids(*page)).is_ok();
        let pages = (0..1_000).take_while(gets_on).count();
        u32::try_from(pages).unwrap_or(u32::MAX)
    }

    fn another(page: u32) -> Vec<String> {
        vec![page.to_string()]
    }

    #[test]
    fn a_walk_ends_that_does_not_get_on() {
        let the_same: Ids<'_> = &|_| another(1);
        let in_turn: Ids<'_> = &|page| another(page % 2);
        let none: Ids<'_> = &|_| Vec::new();
        for (what, ids, pages) in [
            ("news", &another as Ids<'_>, 1_000),
            ("the same page", the_same, SAME),
            ("nothing new", in_turn, REPEATS + 1),
            ("empty pages", none, REPEATS - 1),
        ] {
            let found = walked(&mut Turns::default(), ids);
            assert_eq!(found, pages, "{what}");
        }
    }

    #[test]
    fn a_page_that_brings_news_begins_the_count_anew() {
        let mut turns = Turns::default();
        let in_turn: Ids<'_> = &|page| another(page % 2);
        for page in 0..REPEATS {
            assert_eq!(turns.count(in_turn(page)), Ok(()));
        }
        assert_eq!(turns.count(another(REPEATS)), Ok(()));
        assert_eq!(walked(&mut turns, in_turn), REPEATS - 1);
    }
}
