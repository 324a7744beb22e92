//! `POST /hooks/feed/{source}`: a product feed was made, so that the shop is synced (R17). The secret comes as
//! `Authorization: Bearer …`, or as `X-Cashable-Secret`.

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use entity::order_source;
use entity::words::{StatusActor, SyncTrigger};
use serde_json::json;

use super::Hooks;
use crate::error::{Error, RefusalCode};
use crate::graphql::{NodeKind, encode};
use crate::http::bearer;
use crate::http::media::MediaType;
use crate::http::refused::Refused;
use crate::ledger::Author;
use crate::sources::Secret;
use crate::sync;

/// The header for those who cannot send the usual one.
const SECRET: &str = "x-cashable-secret";

/// Answers with the run, at once.
pub(super) async fn receive(
    State(hooks): State<Hooks>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let answer = start(&hooks, &id, &parts).await;
    answer.unwrap_or_else(|refused| refused.answer(MediaType::Json))
}

async fn start(hooks: &Hooks, id: &str, request: &Parts) -> Result<Response, Refused> {
    let stranger = hooks.meet(&request.extensions)?;
    let row = hooks.require(stranger, id).await?;
    let headers = &request.headers;
    let plain = || headers.get(SECRET)?.to_str().ok();
    let secret = bearer::in_headers(headers)
        .or_else(plain)
        .unwrap_or_default();
    if !hooks.is_proved(stranger, &row, &Secret::new(secret))? {
        let message = "send the source's webhook secret: Authorization: Bearer …".to_owned();
        return Err(Error::Unauthenticated(message).into());
    }
    run(hooks, &row).await
}

/// R18: while a run is under way, that one is the answer.
async fn run(hooks: &Hooks, row: &order_source::Model) -> Result<Response, Refused> {
    if !row.enabled {
        return Err(Refused::conflict(
            "SYNC_DISABLED",
            "the source is switched off",
        ));
    }
    let author = Author::new(StatusActor::Sync, format!("feed of {}", row.name));
    let asked = sync::request(&hooks.app, row.shop_id, &author, SyncTrigger::Feed, false).await;
    let queued = asked.map_err(|error| match error {
        Error::Refused(refusal) if refusal.code == RefusalCode::SyncDisabled => {
            Refused::conflict(refusal.code.as_str(), refusal.message)
        }
        error => error.into(),
    })?;
    let run = encode(NodeKind::SyncRun, row.shop_id, queued.run.id);
    let (status, word) = if queued.already_running {
        (StatusCode::OK, "running")
    } else {
        sync::spawn(&hooks.app, queued.run);
        (StatusCode::ACCEPTED, "started")
    };
    Ok((status, Json(json!({ "status": word, "run": run }))).into_response())
}
