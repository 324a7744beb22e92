//! What may be set of how much a request brings.

use clap::Args;
use clap::builder::RangedU64ValueParser;

/// How much a request to the API may bring.
#[derive(Args, Clone, Copy, Debug)]
pub struct Bodies {
    /// How long a request to the API may be.
    #[arg(
        long,
        env = "CASHABLE_MAX_BODY_BYTES",
        value_name = "BYTES",
        default_value_t = Self::default().max_body_bytes,
        value_parser = bytes()
    )]
    pub max_body_bytes: usize,

    /// How long one may be with an admin's token, whose imports are long.
    #[arg(
        long,
        env = "CASHABLE_MAX_ADMIN_BODY_BYTES",
        value_name = "BYTES",
        default_value_t = Self::default().max_admin_body_bytes,
        value_parser = bytes()
    )]
    pub max_admin_body_bytes: usize,

    /// How many JSON values a body, an address or a message to a socket may bring: numbers, texts, lists, objects.
    #[arg(
        long,
        env = "CASHABLE_MAX_JSON_VALUES",
        value_name = "COUNT",
        default_value_t = Self::default().max_json_values,
        value_parser = values()
    )]
    pub max_json_values: u64,

    /// How many a body may bring with an admin's token.
    #[arg(
        long,
        env = "CASHABLE_MAX_ADMIN_JSON_VALUES",
        value_name = "COUNT",
        default_value_t = Self::default().max_admin_json_values,
        value_parser = values()
    )]
    pub max_admin_json_values: u64,

    /// How many bytes of memory all those requests may take together that go past --max-body-bytes or
    /// --max-json-values; others wait.
    #[arg(
        long,
        env = "CASHABLE_HELD_BYTES",
        value_name = "BYTES",
        default_value_t = Self::default().held_bytes,
        value_parser = clap::value_parser!(u64).range(1 << 20..=1 << 40)
    )]
    pub held_bytes: u64,
}

impl Default for Bodies {
    /// An import of 5,000 orders has some 1.6 MB and 65,000 values, and ten times the bytes with long words.
    fn default() -> Self {
        Self {
            max_body_bytes: 256 << 10,
            max_admin_body_bytes: 16 << 20,
            max_json_values: 5_000,
            max_admin_json_values: 200_000,
            held_bytes: 128 << 20,
        }
    }
}

/// Less than a kilobyte has no room for a question, more than a gigabyte none in memory.
fn bytes() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1 << 10..=1 << 30)
}

fn values() -> RangedU64ValueParser<u64> {
    RangedU64ValueParser::new().range(10..=1 << 30)
}
