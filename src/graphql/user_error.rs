//! User errors: what a caller can run into in honest use, told as data in a mutation's payload.

use async_graphql::{Enum, SimpleObject};

use crate::error::{Refusal, RefusalCode};

/// Why a mutation did not do what it was asked to, wholly or in part. Nothing went wrong in the server: the
/// caller, or the person in front of the screen, can do something about it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(serial)]
pub struct UserError {
    /// What kind of refusal it is, for programs.
    code: UserErrorCode,
    /// A sentence that says what was wrong with what, for people.
    message: String,
    /// The path of the input field at fault, which begins with `input`; null where no single field is.
    field: Option<Vec<String>>,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "RefusalCode")]
pub enum UserErrorCode {
    /// It is not there, or not for the caller to see.
    NotFound,
    /// A value cannot be taken; the message says why.
    Invalid,
    /// The row has moved on since the caller read it: read it again and decide anew.
    VersionConflict,
    /// The transaction has that status and that pin already.
    SameStatus,
    /// The transaction has no override to release.
    NotPinned,
    /// The commission is final or pinned and stays with its affiliate; the rest of the report was taken.
    AffiliateLocked,
    /// The same thing is there already.
    Duplicate,
    /// The shop's sync is off; an admin turns it on in the settings.
    SyncDisabled,
    /// More than one call may carry: cut it into several.
    TooMany,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: refusal.code.into(),
            message: refusal.message,
            field: refusal.field,
        }
    }
}
