//! What may be set of the limits. Every default lets through whatever the page at `/`, the demo and large
//! dashboards ask.

use std::num::NonZeroU64;
use std::time::Duration;

use clap::Args;

/// What a document may hold before it is run. Counts are those of the whole document, with each fragment
/// counted wherever it is spread.
#[derive(Args, Clone, Debug)]
pub struct DocumentLimits {
    /// How long the text of a document may be, in bytes.
    #[arg(long, env = "CASHABLE_MAX_TEXT_BYTES", value_name = "BYTES", default_value_t = Self::DEFAULT.max_text_bytes, value_parser = count)]
    pub max_text_bytes: NonZeroU64,
    /// How deep brackets and fragments may nest in a document: 1 to 32, which is as deep as anything is run.
    #[arg(long, env = "CASHABLE_MAX_NESTING", value_name = "LEVELS", default_value_t = Self::DEFAULT.max_nesting, value_parser = clap::value_parser!(u64).range(1..=32))]
    pub max_nesting: u64,
    /// How deep fields may nest: an introspection by the usual tools needs 15.
    #[arg(long, env = "CASHABLE_MAX_DEPTH", value_name = "LEVELS", default_value_t = Self::DEFAULT.max_depth, value_parser = count)]
    pub max_depth: NonZeroU64,
    /// How many fields a document may select.
    #[arg(long, env = "CASHABLE_MAX_FIELDS", value_name = "COUNT", default_value_t = Self::DEFAULT.max_fields, value_parser = count)]
    pub max_fields: NonZeroU64,
    /// How many fields a document may select of the roots: queries, mutations and subscriptions.
    #[arg(long, env = "CASHABLE_MAX_ROOT_FIELDS", value_name = "COUNT", default_value_t = Self::DEFAULT.max_root_fields, value_parser = count)]
    pub max_root_fields: NonZeroU64,
    /// How many aliases a document may give.
    #[arg(long, env = "CASHABLE_MAX_ALIASES", value_name = "COUNT", default_value_t = Self::DEFAULT.max_aliases, value_parser = count)]
    pub max_aliases: NonZeroU64,
    /// How many directives a document may carry.
    #[arg(long, env = "CASHABLE_MAX_DIRECTIVES", value_name = "COUNT", default_value_t = Self::DEFAULT.max_directives, value_parser = count)]
    pub max_directives: NonZeroU64,
    /// How many fragments a document may define, and how often it may spread them or write them in place.
    #[arg(long, env = "CASHABLE_MAX_FRAGMENTS", value_name = "COUNT", default_value_t = Self::DEFAULT.max_fragments, value_parser = count)]
    pub max_fragments: NonZeroU64,
    /// How many operations a document may hold, of which one is run.
    #[arg(long, env = "CASHABLE_MAX_OPERATIONS", value_name = "COUNT", default_value_t = Self::DEFAULT.max_operations, value_parser = count)]
    pub max_operations: NonZeroU64,
    /// What an operation may cost, in points: one for each value that its answer may hold.
    #[arg(long, env = "CASHABLE_MAX_COST", value_name = "POINTS", default_value_t = Self::DEFAULT.max_cost, value_parser = count)]
    pub max_cost: NonZeroU64,
}

impl DocumentLimits {
    const DEFAULT: Self = Self {
        max_text_bytes: whole(16 << 10),
        max_nesting: 32,
        max_depth: whole(16),
        max_fields: whole(1_000),
        max_root_fields: whole(20),
        max_aliases: whole(50),
        max_directives: whole(50),
        max_fragments: whole(200),
        max_operations: whole(10),
        max_cost: whole(100_000),
    };
}

impl Default for DocumentLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What the bearer of a token may ask for at one address, in points of cost.
#[derive(Args, Clone, Debug)]
pub struct RateLimits {
    /// How many points each token may spend at once from each address.
    #[arg(long, env = "CASHABLE_RATE_CAPACITY", value_name = "POINTS", default_value_t = Self::DEFAULT.rate_capacity, value_parser = count)]
    pub rate_capacity: NonZeroU64,
    /// How many points come back each second.
    #[arg(long, env = "CASHABLE_RATE_REFILL", value_name = "POINTS", default_value_t = Self::DEFAULT.rate_refill, value_parser = count)]
    pub rate_refill: NonZeroU64,
    /// How many proxies of yours stand in front: so many addresses from the right of X-Forwarded-For are
    /// believed.
    #[arg(long, env = "CASHABLE_TRUSTED_PROXIES", value_name = "COUNT", default_value_t = Self::DEFAULT.trusted_proxies)]
    pub trusted_proxies: u8,
}

impl RateLimits {
    const DEFAULT: Self = Self {
        rate_capacity: whole(1_000_000),
        rate_refill: whole(100_000),
        trusted_proxies: 0,
    };
}

impl Default for RateLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How much is worked on at a time, and for how long.
#[derive(Args, Clone, Debug)]
pub struct WorkLimits {
    /// How many queries, mutations and events of subscriptions are worked on at a time; others wait for their turn.
    #[arg(long, env = "CASHABLE_MAX_CONCURRENT", value_name = "COUNT", default_value_t = Self::DEFAULT.max_concurrent, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub max_concurrent: u32,
    /// How long to wait for a turn before one is refused, in seconds.
    #[arg(long, env = "CASHABLE_TURN_SECONDS", value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub turn_seconds: Duration,
    /// How long a query may take before it is given up, a mutation before its caller is told to look later, and an
    /// event before its subscription ends, in seconds.
    #[arg(long, env = "CASHABLE_OPERATION_SECONDS", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub operation_seconds: Duration,
    /// How long PostgreSQL may take for a statement that reads, in seconds.
    #[arg(long, env = "CASHABLE_STATEMENT_SECONDS", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub statement_seconds: Duration,
}

impl WorkLimits {
    const DEFAULT: Self = Self {
        max_concurrent: 64,
        turn_seconds: Duration::from_secs(5),
        operation_seconds: Duration::from_secs(30),
        statement_seconds: Duration::from_secs(30),
    };
}

impl Default for WorkLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

const fn whole(number: u64) -> NonZeroU64 {
    match NonZeroU64::new(number) {
        Some(number) => number,
        None => NonZeroU64::MIN,
    }
}

fn count(text: &str) -> Result<NonZeroU64, String> {
    text.parse()
        .map_err(|_| "it must be a whole number, 1 or more".to_owned())
}

/// Up to a day, and no less than a thousandth of a second, which is as fine as PostgreSQL counts.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    let seconds = seconds.filter(|it| (0.001..=86_400.0).contains(it));
    let seconds =
        seconds.ok_or("it must be a number of seconds from 0.001 to 86400, such as 30")?;
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Default, Parser)]
    struct All {
        #[command(flatten)]
        document: DocumentLimits,
        #[command(flatten)]
        rate: RateLimits,
        #[command(flatten)]
        work: WorkLimits,
    }

    #[test]
    fn what_is_not_set_is_the_default() {
        let parsed = All::parse_from(["cashable"]);
        assert_eq!(format!("{parsed:?}"), format!("{:?}", All::default()));
    }

    #[test]
    fn seconds_may_have_fractions_and_ends() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        for bad in ["0", "-1", "NaN", "inf", "86401", "1s", ""] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
