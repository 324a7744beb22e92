//! What can go wrong while measuring ends the measuring, so one type of error is enough.

use std::error::Error;

/// What a step gives, or why there is nothing to measure.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
