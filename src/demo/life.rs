//! What becomes of an order: a few events one after the other, and what the shop would have reported of it
//! at any moment.

use entity::Instant;
use entity::words::CancelReason;
use fastrand::Rng;

use super::calendar::{DAY, HOUR, MINUTE};
use super::roster::Promoter;
use crate::domain::order::OrderReport;

const COMPLETED: &str = "completed";
const OPEN: &str = "open";
const PROCESSING: &str = "processing";
const CANCELLED: &str = "cancelled";
const DECLINED: &str = "declined";
const FAKE: &str = "fake";
const RETURNED: &str = "returned";

/// An order of the demo shop, with its whole life.
#[derive(Debug)]
pub(super) struct DemoOrder {
    pub(super) external_id: String,
    pub(super) placed_at: Instant,
    pub(super) currency: &'static str,
    pub(super) total_cents: i64,
    pub(super) promoter: Option<&'static Promoter>,
    pub(super) life: Vec<Event>,
}

/// Something that happened to an order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) at: Instant,
    /// The shop's word for the order from then on.
    pub(super) word: &'static str,
    pub(super) reason: Option<CancelReason>,
    /// Percent of the total that is paid back by then.
    pub(super) refunded_percent: i64,
}

/// How an order ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Completed,
    PartlyRefunded,
    Returned,
    Cancelled(CancelReason),
    Declined,
    Fake,
}

impl Fate {
    /// Draws a fate as they are in a shop: of a hundred orders six are cancelled, three come back.
    pub(super) fn draw(rng: &mut Rng, fakes_per_mille: u32) -> Self {
        if rng.u32(0..1_000) < fakes_per_mille {
            return Self::Fake;
        }
        match rng.u32(0..200) {
            0..=5 => Self::Cancelled(CancelReason::Customer),
            6..=8 => Self::Cancelled(CancelReason::Inventory),
            9..=11 => Self::Declined,
            12..=16 => Self::Returned,
            17..=20 => Self::PartlyRefunded,
            _ => Self::Completed,
        }
    }

    /// The life that leads there.
    pub(super) fn life(self, placed_at: Instant, rng: &mut Rng) -> Vec<Event> {
        let mut life = vec![Event::new(placed_at, OPEN)];
        let mut then = |rng: &mut Rng, wait: std::ops::Range<i64>, word| {
            let last = life.last().map_or(placed_at, |event| event.at);
            life.push(Event::new(Instant(last.0 + rng.i64(wait)), word));
        };
        match self {
            Self::Declined => then(rng, 5 * MINUTE..HOUR, DECLINED),
            Self::Fake => then(rng, HOUR..20 * HOUR, FAKE),
            Self::Cancelled(_) => then(rng, HOUR..60 * HOUR, CANCELLED),
            Self::Completed | Self::PartlyRefunded | Self::Returned => {
                then(rng, 2 * HOUR..40 * HOUR, PROCESSING);
                then(rng, DAY..6 * DAY, COMPLETED);
            }
        }
        match self {
            Self::Returned => then(rng, 3 * DAY..25 * DAY, RETURNED),
            Self::PartlyRefunded => then(rng, 2 * DAY..20 * DAY, COMPLETED),
            _ => {}
        }
        self.detail(&mut life, rng);
        life
    }

    fn detail(self, life: &mut [Event], rng: &mut Rng) {
        let Some(last) = life.last_mut() else {
            return;
        };
        match self {
            Self::Cancelled(reason) => last.reason = Some(reason),
            Self::PartlyRefunded => last.refunded_percent = rng.i64(15..60),
            _ => {}
        }
    }
}

impl Event {
    pub(super) fn new(at: Instant, word: &'static str) -> Self {
        Self {
            at,
            word,
            reason: None,
            refunded_percent: 0,
        }
    }
}

impl DemoOrder {
    /// What had happened last at an instant; nothing where it had not been placed yet.
    pub(super) fn last_event(&self, at: Instant) -> Option<&Event> {
        self.life.iter().rev().find(|event| event.at <= at)
    }

    /// When it was completed, as of an instant.
    pub(super) fn completed_at(&self, at: Instant) -> Option<Instant> {
        let mut past = self.life.iter().filter(|event| event.at <= at);
        past.find(|event| event.word == COMPLETED)
            .map(|event| event.at)
    }

    /// Whether it is complete at an instant, and has not come back.
    pub(super) fn is_complete(&self, at: Instant) -> bool {
        self.last_event(at)
            .is_some_and(|event| event.word == COMPLETED)
    }

    /// Whether nobody has finished with it at an instant.
    pub(super) fn is_open(&self, at: Instant) -> bool {
        self.last_event(at)
            .is_some_and(|event| [OPEN, PROCESSING].contains(&event.word))
    }

    /// What the shop tells of the order at an instant.
    pub(super) fn report(&self, at: Instant) -> Option<OrderReport> {
        let event = self.last_event(at)?;
        Some(OrderReport {
            external_id: self.external_id.clone(),
            native_status: Some(event.word.to_owned()),
            number: Some(format!("NL-{}", self.external_id)),
            placed_at: Some(self.placed_at),
            changed_at: Some(event.at),
            completed_at: self.completed_at(at),
            total: Some(decimal(self.total_cents)),
            refunded: Some(decimal(self.total_cents * event.refunded_percent / 100)),
            currency: Some(self.currency.to_owned()),
            cancel_reason: event.reason,
            affiliate_code: self.promoter.map(|promoter| promoter.code.to_owned()),
            commission: None,
        })
    }
}

fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
