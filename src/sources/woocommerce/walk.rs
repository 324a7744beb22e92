//! How far a walk through numbered pages has come while orders leave the list that the pages are cut from.
//!
//! What leaves the list moves all that is behind it up, and some of it to pages that were read before. So what was
//! read is kept by places in the list: as stretches of places at which there is no order that was not read. Where
//! orders have left, as many others may have moved to the end of a stretch, which therefore ends sooner; a page is
//! a stretch of its own until those before it are read once more. So no page is read for longer than the list
//! moves, and what was read ahead is not forgotten.

use serde::{Deserialize, Serialize};

use super::PAGE_SIZE;

/// Where a walk stands.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Walk {
    /// How many places a page has: not what was asked for, where a plugin says otherwise.
    page_size: u64,
    /// How many orders there were when the last page was read that told it.
    total: Option<u64>,
    /// From which place to which, each without the last one; in order, and apart.
    read: Vec<(u64, u64)>,
}

/// What came with a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    /// How many orders are on it. Some may be left out that do not load, or may not be seen.
    pub(super) rows: u64,
    /// How many orders there are, where that is told.
    pub(super) total: Option<u64>,
    /// How many pages there are, where that is told.
    pub(super) pages: Option<u64>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            page_size: PAGE_SIZE as u64,
            total: None,
            read: Vec::new(),
        }
    }
}

impl Walk {
    /// Which page to read next, from 1.
    pub(super) fn page(&self) -> u64 {
        self.known() / self.page_size + 1
    }

    /// Notes that this page was read; answers whether it was the last.
    pub(super) fn note(&mut self, counts: Counts) -> bool {
        let page = self.page();
        self.page_size = self.size_of(counts);
        let first = (page - 1) * self.page_size;
        let behind = first + self.page_size;
        // More orders than there are: what is told of them is no count.
        let total = counts
            .total
            .filter(|total| counts.rows == 0 || first + counts.rows <= *total);
        self.shrink(total);
        self.add(first, behind);
        let (known, is_joined) = (self.known(), self.known() >= behind);
        match (total, counts.pages) {
            // Where all have left, what is told is looked at once more from the beginning.
            (Some(total), _) if known >= total.max(1) => true,
            (Some(_), Some(pages)) if is_joined && page >= pages => true,
            (None, _) if counts.total.is_none() => counts.rows < self.page_size,
            _ => is_joined && counts.rows == 0,
        }
    }

    /// How many places from the first on are read.
    fn known(&self) -> u64 {
        let first = self.read.first().filter(|(from, _)| *from == 0);
        first.map_or(0, |(_, to)| *to)
    }

    /// As it was asked for, unless the counts say that pages are cut in another way.
    fn size_of(&self, counts: Counts) -> u64 {
        let asked = PAGE_SIZE as u64;
        let is_as_asked = match (counts.total, counts.pages) {
            (Some(total), Some(pages)) => total.div_ceil(asked) == pages,
            _ => true,
        };
        if is_as_asked && counts.rows <= asked {
            return asked;
        }
        let before = if self.read.is_empty() {
            1
        } else {
            self.page_size
        };
        counts.rows.max(before)
    }

    /// Orders that have left have moved others to where stretches ended.
    fn shrink(&mut self, total: Option<u64>) {
        let Some(total) = total else { return };
        let fell = self.total.unwrap_or(total).saturating_sub(total);
        for (_, to) in &mut self.read {
            *to = to.saturating_sub(fell);
        }
        self.read.retain(|(from, to)| from < to);
        self.total = Some(total);
    }

    fn add(&mut self, from: u64, to: u64) {
        self.read.push((from, to));
        self.read.sort_unstable();
        self.read.dedup_by(|next, one| {
            let meets = next.0 <= one.1;
            if meets {
                one.1 = one.1.max(next.1);
            }
            meets
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fastrand::Rng;

    use super::*;

    /// A list of orders, by their numbers.
    struct List {
        orders: Vec<usize>,
        page_size: usize,
        /// Those that do not load.
        left_out: BTreeSet<usize>,
        tells: bool,
    }

    impl List {
        fn of(count: usize) -> Self {
            Self {
                orders: (0..count).collect(),
                page_size: PAGE_SIZE,
                left_out: BTreeSet::new(),
                tells: true,
            }
        }

        /// A page, and what comes with it.
        fn page(&self, number: u64) -> (Vec<usize>, Counts) {
            let first = (usize::try_from(number).expect("a page") - 1) * self.page_size;
            let page = self.orders.iter().skip(first).take(self.page_size);
            let loads = |order: &&usize| !self.left_out.contains(order);
            let rows: Vec<_> = page.filter(loads).copied().collect();
            let total = self.orders.len();
            let told = |count: usize| self.tells.then_some(count as u64);
            let counts = Counts {
                rows: rows.len() as u64,
                total: told(total),
                pages: told(total.div_ceil(self.page_size)),
            };
            (rows, counts)
        }

        /// Walks to the end, and lets something happen after each question: all that was read, and in how many.
        fn walk(&mut self, mut happens: impl FnMut(&mut Self)) -> (BTreeSet<usize>, usize) {
            let (mut walk, mut read) = (Walk::default(), BTreeSet::new());
            for question in 1..2_000 {
                let (rows, counts) = self.page(walk.page());
                read.extend(rows);
                if walk.note(counts) {
                    return (read, question);
                }
                happens(self);
            }
            unreachable!("the walk does not end");
        }
    }

    #[test]
    fn a_list_that_stands_still_is_read_page_by_page() {
        //    orders  a page has  told  questions
        for (count, page_size, tells, expected) in [
            (0, 100, true, 1),
            (1, 100, true, 1),
            (100, 100, true, 1),
            (101, 100, true, 2),
            (10_000, 100, true, 100),
            (0, 100, false, 1),
            (99, 100, false, 1),
            (100, 100, false, 2),
            (250, 100, false, 3),
            (250, 50, true, 5),
            (260, 60, true, 5),
            (1_200, 500, true, 3),
            (1_200, 500, false, 3),
        ] {
            let mut list = List {
                page_size,
                tells,
                ..List::of(count)
            };
            let (read, questions) = list.walk(|_| {});
            let what = format!("{count} {page_size} {tells}");
            assert_eq!((read.len(), questions), (count, expected), "{what}");
        }
    }

    #[test]
    fn one_that_leaves_with_each_question_turns_nothing_back() {
        for (what, leaves) in [
            ("first", (|_| 0) as fn(usize) -> usize),
            ("last", |count| count - 1),
            ("middle", |count| count / 2),
        ] {
            let mut list = List::of(3_000);
            let (_, questions) = list.walk(|list| {
                let place = leaves(list.orders.len());
                list.orders.remove(place);
            });
            assert!(questions <= 3 * 30, "{what}: {questions}");
        }
    }

    #[test]
    fn what_stays_is_read_whatever_leaves() {
        for seed in 0..500 {
            let mut random = Rng::with_seed(seed);
            let count = random.usize(0..2_000);
            let mut list = List {
                page_size: [PAGE_SIZE, PAGE_SIZE, 40, 500][random.usize(0..4)],
                left_out: (0..random.usize(0..9))
                    .map(|_| random.usize(0..2_000))
                    .collect(),
                ..List::of(count)
            };
            let (often, most) = (random.f64(), random.usize(1..150));
            let (read, _) = list.walk(|list| {
                if random.f64() < often {
                    for _ in 0..random.usize(0..most).min(list.orders.len()) {
                        let place = random.usize(0..list.orders.len());
                        list.orders.remove(place);
                    }
                }
            });
            let stays = |order: &&usize| !list.left_out.contains(order);
            let missed: Vec<_> = list
                .orders
                .iter()
                .filter(stays)
                .filter(|it| !read.contains(it))
                .collect();
            assert!(missed.is_empty(), "{seed}: {missed:?}");
        }
    }
}
