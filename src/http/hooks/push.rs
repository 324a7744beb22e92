//! `POST /sync/orders`: orders as add-ons for REES46 push them, with the shop's id and secret in the body. They are
//! answered in the add-ons' own words, and told what was wrong with which order.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::{ACCEPT, HeaderValue, RETRY_AFTER};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use entity::order_source;
use serde::Serialize;

use super::{Hooks, Pusher, Stranger};
use crate::error::{Error, Refusal};
use crate::http::intake::read_at_most;
use crate::http::refused::{Refused, RefusedAs};
use crate::http::streams::Full;
use crate::ledger::{FailedRow, ImportCounts};
use crate::sources::rees46::{self, Push};
use crate::sync::receive_push;

/// How many bytes a push may have: 5,000 orders of 2 kB each.
const MOST_BYTES: usize = 10 << 20;
/// What is told of a wrong secret as of a shop that is not there.
const NOT_FOUND: &str =
    "Shop not found: shop_id must be the id of its source here, and shop_secret its webhook secret";

/// Answers a push.
pub(super) async fn receive(State(hooks): State<Hooks>, request: Request) -> Response {
    answer(&hooks, None, request).await
}

/// Answers a push whose path names its source, so that it need not wait for strangers.
pub(super) async fn receive_named(
    State(hooks): State<Hooks>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    answer(&hooks, Some(&id), request).await
}

async fn answer(hooks: &Hooks, named: Option<&str>, request: Request) -> Response {
    let reply = Reply::wanted(&request);
    match take_in(hooks, named, request).await {
        Ok(counts) => reply.of(&counts),
        Err(refused) => reply.refusing(&refused),
    }
}

async fn take_in(
    hooks: &Hooks,
    named: Option<&str>,
    request: Request,
) -> Result<ImportCounts, Refused> {
    let stranger = hooks.meet(request.extensions())?;
    let named = match named {
        Some(id) => Some(pusher(hooks, stranger, id).await?),
        None => None,
    };
    let place = match &named {
        Some(row) => hooks.named_pushes.take(Pusher::Source(row.shop_id, row.id)),
        None => hooks.pushes.take(Pusher::At(stranger.0)),
    };
    let _place = place.map_err(full)?;
    let body = read_at_most(MOST_BYTES, request).await?;
    let push = Push::read(&body).map_err(|why| {
        Refused::unreadable(format!(
            "the body must be JSON with shop_id, shop_secret and orders: {why}"
        ))
    })?;
    let row = prove(hooks, stranger, named, &push).await?;
    let orders = push.orders(row.settings.clone());
    let orders = orders.map_err(|invalid| Refused::unreadable(invalid.message))?;
    let counts = receive_push(&hooks.app, &row, orders).await;
    counts.map_err(|error| match error {
        Error::Refused(refusal) => Refused::conflict(refusal.code.as_str(), refusal.message),
        error => error.into(),
    })
}

/// The source that a push proves to come from, which is the one that its path names, where it names one.
async fn prove(
    hooks: &Hooks,
    stranger: Stranger,
    named: Option<order_source::Model>,
    push: &Push<'_>,
) -> Result<order_source::Model, Refused> {
    let row = pusher(hooks, stranger, push.shop_id()).await?;
    let is_other = |named: order_source::Model| (named.shop_id, named.id) != (row.shop_id, row.id);
    if named.is_some_and(is_other) {
        hooks.guesses.count(stranger.0);
        return Err(not_found());
    }
    if hooks.is_proved(stranger, &row, &push.secret())? {
        Ok(row)
    } else {
        Err(not_found())
    }
}

/// The source with this id, if it pushes. One that is not there counts like a wrong secret.
async fn pusher(
    hooks: &Hooks,
    stranger: Stranger,
    id: &str,
) -> Result<order_source::Model, Refused> {
    let found = hooks.find(id).await?;
    found
        .filter(|row| row.kind == rees46::KIND.name)
        .ok_or_else(|| {
            hooks.guesses.count(stranger.0);
            not_found()
        })
}

fn not_found() -> Refused {
    Error::Unauthenticated(NOT_FOUND.to_owned()).into()
}

fn full(full: Full) -> Refused {
    let status = match full {
        Full::Server => StatusCode::SERVICE_UNAVAILABLE,
        Full::Token => StatusCode::TOO_MANY_REQUESTS,
    };
    Refused::too_many(status, "too many pushes at a time: come again later")
}

/// In which form somebody wants to be answered.
#[derive(Clone, Copy)]
enum Reply {
    Json,
    /// `OK`, which old add-ons compare the whole answer with.
    Text,
}

impl Reply {
    fn wanted(request: &Request) -> Self {
        let accepted = request.headers().get(ACCEPT);
        let accepts_text = accepted.is_some_and(|it| it.as_bytes().starts_with(b"text/plain"));
        if accepts_text || asks_for_text(request.uri()) {
            Self::Text
        } else {
            Self::Json
        }
    }

    fn of(self, counts: &ImportCounts) -> Response {
        match self {
            Self::Json => Json(Told::success(counts)).into_response(),
            Self::Text => text_of(&counts.failed).into_response(),
        }
    }

    fn refusing(self, refused: &Refused) -> Response {
        let (status, retry_after) = (refused.status(), refused.retry_after());
        let reason: RefusedAs = refused.reason();
        let message = refused.message();
        let answer = match self {
            Self::Json => {
                let payload = Refusing { message };
                Json(Told {
                    status: "error",
                    payload,
                })
                .into_response()
            }
            Self::Text => message.to_owned().into_response(),
        };
        let mut response = (status, answer).into_response();
        response.extensions_mut().insert(reason);
        if let Some(seconds) = retry_after {
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// `OK` where all were taken, whatever was left out of some.
fn text_of(failed: &[FailedRow]) -> String {
    let refused: Vec<_> = failed.iter().filter(|row| !row.taken).collect();
    if refused.is_empty() {
        return "OK".to_owned();
    }
    let line =
        |row: &&FailedRow| format!("{}: {}\n", row.external_id, in_their_words(&row.refusal));
    let lines: String = refused.iter().map(line).collect();
    format!("{} orders were not taken\n{lines}", refused.len())
}

fn asks_for_text(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    query.split('&').any(|pair| pair == "format=text")
}

/// An answer in the add-ons' words.
#[derive(Serialize)]
struct Told<P> {
    status: &'static str,
    payload: P,
}

#[derive(Serialize)]
struct Counted<'a> {
    created: u64,
    changed: u64,
    unchanged: u64,
    stale: u64,
    failed: Vec<Failed<'a>>,
}

#[derive(Serialize)]
struct Failed<'a> {
    index: usize,
    id: &'a str,
    code: &'static str,
    message: String,
    taken: bool,
}

#[derive(Serialize)]
struct Refusing<'a> {
    message: &'a str,
}

impl<'a> Told<Counted<'a>> {
    fn success(counts: &'a ImportCounts) -> Self {
        let failed = counts.failed.iter().map(|row| Failed {
            index: row.index,
            id: &row.external_id,
            code: row.refusal.code.as_str(),
            message: in_their_words(&row.refusal),
            taken: row.taken,
        });
        let payload = Counted {
            created: counts.created,
            changed: counts.changed,
            unchanged: counts.unchanged,
            stale: counts.stale,
            failed: failed.collect(),
        };
        Self {
            status: "success",
            payload,
        }
    }
}

/// The ledger knows its fields by other names than add-ons do.
fn in_their_words(refusal: &Refusal) -> String {
    let field = refusal.field.as_ref().and_then(|path| path.last());
    let theirs = match field.map(String::as_str) {
        Some("externalId") => ("externalId", "id"),
        Some("nativeStatus") => ("nativeStatus", "status"),
        Some("placedAt") => ("placedAt", "date"),
        Some("total") => ("total", "value"),
        _ => return refusal.message.clone(),
    };
    refusal.message.replace(theirs.0, theirs.1)
}
