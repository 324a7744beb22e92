//! Whether a platform can be read, and in plain words what is wrong where it cannot.

use entity::order_source;
use tokio::time::timeout;

use super::connecting::{asking, check};
use crate::app::App;
use crate::error::{Error, Result};
use crate::sources::{SourceError, kind_of};

/// How far a platform's clock may be off, in milliseconds. By more than that its webhooks are soon taken for old
/// ones, and its times of change for later ones.
const CLOCK_MAY_DIFFER: i64 = 2 * 60_000;

/// How a platform was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCheck {
    /// What is wrong; unset where orders can be read.
    pub problem: Option<SourceProblem>,
    /// That it is well, or what is wrong and what to do about it.
    pub message: String,
    /// By how many seconds its clock is ahead of ours; unset where it does not tell.
    pub clock_ahead: Option<i64>,
}

/// What can be wrong with a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceProblem {
    /// Nobody answers at the address, or it is not the platform that does, or it may not be asked.
    Address,
    /// The connection cannot be trusted.
    Tls,
    /// The credentials are wrong, or their secret is not at hand.
    Credentials,
    /// The credentials are right, and may not read orders.
    Permission,
    /// One of the clocks is wrong.
    Time,
    /// What else was said of the platform does not do.
    Settings,
    /// The platform fails, or is busy.
    Platform,
}

impl SourceProblem {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Tls => "TLS",
            Self::Credentials => "credentials",
            Self::Permission => "permission",
            Self::Time => "time",
            Self::Settings => "settings",
            Self::Platform => "platform",
        }
    }
}

/// Asks a platform the least that shows whether orders can be read, for as long as a check may take. Refused while
/// another source of the shop is being tried, or too many are.
pub async fn check_source(app: &App, row: &order_source::Model) -> Result<SourceCheck> {
    let _check = app.checks.begin(row.shop_id, app.reach.check_within)?;
    Ok(found(app, row).await)
}

async fn found(app: &App, row: &order_source::Model) -> SourceCheck {
    let (title, is_asked) = match kind_of(&row.kind) {
        Ok(kind) => (kind.title, kind.pull.is_some()),
        Err(unknown) => return SourceCheck::wrong(SourceProblem::Settings, unknown.message),
    };
    if let Err(error) = check(app, row) {
        return SourceCheck::unusable(&error);
    }
    if !is_asked {
        return SourceCheck::well(format!(
            "{title} pushes its orders: there is nothing to ask"
        ));
    }
    let mut asking = match asking(app, row) {
        Ok(asking) => asking,
        Err(error) => return SourceCheck::unusable(&error),
    };
    let within = app.reach.check_within;
    let probed = timeout(within, asking.probe()).await;
    let probed = probed.unwrap_or(Err(SourceError::Slow(within)));
    let there = asking.http().date();
    let ahead = there.map(|there| there.0 - app.clock.now().0);
    let check = match probed {
        Err(error) => SourceCheck::failed(&error, title),
        Ok(()) => SourceCheck::timed(ahead),
    };
    SourceCheck {
        clock_ahead: ahead.map(|millis| millis / 1_000),
        ..check
    }
}

impl SourceCheck {
    fn well(message: String) -> Self {
        Self {
            problem: None,
            message,
            clock_ahead: None,
        }
    }

    fn wrong(problem: SourceProblem, message: String) -> Self {
        Self {
            problem: Some(problem),
            ..Self::well(message)
        }
    }

    /// What is stored of it does not do (any more).
    fn unusable(error: &Error) -> Self {
        let field = match error {
            Error::Refused(refusal) => refusal.field.as_ref().and_then(|path| path.first()),
            _ => None,
        };
        let problem = match field.map(String::as_str) {
            Some("address") => SourceProblem::Address,
            Some("settings" | "kind") => SourceProblem::Settings,
            _ => SourceProblem::Credentials,
        };
        Self::wrong(problem, error.to_string())
    }

    fn failed(error: &SourceError, title: &str) -> Self {
        let problem = match error {
            SourceError::Address(_) | SourceError::Absent(_) => SourceProblem::Address,
            SourceError::Tls(_) => SourceProblem::Tls,
            SourceError::Credentials(_) => SourceProblem::Credentials,
            SourceError::Permission(_) => SourceProblem::Permission,
            SourceError::Slow(_) | SourceError::Busy { .. } | SourceError::Failed(_) => {
                SourceProblem::Platform
            }
            // The question is one that every such platform answers.
            SourceError::Unreadable(_) | SourceError::Refused(_) => {
                let message = format!("{error}; is it {title} that answers at this address?");
                return Self::wrong(SourceProblem::Address, message);
            }
        };
        Self::wrong(problem, error.to_string())
    }
    /// Orders can be read; whether the clocks agree.
    fn timed(ahead: Option<i64>) -> Self {
        match ahead {
            Some(ahead) if ahead.abs() > CLOCK_MAY_DIFFER => {
                let way = if ahead > 0 { "ahead of" } else { "behind" };
                let seconds = ahead.abs() / 1_000;
                let message = format!(
                    "orders can be read, but the platform's clock is {seconds} seconds {way} ours: one of them is wrong"
                );
                Self::wrong(SourceProblem::Time, message)
            }
            _ => Self::well("orders can be read".to_owned()),
        }
    }
}
