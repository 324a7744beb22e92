//! When orders were completed: the steps that their states took stand apart from them.

use std::collections::HashMap;

use entity::Instant;

use super::order::Entered;
use super::{Found, Shopware, criteria};
use crate::sources::platform::Session;
use crate::sources::{Reported, SourceError};

const STEPS: &str = "state-machine-history";
/// How many pages of history are read for one page of orders: orders are completed once, and seldom again.
const HISTORY_PAGES: u64 = 10;
/// Shopware's own states in which an order is not completed. Shops add states, and what those mean is the
/// shop's to say, so of any other the history is asked.
const NOT_COMPLETED: [&str; 3] = ["open", "in_progress", "cancelled"];

impl Shopware {
    /// When each of these orders that may be completed last came into the state that it is in. One that was made
    /// in it has no history.
    pub(super) async fn completions(
        &self,
        session: Session<'_>,
        orders: &[Reported],
    ) -> Result<HashMap<String, Instant>, SourceError> {
        let mut found = HashMap::new();
        let states: HashMap<&str, &str> = orders
            .iter()
            .flatten()
            .map(|order| (order.external_id.as_str(), order.native_status.as_str()))
            .filter(|(_, state)| !NOT_COMPLETED.contains(state))
            .collect();
        if states.is_empty() {
            return Ok(found);
        }
        let ids: Vec<&str> = states.keys().copied().collect();
        let mut words: Vec<&str> = states.values().copied().collect();
        words.sort_unstable();
        words.dedup();
        for page in 1..=HISTORY_PAGES {
            let rows = self.history(session, &ids, &words, page).await?;
            let is_full = rows.len() >= self.page_size;
            for row in rows {
                let is_there = states.get(row.order_id()) == Some(&row.state());
                if let Some(at) = row.at().filter(|_| is_there) {
                    // The latest come first.
                    found.entry(row.order_id().to_owned()).or_insert(at);
                }
            }
            if !is_full || found.len() == states.len() {
                break;
            }
        }
        Ok(found)
    }

    /// The steps of these orders into these states, the latest first.
    pub(super) async fn history(
        &self,
        session: Session<'_>,
        ids: &[&str],
        states: &[&str],
        page: u64,
    ) -> Result<Vec<Entered>, SourceError> {
        let criteria = criteria::entered(ids, states, self.page_size, page);
        let found: Found<Entered> = self.search(session, STEPS, &criteria).await?;
        Ok(found.data)
    }
}
