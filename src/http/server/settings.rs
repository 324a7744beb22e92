//! How long the server waits for whom, and how many connections it holds.

use std::time::Duration;

use clap::Args;

use super::held::Places;
use super::seconds::Seconds;

const TIMEOUT: Seconds = Seconds(Duration::from_secs(10));
const STOP_TIMEOUT: Seconds = Seconds(Duration::from_secs(30));
const BODY_RATE: u32 = 64;
const HEADER_SIZE: u16 = 64;
const CONNECTIONS: usize = 1_000;
const CONNECTIONS_EACH: usize = 250;

/// The limits on connections.
#[derive(Args, Clone, Debug)]
pub struct ServerSettings {
    /// Seconds within which the head of a request must have come, the first as well as the next on the same
    /// connection.
    #[arg(long, env = "CASHABLE_HEADER_TIMEOUT", value_name = "SECONDS", default_value_t = TIMEOUT)]
    pub header_timeout: Seconds,

    /// Seconds within which the body of a request must have come; larger ones have longer, see --body-rate.
    #[arg(long, env = "CASHABLE_BODY_TIMEOUT", value_name = "SECONDS", default_value_t = TIMEOUT)]
    pub body_timeout: Seconds,

    /// KiB that a body must bring for each second that it takes beyond --body-timeout.
    #[arg(long, env = "CASHABLE_BODY_RATE", value_name = "KIB", default_value_t = BODY_RATE, value_parser = clap::value_parser!(u32).range(1..))]
    pub body_rate: u32,

    /// Seconds that a caller may go without taking anything of an answer.
    #[arg(long, env = "CASHABLE_WRITE_TIMEOUT", value_name = "SECONDS", default_value_t = TIMEOUT)]
    pub write_timeout: Seconds,

    /// KiB that the head of a request may have.
    #[arg(long, env = "CASHABLE_HEADER_SIZE", value_name = "KIB", default_value_t = HEADER_SIZE, value_parser = clap::value_parser!(u16).range(8..))]
    pub header_size: u16,

    /// How many connections are held at the same time. The one that has been idle longest is closed for the
    /// next; where none is idle, the next waits.
    #[arg(long, env = "CASHABLE_CONNECTIONS", value_name = "COUNT", default_value_t = CONNECTIONS, value_parser = at_least_one)]
    pub connections: usize,

    /// How many of them one address may hold; those of a proxy count as one address.
    #[arg(long, env = "CASHABLE_CONNECTIONS_EACH", value_name = "COUNT", default_value_t = CONNECTIONS_EACH, value_parser = at_least_one)]
    pub connections_each: usize,

    /// Seconds that requests and syncs under way have to end when the server is stopped.
    #[arg(long, env = "CASHABLE_STOP_TIMEOUT", value_name = "SECONDS", default_value_t = STOP_TIMEOUT)]
    pub stop_timeout: Seconds,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            header_timeout: TIMEOUT,
            body_timeout: TIMEOUT,
            body_rate: BODY_RATE,
            write_timeout: TIMEOUT,
            header_size: HEADER_SIZE,
            connections: CONNECTIONS,
            connections_each: CONNECTIONS_EACH,
            stop_timeout: STOP_TIMEOUT,
        }
    }
}

impl ServerSettings {
    /// How many connections there may be.
    pub(super) fn places(&self) -> Places {
        Places {
            total: self.connections,
            each: self.connections_each,
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let count = text.trim().parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "it must be a whole number above 0".to_owned())
}
