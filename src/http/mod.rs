//! Routes and nothing else: what is asked is answered by `graphql`, and this carries it there and back.
//!
//! `/graphql` answers to bearer tokens alone, over HTTP and WebSocket alike. The rest is open and says
//! nothing of any shop: `/health` that the process lives, `/ready` that it can answer, `/` a page to ask from.
//! Platforms send webhooks, feeds and pushes to `hooks`, with secrets of their own.
//! `/metrics` has an address of its own.

mod answer_order;
mod asked;
mod bearer;
mod bodies;
mod client_address;
mod cross_origin;
mod documents;
mod endpoint;
mod execution;
mod explorer;
mod figures;
mod hooks;
mod identity;
mod limits;
mod media;
mod nulls;
mod operation;
mod origin;
mod ready;
mod refused;
mod request_log;
mod selected;
mod server;
mod settings;
mod socket;
mod sse;
mod streams;
mod watched;

use std::future::{Future, pending};
use std::sync::Arc;

use async_graphql::Executor;
use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, HeaderName, HeaderValue, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{from_fn_with_state, map_request_with_state, map_response};
use axum::response::Response;
use axum::routing::any;
use tokio::net::TcpListener;

use crate::app::App;
use crate::error::Result;
use crate::graphql;
pub use client_address::ClientAddress;
use endpoint::Endpoint;
pub use execution::Execution;
pub use figures::FigureSettings;
pub use identity::IdentitySettings;
use limits::look_through;
pub use limits::{DocumentLimits, Limited, RateLimits, WorkLimits};
use media::MediaType;
pub use origin::Origins;
use refused::Refused;
use request_log::log_request;
use server::{BodyTime, Server, limit_body_time};
pub use server::{Seconds, ServerSettings};
pub use settings::Settings;
pub use streams::StreamSettings;

/// Everything that the server answers.
pub fn router(app: App, settings: &Settings) -> Router {
    let endpoint = Endpoint::new(app.clone(), graphql::schema(), settings);
    let look_through = map_request_with_state(settings.rates.trusted_proxies, look_through);
    routes(app, endpoint, settings).layer(look_through)
}

/// Answers on this listener until `shutdown` is there, then finishes what was begun, as far as there is time.
pub async fn serve(
    app: App,
    settings: &Settings,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let metrics = Arc::clone(&app.metrics);
    let figures = tell_figures(&app, settings).await?;
    let server = Server::new(router(app, settings), &settings.server, metrics);
    // Figures are told to the end.
    tokio::select! {
        () = server.run(listener, shutdown) => {}
        () = figures => {}
    }
    Ok(())
}

/// Answers for figures, where they have an address, for as long as it is polled.
async fn tell_figures(app: &App, settings: &Settings) -> Result<impl Future<Output = ()> + use<>> {
    let listener = settings.figures.bind().await?;
    let server = Server::new(
        figures::routes(app.clone()),
        &settings.server,
        Arc::default(),
    );
    Ok(async move {
        match listener {
            Some(listener) => server.run(listener, pending()).await,
            None => pending().await,
        }
    })
}

fn routes<E: Executor>(app: App, endpoint: Endpoint<E>, settings: &Settings) -> Router {
    let metrics = Arc::clone(&app.metrics);
    let body_time = BodyTime::new(&settings.server);
    let hooks = hooks::routes(app.clone(), endpoint.door.guesses().clone())
        .layer(from_fn_with_state(body_time, limit_body_time));
    let mut graphql = Router::new()
        .route("/graphql", any(endpoint::answer::<E>))
        .layer(from_fn_with_state(body_time, limit_body_time))
        .with_state(endpoint);
    if let Some(layer) = cross_origin::layer(&settings.origins) {
        graphql = graphql.layer(layer);
    }
    let secret = graphql.merge(hooks).layer(map_response(keep_nowhere));
    Router::new()
        .merge(secret)
        .merge(explorer::routes())
        .merge(ready::routes(app))
        .fallback(nothing_here)
        .layer(map_response(guard_browsers))
        .layer(from_fn_with_state(metrics, log_request))
}

async fn nothing_here() -> Response {
    Refused::not_found().answer(MediaType::Json)
}

/// Answers are for one viewer at one moment.
async fn keep_nowhere(response: Response) -> Response {
    let response = with_header(response, CACHE_CONTROL, "no-store");
    with_header(response, VARY, "Accept, Authorization, Origin")
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
