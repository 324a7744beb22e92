//! Waiting between questions: an argument, so that tests see how long the program would wait and do not.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How the program waits.
#[derive(Clone, Debug, Default)]
pub enum Pauses {
    /// It does.
    #[default]
    Taken,
    /// It only notes for how long.
    Noted(Arc<Mutex<Vec<Duration>>>),
}

impl Pauses {
    /// Waits for so long.
    pub async fn pause(&self, length: Duration) {
        match self {
            Self::Taken => tokio::time::sleep(length).await,
            Self::Noted(noted) => {
                let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
                noted.push(length);
            }
        }
    }
}
