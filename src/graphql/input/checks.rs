//! What several inputs have in common.

use async_graphql::{Context, ID};
use entity::Day;
use uuid::Uuid;

use crate::domain::text::MAX_SHORT;
use crate::error::{Error, Result};
use crate::graphql::node_id::NodeKind;
use crate::graphql::reads::{reads, viewer};
use crate::graphql::scalars::Date;
use crate::reports::{self, DayRange};

/// Days from one to the other, by the names of the two inputs.
pub fn days(names: (&str, &str), from: Option<Date>, to: Option<Date>) -> Result<DayRange> {
    let day = |date: Date| -> Day { date.0 };
    let (from, to) = (from.map(day), to.map(day));
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        let (first, last) = names;
        return Err(Error::BadInput(format!("{first} must not be after {last}")));
    }
    Ok(DayRange { from, to })
}

/// Text to look for. What is stored is no longer and has no control characters, and PostgreSQL cannot take all
/// of them.
pub fn text(name: &str, text: String) -> Result<String> {
    if text.chars().count() > MAX_SHORT {
        let message = format!("{name} must have at most {MAX_SHORT} characters");
        return Err(Error::BadInput(message));
    }
    if text.contains(char::is_control) {
        let message = format!("{name} must not contain control characters");
        return Err(Error::BadInput(message));
    }
    Ok(text)
}

/// The same where it may be left out.
pub fn optional_text(name: &str, given: Option<String>) -> Result<Option<String>> {
    given.map(|it| text(name, it)).transpose()
}

/// The affiliate to filter by, which must be there for the viewer to see.
pub async fn require_affiliate(ctx: &Context<'_>, id: &ID) -> Result<Uuid> {
    let viewer = viewer(ctx)?;
    let not_there = || NodeKind::Affiliate.not_there();
    let id = viewer
        .id_of(NodeKind::Affiliate, id)?
        .ok_or_else(not_there)?;
    let db = reads(ctx)?.db().await?;
    let found = reports::find_affiliate(&db, viewer.scope(), id).await?;
    found.map(|it| it.id).ok_or_else(not_there)
}

/// The order to filter by, which must be there for the viewer to see.
pub(super) async fn require_order(ctx: &Context<'_>, id: &ID) -> Result<Uuid> {
    let viewer = viewer(ctx)?;
    let not_there = || NodeKind::Order.not_there();
    let id = viewer.id_of(NodeKind::Order, id)?.ok_or_else(not_there)?;
    let db = reads(ctx)?.db().await?;
    let found = reports::find_order(&db, viewer.scope(), id).await?;
    found.map(|it| it.id).ok_or_else(not_there)
}
