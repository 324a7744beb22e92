//! Why pulling from a platform ended early, and whose business that is.

use std::future::Future;

use crate::app::App;
use crate::domain::text;
use crate::error::{Error, RefusalCode};
use crate::sources::SourceError;

/// How long a reason is at most, in characters: a platform has its say in it.
pub const REASON: usize = 500;

/// Why pulling from a platform ended early.
#[derive(Debug)]
pub enum Stopped {
    /// The platform did not give what it was asked for.
    Theirs(SourceError),
    /// What is stored of it does not do (any more).
    Unusable(String),
    /// It was disconnected meanwhile, or is asked elsewhere or read by other settings since.
    Disconnected,
    /// Something of ours, which ends the whole run.
    Ours(Error),
}

impl Stopped {
    /// What an admin can do something about; the run fails with it.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Theirs(error) => Some(text::shown(&error.to_string(), REASON)),
            Self::Unusable(why) => Some(text::shown(why, REASON)),
            Self::Disconnected | Self::Ours(_) => None,
        }
    }
}

/// What a platform answers, unless the program is to end: then nothing is asked any more, nor waited for. What was
/// stored stays, and the next run goes on from there (R19).
pub async fn unless_ending<T>(
    app: &App,
    asked: impl Future<Output = Result<T, SourceError>>,
) -> Result<T, Stopped> {
    tokio::select! {
        biased;
        () = app.stop.asked() => Err(Stopped::Ours(Error::Stopped)),
        answer = asked => Ok(answer?),
    }
}

impl From<SourceError> for Stopped {
    fn from(error: SourceError) -> Self {
        Self::Theirs(error)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        match &error {
            Error::Refused(refusal) if refusal.code == RefusalCode::NotFound => Self::Disconnected,
            _ => Self::Ours(error),
        }
    }
}
