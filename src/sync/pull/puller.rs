//! One platform pulled from by one run: what was told goes in by parts, and how far it was read with it.

use std::collections::{HashMap, HashSet};

use entity::{Instant, order_source, shop, sync_run};

use super::reports::report_of;
use super::stopped::{REASON, Stopped};
use crate::app::App;
use crate::domain::text;
use crate::error::Result;
use crate::ledger::{self, Author, NoteSource, StorePulled, UNREAD_LIMIT, unread_of};
use crate::sources::{Lack, OrderSnapshot, Reported, Unread, kind_of};
use crate::sync::Watch;
use crate::sync::connecting::asking;

/// How often is asked what is asked daily, in milliseconds.
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// How an order's id is called in what is wrong with it.
const ID: &str = "the id";

/// A platform that is being pulled from.
pub struct Puller<'a> {
    pub(super) app: &'a App,
    author: &'a Author,
    pub(super) run: &'a mut sync_run::Model,
    watch: Watch<'a>,
    pub(super) shop: shop::Model,
    pub(super) source: order_source::Model,
    /// How many orders can be asked for at once.
    pub(super) ids_at_once: usize,
    /// Whether what is asked once a day is asked by this run.
    pub(super) daily: bool,
    /// Whether what is final is looked at again.
    pub(super) sweeps: bool,
    /// At how many orders it has failed in this run.
    pub(super) fails_at: usize,
    /// The orders that it has told in this run; they need not be asked for again.
    pub(super) told: HashSet<String>,
    /// What was told of them, until it is stored.
    snapshots: HashMap<String, OrderSnapshot>,
    unread: Vec<(String, String)>,
    missing: Vec<String>,
}

impl<'a> Puller<'a> {
    pub fn new(
        app: &'a App,
        author: &'a Author,
        run: &'a mut sync_run::Model,
        watch: Watch<'a>,
        shop: shop::Model,
        source: order_source::Model,
    ) -> Self {
        Self {
            app,
            author,
            run,
            watch,
            shop,
            source,
            ids_at_once: 1,
            daily: false,
            sweeps: false,
            fails_at: 0,
            told: HashSet::new(),
            snapshots: HashMap::new(),
            unread: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// Pulls what there is, and notes how that went.
    pub async fn pull(&mut self) -> Result<(), Stopped> {
        let mut outcome = self.pull_all().await;
        let is_theirs = |it: &Stopped| it.reason().is_some();
        if outcome.as_ref().is_err_and(is_theirs) && self.waiting() > 0 {
            // What it told before goes in all the same.
            outcome = self.store().await.and(outcome);
        }
        if let Err(stopped) = &outcome {
            let Some(reason) = stopped.reason() else {
                return outcome;
            };
            self.source.error = Some(reason);
        } else {
            self.source.pulled_at = Some(self.now());
            self.source.error = None;
        }
        let note = NoteSource {
            run_id: self.run.id,
            source: self.source.clone(),
        };
        ledger::write(self.app, self.run.shop_id, self.author, &note).await?;
        outcome
    }

    async fn pull_all(&mut self) -> Result<(), Stopped> {
        let kind = kind_of(&self.source.kind).map_err(|it| Stopped::Unusable(it.message))?;
        let asking = asking(self.app, &self.source);
        let mut asking = asking.map_err(|it| Stopped::Unusable(it.to_string()))?;
        let now = self.now();
        let lately = |at: Instant| now.0 - at.0 < DAY_MILLIS;
        self.ids_at_once = kind.pull.map_or(1, |pull| pull.ids_at_once);
        self.daily = !self.source.gone_asked_at.is_some_and(lately);
        self.sweeps = self.daily && kind.lacks.contains(&Lack::Changes);
        if unread_of(&self.source).len() >= UNREAD_LIMIT {
            // A walk would end at the next one that cannot be read, though these can be by now.
            self.ask_for_open_orders(&mut asking).await?;
        }
        self.walk_changes(&mut asking).await?;
        self.ask_for_open_orders(&mut asking).await
    }

    /// Takes what was told in, to be stored; an order that comes twice counts as it was changed last.
    pub(super) fn take(&mut self, orders: Vec<Reported>) {
        for order in orders {
            match order.and_then(with_sound_id) {
                Ok(order) => self.take_order(order),
                Err(unread) => self.take_unread(&unread),
            }
        }
    }

    fn take_unread(&mut self, unread: &Unread) {
        let id = unread.external_id.as_deref();
        let id = id.and_then(|id| text::required(ID, id).ok());
        let external_id = id.unwrap_or_default();
        if external_id.is_empty() || self.told.insert(external_id.clone()) {
            let reason = text::shown(&unread.reason, REASON);
            self.unread.push((external_id, reason));
        }
    }

    fn take_order(&mut self, order: OrderSnapshot) {
        self.told.insert(order.external_id.clone());
        match self.snapshots.get_mut(&order.external_id) {
            Some(known) if known.changed_at > order.changed_at => {}
            Some(known) => *known = order,
            None => {
                self.snapshots.insert(order.external_id.clone(), order);
            }
        }
    }

    /// Takes in that these orders were asked for and not found.
    pub(super) fn miss(&mut self, external_ids: Vec<String>) {
        self.missing.extend(external_ids);
    }

    /// How many orders wait to be stored.
    pub(super) fn waiting(&self) -> usize {
        self.snapshots.len() + self.unread.len() + self.missing.len()
    }

    /// Stores what was taken in, and how far the platform is read by that, in one transaction.
    pub(super) async fn store(&mut self) -> Result<(), Stopped> {
        let mut unread = std::mem::take(&mut self.unread);
        let (mut reports, mut notes) = (Vec::new(), Vec::new());
        let mut snapshots: Vec<_> = self.snapshots.drain().map(|(_, order)| order).collect();
        snapshots.sort_by(|a, b| (a.placed_at, &a.external_id).cmp(&(b.placed_at, &b.external_id)));
        for order in snapshots {
            let external_id = order.external_id.clone();
            match report_of(order, &self.shop.currency) {
                Ok((report, left_out)) => {
                    reports.push(report);
                    notes.extend(left_out.map(|why| (external_id, why)));
                }
                Err(reason) => unread.push((external_id, reason)),
            }
        }
        let store = StorePulled {
            run: self.run.clone(),
            source: self.source.clone(),
            reports,
            notes,
            unread,
            missing: std::mem::take(&mut self.missing),
        };
        let taken = ledger::write(self.app, self.run.shop_id, self.author, &store).await?;
        (*self.run, self.source) = (taken.run, taken.source);
        (self.watch)(self.run);
        if let Some(id) = taken.left_out {
            let why =
                format!("more than {UNREAD_LIMIT} of its orders cannot be read, such as {id}");
            return Err(Stopped::Unusable(why));
        }
        Ok(())
    }

    pub(super) fn now(&self) -> Instant {
        self.app.clock.now()
    }
}

/// The order, where its id is one that can be kept.
fn with_sound_id(order: OrderSnapshot) -> Reported {
    match text::required(ID, &order.external_id) {
        Ok(external_id) => Ok(OrderSnapshot {
            external_id,
            ..order
        }),
        Err(invalid) => Err(Unread {
            external_id: None,
            reason: invalid.message,
        }),
    }
}
