//! What can go wrong, in business words: free of HTTP and GraphQL, with a message for the caller and a
//! cause for the log.

use sea_orm::error::ConnAcquireErr;
use sea_orm::{DbErr, RuntimeErr, SqlxError};

use crate::domain::Invalid;

/// What is told of a full disk, since whoever runs the program can do something about it.
const DISK_FULL: &str = "the disk of the database is full: nothing was changed";

/// What is told of a statement that was ended: it is undone, and asking for less may help.
const TOO_SLOW: &str = "the database took too long: ask for less at a time, or later";
/// What a run says that was cut off so that the program could end.
pub const STOPPED: &str = "the program was stopped: the next run goes on";

/// The result of everything that can go wrong.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller can do something about it in honest use.
    #[error("{0}")]
    Refused(Refusal),
    /// The question itself is malformed.
    #[error("{0}")]
    BadInput(String),
    /// There is no valid token.
    #[error("{0}")]
    Unauthenticated(String),
    /// The token's role does not reach that far.
    #[error("{0}")]
    Forbidden(String),
    /// It asks for more than one operation may.
    #[error("{0}")]
    TooComplex(String),
    /// Nothing was begun: there is too much of it just now.
    #[error("{message}; ask again in {retry_after} s")]
    RateLimited {
        /// Of what there is too much.
        message: String,
        /// After how many seconds it is worth asking again.
        retry_after: u64,
    },
    /// It took too long.
    #[error("{0}")]
    TimedOut(String),
    /// The schema is not the one that this program needs.
    #[error("{0}")]
    NotMigrated(String),
    /// A lease was lost to another process; its run writes no more (R18).
    #[error("the sync run lost its lease to another run")]
    LeaseLost,
    /// A platform that orders come from did not give what it was asked for.
    #[error("{0}")]
    Source(String),
    /// The program is about to end (R19: the next run makes it good).
    #[error("{STOPPED}")]
    Stopped,
    /// The database did not do it.
    #[error("{}", told_of(.0))]
    Database(#[from] DbErr),
    /// The database went away while it committed: the change may have been made.
    #[error(
        "the database went away while it kept the change: look whether it was made before repeating it"
    )]
    OutcomeUnknown(#[source] DbErr),
    /// Something that should not be possible.
    #[error("{0}")]
    Unexpected(String),
}

/// A refusal in honest use: what the API tells as a user error.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Refusal {
    /// What kind of refusal.
    pub code: RefusalCode,
    /// A sentence that says what was wrong with what.
    pub message: String,
    /// The path of the input field.
    pub field: Option<Vec<String>>,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalCode {
    /// It is not there, or not for the caller to see.
    NotFound,
    /// A value cannot be taken.
    Invalid,
    /// The row has moved on since the caller read it.
    VersionConflict,
    /// It has that status and that pin already.
    SameStatus,
    /// There is no override to release.
    NotPinned,
    /// The commission is final or pinned and stays with its affiliate.
    AffiliateLocked,
    /// The same thing is there already.
    Duplicate,
    /// The shop's sync is off.
    SyncDisabled,
    /// More than one call may carry.
    TooMany,
    /// The key was used for another request.
    IdempotencyKeyReused,
}

impl RefusalCode {
    /// The code in the API's spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "NOT_FOUND",
            Self::Invalid => "INVALID",
            Self::VersionConflict => "VERSION_CONFLICT",
            Self::SameStatus => "SAME_STATUS",
            Self::NotPinned => "NOT_PINNED",
            Self::AffiliateLocked => "AFFILIATE_LOCKED",
            Self::Duplicate => "DUPLICATE",
            Self::SyncDisabled => "SYNC_DISABLED",
            Self::TooMany => "TOO_MANY",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

fn told_of(error: &DbErr) -> &'static str {
    if is_disk_full(error) {
        DISK_FULL
    } else if is_timeout(error) {
        TOO_SLOW
    } else {
        "the database failed"
    }
}

/// Whether the database had no room: SQLite's number and PostgreSQL's SQLSTATE.
fn is_disk_full(error: &DbErr) -> bool {
    has_code(error, &["13", "53100"])
}

/// Whether PostgreSQL ended a statement that took longer than it may, or no connection was free for too long.
fn is_timeout(error: &DbErr) -> bool {
    has_code(error, &["57014"])
        || matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
}

fn has_code(error: &DbErr, codes: &[&str]) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    matches!(cause.as_ref(), SqlxError::Database(cause)
        if cause.code().is_some_and(|code| codes.contains(&&*code)))
}

impl Error {
    /// What a caller may be told of an error that is ours.
    #[must_use]
    pub fn told_to_all(&self) -> Option<&'static str> {
        match self {
            Self::Database(cause) if is_disk_full(cause) => Some(DISK_FULL),
            _ => None,
        }
    }

    /// Whether the database was told to stop since it took too long.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Database(cause) if is_timeout(cause))
    }

    /// With all its causes, for the log. Databases tell in their details, which this leaves out, what stands in
    /// the rows.
    #[must_use]
    pub fn in_full(&self) -> String {
        let mut words = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let told = error.to_string();
            // Some repeat their cause, others leave it to whoever writes it down.
            if !words.ends_with(&told) {
                words = format!("{words}: {told}");
            }
            cause = error.source();
        }
        words
    }

    /// A refusal without a field.
    pub fn refused(code: RefusalCode, message: impl Into<String>) -> Self {
        Self::Refused(Refusal {
            code,
            message: message.into(),
            field: None,
        })
    }

    /// A refusal of one input field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Refused(Refusal {
            code: RefusalCode::Invalid,
            message: message.into(),
            field: Some(vec![field.to_owned()]),
        })
    }

    /// There is no such thing, or not for this caller.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::refused(RefusalCode::NotFound, format!("there is no such {what}"))
    }
}

impl From<Invalid> for Refusal {
    fn from(invalid: Invalid) -> Self {
        Self {
            code: RefusalCode::Invalid,
            message: invalid.message,
            field: Some(vec![invalid.field.to_owned()]),
        }
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Refused(invalid.into())
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
