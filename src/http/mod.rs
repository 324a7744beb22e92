//! Routes and nothing else: what is asked is answered by `graphql`, and this carries it there and back.
//!
//! `/graphql` answers to bearer tokens alone, over HTTP and WebSocket alike. The rest is open and says
//! nothing of any shop: `/health` that the process lives, `/` a page to ask from.

mod answer_order;
mod asked;
mod bearer;
mod client_address;
mod endpoint;
mod execution;
mod explorer;
mod media;
mod nulls;
mod operation;
mod origin;
mod refused;
mod selected;
mod server;
mod settings;
mod socket;
mod sse;
mod streams;

use std::future::Future;

use async_graphql::Executor;
use axum::http::header::{
    CACHE_CONTROL, HeaderName, HeaderValue, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use serde_json::json;
use tokio::net::TcpListener;

use crate::app::App;
use crate::error::Result;
use crate::graphql;
pub use client_address::ClientAddress;
use endpoint::Endpoint;
pub use execution::Execution;
use media::MediaType;
pub use origin::Origins;
use refused::Refused;
use server::{BodyTime, Server, limit_body_time};
pub use server::{Seat, Seconds, ServerSettings};
pub use settings::Settings;
pub use streams::StreamSettings;

/// Everything that the server answers.
pub fn router(app: App, settings: &Settings) -> Router {
    let schema = graphql::schema();
    routes(Endpoint::new(app, schema, settings), settings)
}

/// Answers on this listener until `shutdown` is there, then finishes what was begun, as far as there is time.
pub async fn serve(
    app: App,
    settings: &Settings,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let server = Server::new(router(app, settings), &settings.server);
    server.run(listener, shutdown).await;
    Ok(())
}

fn routes<E: Executor>(endpoint: Endpoint<E>, settings: &Settings) -> Router {
    let body_time = BodyTime::new(&settings.server);
    let graphql = Router::new()
        .route("/graphql", any(endpoint::answer::<E>))
        .layer(from_fn_with_state(body_time, limit_body_time))
        .layer(map_response(keep_nowhere))
        .with_state(endpoint);
    Router::new()
        .merge(graphql)
        .merge(explorer::routes())
        .route("/health", get(health))
        .fallback(nothing_here)
        .layer(map_response(guard_browsers))
}

/// Only that the process lives: whether the database does too is a figure for those with a token.
async fn health() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

async fn nothing_here() -> Response {
    Refused::not_found().answer(MediaType::Json)
}

/// Answers are for one viewer at one moment.
async fn keep_nowhere(response: Response) -> Response {
    let response = with_header(response, CACHE_CONTROL, "no-store");
    with_header(response, VARY, "Accept, Authorization")
}

/// A browser takes each answer for what it says it is, and tells nobody where it was.
async fn guard_browsers(response: Response) -> Response {
    let response = with_header(response, X_CONTENT_TYPE_OPTIONS, "nosniff");
    with_header(response, REFERRER_POLICY, "no-referrer")
}

fn with_header(mut response: Response, name: HeaderName, value: &'static str) -> Response {
    let value = HeaderValue::from_static(value);
    response.headers_mut().insert(name, value);
    response
}
