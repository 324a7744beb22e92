//! Whether a message comes fast enough. One that drips in would hold its socket, and what was read of it, for as
//! long as its sender likes.
//!
//! The library hands over whole messages alone. But the server counts what is read, and whatever has come since the
//! last message, less the signs of life that may stand between the parts of one, belongs to the next.

use std::time::Duration;

use axum::extract::ws::Message;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::http::server::Seat;

/// How often is looked in the time that a message has.
const LOOKS: u32 = 4;
/// What a sign of life has beside its words: its head, and the mask that every client's message has.
const HEAD: u64 = 6;

/// The pace of what comes over a socket.
pub struct Pace {
    seat: Option<Seat>,
    /// Up to where what was read has been handed over.
    whole: u64,
    /// How many looks have found the message begun that has still to come.
    begun: u32,
    looking: Interval,
}

impl Pace {
    /// So long for each message, on a server that counts what it reads.
    pub fn new(seat: Option<Seat>, limit: Duration) -> Self {
        let every = limit / LOOKS;
        let mut looking = interval_at(Instant::now() + every, every);
        // While nobody listens, nothing can come.
        looking.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pace = Self {
            seat,
            whole: 0,
            begun: 0,
            looking,
        };
        pace.whole = pace.received();
        pace
    }

    /// This has come whole.
    pub fn came(&mut self, message: &Message) {
        let received = self.received();
        self.whole = match message {
            Message::Ping(words) | Message::Pong(words) => {
                received.min(self.whole + HEAD + words.len() as u64)
            }
            _ => received,
        };
        if self.whole == received {
            self.begun = 0;
        }
    }

    /// Waits until a message has taken too long, by a part of its time at most. Can be given up and asked again.
    pub async fn too_slow(&mut self) {
        loop {
            self.looking.tick().await;
            if self.received() == self.whole {
                self.begun = 0;
            } else if self.begun == LOOKS {
                return;
            } else {
                self.begun += 1;
            }
        }
    }

    fn received(&self) -> u64 {
        self.seat.as_ref().map_or(0, Seat::received)
    }
}
