//! What can go wrong, in business words: free of HTTP and GraphQL, with a message for the caller and a
//! cause for the log.

use sea_orm::{DbErr, RuntimeErr, SqlxError};

use crate::domain::Invalid;

/// What is told of a full disk, since whoever runs the program can do something about it.
const DISK_FULL: &str = "the disk of the database is full: nothing was changed";

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
    /// The schema is not the one that this program needs.
    #[error("{0}")]
    NotMigrated(String),
    /// A lease was lost to another process; its run writes no more (R18).
    #[error("the sync run lost its lease to another run")]
    LeaseLost,
    /// A platform that orders come from did not give what it was asked for.
    #[error("{0}")]
    Source(String),
    /// The database did not do it.
    #[error("{}", if is_disk_full(.0) { DISK_FULL } else { "the database failed" })]
    Database(#[from] DbErr),
    /// The database went away while it committed: the change may have been made.
    #[error(
        "the database went away while it kept the change: look whether it was made before repeating it"
    )]
    OutcomeUnknown(DbErr),
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

/// Whether the database had no room: SQLite's number and PostgreSQL's SQLSTATE.
fn is_disk_full(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))
    | DbErr::Conn(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    matches!(cause.as_ref(), SqlxError::Database(cause)
        if cause.code().is_some_and(|code| code == "13" || code == "53100"))
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
