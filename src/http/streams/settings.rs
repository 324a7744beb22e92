//! How much may be followed at a time, and for how long.

use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::http::server::Seconds;

const STREAMS: usize = 500;
const STREAMS_EACH: usize = 50;
const LIFETIME: Seconds = Seconds(Duration::from_hours(24));
const RECHECK: Seconds = Seconds(Duration::from_mins(1));
const INIT_TIMEOUT: Seconds = Seconds(Duration::from_secs(5));
const MESSAGE_TIMEOUT: Seconds = Seconds(Duration::from_secs(10));
const OPERATIONS: usize = 20;
const MESSAGE_SIZE: usize = 64;

/// The limits on sockets and event streams.
#[derive(Args, Clone, Copy, Debug)]
pub struct StreamSettings {
    /// How many sockets and event streams are open at the same time; more are refused with 503.
    #[arg(long, env = "CASHABLE_STREAMS", value_name = "COUNT", default_value_t = STREAMS, value_parser = at_least_one())]
    pub streams: usize,

    /// How many of them one token may hold; more are refused with 429.
    #[arg(long, env = "CASHABLE_STREAMS_EACH", value_name = "COUNT", default_value_t = STREAMS_EACH, value_parser = at_least_one())]
    pub streams_each: usize,

    /// Seconds after which a socket or an event stream ends; its client opens another.
    #[arg(long, env = "CASHABLE_STREAM_LIFETIME", value_name = "SECONDS", default_value_t = LIFETIME)]
    pub stream_lifetime: Seconds,

    /// Seconds that what is open may outlive its token, once that is revoked or has expired.
    #[arg(long, env = "CASHABLE_TOKEN_RECHECK", value_name = "SECONDS", default_value_t = RECHECK)]
    pub token_recheck: Seconds,

    /// Seconds within which a socket must have said connection_init.
    #[arg(long, env = "CASHABLE_SOCKET_INIT_TIMEOUT", value_name = "SECONDS", default_value_t = INIT_TIMEOUT)]
    pub socket_init_timeout: Seconds,

    /// Seconds within which a message to a socket must have come, once it is begun; it may take a quarter more.
    #[arg(long, env = "CASHABLE_SOCKET_MESSAGE_TIMEOUT", value_name = "SECONDS", default_value_t = MESSAGE_TIMEOUT)]
    pub socket_message_timeout: Seconds,

    /// How many operations run over one socket at the same time; more are answered with RATE_LIMITED.
    #[arg(long, env = "CASHABLE_SOCKET_OPERATIONS", value_name = "COUNT", default_value_t = OPERATIONS, value_parser = at_least_one())]
    pub socket_operations: usize,

    /// KiB that a message to a socket may have.
    #[arg(long, env = "CASHABLE_SOCKET_MESSAGE_SIZE", value_name = "KIB", default_value_t = MESSAGE_SIZE, value_parser = at_least_one())]
    pub socket_message_size: usize,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self {
            streams: STREAMS,
            streams_each: STREAMS_EACH,
            stream_lifetime: LIFETIME,
            token_recheck: RECHECK,
            socket_init_timeout: INIT_TIMEOUT,
            socket_message_timeout: MESSAGE_TIMEOUT,
            socket_operations: OPERATIONS,
            socket_message_size: MESSAGE_SIZE,
        }
    }
}

fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=1 << 20)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Shell {
        #[command(flatten)]
        settings: StreamSettings,
    }

    #[test]
    fn the_defaults_that_are_told_are_those_that_hold() {
        let told = Shell::parse_from(["cashable"]).settings;
        assert_eq!(
            format!("{told:?}"),
            format!("{:?}", StreamSettings::default())
        );
    }
}
