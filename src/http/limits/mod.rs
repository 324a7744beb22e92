//! What stands before every operation, whichever way it comes: a text that is short enough is parsed, a document
//! that is small enough is run, for those who have points left, not too many at a time and not for ever.
//!
//! All of it comes before execution, since work that never waits cannot be interrupted.

mod admission;
mod answered;
mod arguments;
mod bucket;
mod cost;
mod door;
mod events;
mod excess;
mod forwarded;
mod good_tokens;
mod guesses;
mod limited;
mod parsed;
mod price;
mod rates;
mod settings;
mod tally;
mod text;
mod turns;
mod walk;
mod work;

pub use self::answered::Answered;
pub use self::door::Door;
pub use self::forwarded::look_through;
pub use self::guesses::Guesses;
pub use self::limited::Limited;
pub use self::settings::{DocumentLimits, RateLimits, WorkLimits};
