//! The way of every mutation: who asks, what it may do, and the change through the ledger's door.

use async_graphql::{Context, ID};
use entity::words::StatusActor;
use uuid::Uuid;

use crate::error::{self, Error, Refusal, RefusalCode};
use crate::graphql::errors::Result;
use crate::graphql::node_id::NodeKind;
use crate::graphql::reads::{app, reads, viewer};
use crate::ledger::{self, Author, Change};
use crate::sync::is_in_environment;

/// What became of a change: its outcome, or why it was refused.
pub(super) type Outcome<T> = std::result::Result<T, Refusal>;

/// Refuses whoever may not change anything.
pub(super) fn require_admin(ctx: &Context<'_>) -> Result<()> {
    Ok(viewer(ctx)?.require_admin()?)
}

/// Makes a change of the viewer's shop, once for each idempotency key.
pub(super) async fn write<C: Change>(
    ctx: &Context<'_>,
    actor: StatusActor,
    key: Option<String>,
    change: &C,
) -> Result<Outcome<C::Output>> {
    let viewer = viewer(ctx)?;
    viewer.require_admin()?;
    let author = Author::new(actor, viewer.name.clone()).once(viewer.token_id, key);
    reads(ctx)?.renew();
    outcome(ledger::write(app(ctx)?, viewer.shop_id, &author, change).await)
}

/// What became of a change that others make.
pub(super) fn outcome<T>(made: error::Result<T>) -> Result<Outcome<T>> {
    match made {
        Ok(output) => Ok(Ok(output)),
        Err(Error::Refused(refusal)) => Ok(Err(in_input(refusal))),
        Err(error) => Err(error.into()),
    }
}

/// The viewer as an admin who makes a change, once for each idempotency key.
pub(super) fn author_of(ctx: &Context<'_>, key: Option<String>) -> Result<Author> {
    let viewer = viewer(ctx)?;
    viewer.require_admin()?;
    let author = Author::new(StatusActor::Admin, viewer.name.clone());
    Ok(author.once(viewer.token_id, key))
}

/// A secret that is said itself. What stands in the server's environment belongs to whoever runs it, and not to the
/// admins of its shops: they could have any of it sent to an address of theirs.
pub(super) fn optional_secret(
    field: &'static str,
    secret: Option<String>,
) -> Outcome<Option<String>> {
    match secret {
        Some(secret) if is_in_environment(&secret) => {
            let message = "a secret in the server's environment is named by its command line alone";
            Err(invalid(field, message))
        }
        secret => Ok(secret),
    }
}

/// A refusal of one field of the input.
pub(super) fn invalid(field: &str, message: &str) -> Refusal {
    Refusal {
        code: RefusalCode::Invalid,
        message: message.to_owned(),
        field: Some(vec!["input".to_owned(), field.to_owned()]),
    }
}

/// The ledger knows fields by their names alone; callers are told where these are in their input.
pub(super) fn in_input(refusal: Refusal) -> Refusal {
    let path = |names: Vec<String>| {
        let outer = match names.first().map(String::as_str) {
            Some("factorPerOrder" | "limit") => &["input", "orderCountFactor"][..],
            _ => &["input"],
        };
        let outer = outer.iter().map(ToString::to_string);
        outer.chain(names).collect()
    };
    Refusal {
        field: refusal.field.map(path),
        ..refusal
    }
}

/// Makes a change as an admin.
pub(super) async fn write_as_admin<C: Change>(
    ctx: &Context<'_>,
    key: Option<String>,
    change: &C,
) -> Result<Outcome<C::Output>> {
    write(ctx, StatusActor::Admin, key, change).await
}

/// The row that an id of the input means. One of another shop is as though it were not there.
pub(super) fn row(
    ctx: &Context<'_>,
    kind: NodeKind,
    field: &str,
    id: &ID,
) -> Result<Outcome<Uuid>> {
    require_admin(ctx)?;
    let found = viewer(ctx)?.id_of(kind, id)?;
    Ok(found.ok_or_else(|| Refusal {
        code: RefusalCode::NotFound,
        message: format!("there is no such {}", kind.noun()),
        field: Some(vec!["input".to_owned(), field.to_owned()]),
    }))
}

/// The same for an id that may be left out.
pub(super) fn optional_row(
    ctx: &Context<'_>,
    kind: NodeKind,
    field: &str,
    id: Option<&ID>,
) -> Result<Outcome<Option<Uuid>>> {
    match id {
        Some(id) => Ok(row(ctx, kind, field, id)?.map(Some)),
        None => Ok(Ok(None)),
    }
}

/// Goes on with what was found, or answers why it was not.
macro_rules! found {
    ($outcome:expr) => {
        match $outcome {
            Ok(value) => value,
            Err(refusal) => return Ok(refusal.into()),
        }
    };
}
pub(super) use found;
