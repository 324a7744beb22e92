//! A shop on a platform as the tests know it, whatever its platform makes of it.

use entity::Instant;

use crate::support::START;

/// Second after second, before the tests begin: when things happened there.
pub const EARLIER: Instant = Instant(START.0 - 3_600_000);

/// What an order's status means; each fake has its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    New,
    InProgress,
    Complete,
    Cancelled,
    /// A word that no table knows.
    Unknown,
}

/// How an order is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It has no id.
    NoId,
    /// Its total is no number.
    NoTotal,
}

/// An order there.
#[derive(Clone, Debug)]
pub struct FakeOrder {
    /// Its number in the order of making, from 1. The fake makes the platform's id of it.
    pub number: u32,
    pub status: Status,
    pub placed_at: Instant,
    /// Unset where it was never changed. A platform that does not know such a thing says when it was placed, or
    /// whatever else it would say.
    pub changed_at: Option<Instant>,
    /// Which status it has had since when, the first one first.
    pub history: Vec<(Status, Instant)>,
    /// In cents.
    pub total: i64,
    pub refunded: i64,
    /// Cancelled as some platforms do it: what it was worth is zero now.
    pub zeroed: bool,
    pub affiliate: Option<String>,
    pub broken: Option<Broken>,
}

impl FakeOrder {
    /// Since when it has its status.
    pub fn since(&self) -> Instant {
        self.history.last().unwrap().1
    }
}

/// A shop there.
#[derive(Clone, Debug)]
pub struct FakeShop {
    /// What time it is there.
    pub now: Instant,
    pub orders: Vec<FakeOrder>,
    /// Whether numbers come as texts and texts as numbers, where the platform knows both.
    pub swaps_numbers: bool,
    /// What the platform says of how many orders there are, where that is a lie.
    pub lies_about_total: Option<u64>,
    /// How many orders a page has, whatever is asked for; as many as are asked for where unset.
    pub page_size: Option<usize>,
    /// Whether each page begins with the last order of the one before.
    pub repeats: bool,
    /// The numbers of orders that do not load there: pages leave them out, and count them all the same.
    pub leaves_out: Vec<u32>,
    /// The numbers of orders at which it fails whenever it is to give them.
    pub fails_at: Vec<u32>,
}

impl Default for FakeShop {
    fn default() -> Self {
        Self {
            now: START,
            orders: Vec::new(),
            swaps_numbers: false,
            lies_about_total: None,
            page_size: None,
            repeats: false,
            leaves_out: Vec::new(),
            fails_at: Vec::new(),
        }
    }
}

impl FakeShop {
    /// Places so many orders of 100 euros, brought by anna, one a second.
    pub fn place(&mut self, count: u32, status: Status) {
        for _ in 0..count {
            let number = self.orders.last().map_or(1, |last| last.number + 1);
            let at = Instant(EARLIER.0 + i64::from(number % 1_800) * 1_000);
            let mut history = vec![(Status::New, at)];
            if status != Status::New {
                history.push((status, at));
            }
            self.orders.push(FakeOrder {
                number,
                status,
                placed_at: at,
                changed_at: Some(at),
                history,
                total: 10_000,
                refunded: 0,
                zeroed: false,
                affiliate: Some("anna".to_owned()),
                broken: None,
            });
        }
    }

    /// The order with this number. What is changed in it so, nobody is told.
    pub fn order(&mut self, number: u32) -> &mut FakeOrder {
        let found = self.orders.iter_mut().find(|order| order.number == number);
        found.unwrap()
    }

    /// Changes an order now.
    pub fn change(&mut self, number: u32, change: impl FnOnce(&mut FakeOrder)) {
        let now = self.now;
        let order = self.order(number);
        let before = order.status;
        change(order);
        order.changed_at = Some(now);
        if order.status != before {
            order.history.push((order.status, now));
        }
    }

    /// Gives an order another status now.
    pub fn set(&mut self, number: u32, status: Status) {
        self.change(number, |order| order.status = status);
    }

    /// Takes an order away, for good.
    pub fn remove(&mut self, number: u32) {
        self.orders.retain(|order| order.number != number);
    }
}
