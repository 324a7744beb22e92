//! GraphQL as Cashable answered it before it had limits: a token is looked up, a body read, and whatever it asks
//! is run. Held against Cashable, it shows what the limits cost.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use cashable::app::App;
use cashable::clock::Clock;
use cashable::graphql::{Schema, Sighting, Viewer, schema};
use cashable::http::Execution;
use cashable::{ledger, reports};
use serde::Deserialize;

use async_graphql::{Executor, Request, Variables};

use crate::failed;

/// The schema without limits.
#[derive(Clone)]
struct Before {
    app: App,
    execution: Execution<Schema>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    query: String,
    operation_name: Option<String>,
    #[serde(default)]
    variables: Variables,
}

type Refused = (StatusCode, String);

/// The one route.
pub async fn routes(url: &str) -> Result<Router, cashable::error::Error> {
    let app = App::open(url, Clock::Machine).await?;
    let execution = Execution::new(app.clone(), schema());
    let before = Before { app, execution };
    Ok(Router::new()
        .route("/graphql", post(answer))
        .with_state(before))
}

async fn answer(
    State(before): State<Before>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let (viewer, sighting) = identify(&before.app, &headers).await?;
    let asked: Asked = serde_json::from_slice(&body).map_err(failed)?;
    let mut request = Request::new(asked.query).variables(asked.variables);
    request.operation_name = asked.operation_name;
    let request = request.data(viewer).data(sighting);
    let answer = before.execution.execute(request).await;
    let body = serde_json::to_vec(&answer).map_err(failed)?;
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (VARY, "Accept, Authorization"),
    ];
    Ok((headers, body).into_response())
}

async fn identify(app: &App, headers: &HeaderMap) -> Result<(Viewer, Sighting), Refused> {
    let refused = || (StatusCode::UNAUTHORIZED, "that is no token".to_owned());
    let header = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let secret = header.and_then(|it| it.strip_prefix("Bearer "));
    let (shop_id, id, hash) = secret.and_then(ledger::parse_secret).ok_or_else(refused)?;
    let found = reports::find_token_with_shop(app.database.reader(), shop_id, id).await;
    let found = found.map_err(failed)?;
    let now = app.clock.now();
    let is_good = |token: &entity::access_token::Model| {
        token.secret_hash == hash
            && token.revoked_at.is_none()
            && token.expires_at.is_none_or(|at| at > now)
    };
    let (token, shop) = found
        .filter(|(token, _)| is_good(token))
        .ok_or_else(refused)?;
    let viewer = Viewer {
        token_id: token.id,
        name: token.name,
        role: token.role,
        shop_id: token.shop_id,
        affiliate_id: token.affiliate_id,
    };
    Ok((viewer, Sighting::of(shop)))
}
