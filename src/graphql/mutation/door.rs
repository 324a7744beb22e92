//! The way of every mutation: who asks, what it may do, and the change through the ledger's door.

use async_graphql::{Context, ID};
use entity::words::StatusActor;
use uuid::Uuid;

use crate::error::{self, Error, Refusal, RefusalCode};
use crate::graphql::errors::Result;
use crate::graphql::node_id::NodeKind;
use crate::graphql::reads::{app, reads, viewer};
use crate::ledger::{self, Author, Change};

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

/// Tells a refusal from what the caller can do nothing about.
pub(super) fn outcome<T>(result: error::Result<T>) -> Result<Outcome<T>> {
    match result {
        Ok(output) => Ok(Ok(output)),
        Err(Error::Refused(refusal)) => Ok(Err(in_input(refusal))),
        Err(error) => Err(error.into()),
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
