//! `/graphql`: who asks, what, and the answer. Nothing is read of a request before its token is known to be
//! good, but for sockets, where browsers can only send it in their first message.

use std::sync::Arc;

use async_graphql::Executor;
use axum::extract::{Request, State};
use axum::http::header::UPGRADE;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use tracing::Span;

use super::bearer::Bearers;
use super::client_address::ClientAddress;
use super::limits::{Door, Limited};
use super::media::MediaType;
use super::origin::Origins;
use super::refused::Refused;
use super::settings::Settings;
use super::watched::{Watched, role_name};
use super::{asked, bearer, socket};
use crate::app::App;

/// What every request to `/graphql` needs.
#[derive(Clone)]
pub struct Endpoint<E> {
    /// Who may ask.
    pub door: Door,
    /// What runs operations.
    pub execution: Watched<Limited<E>>,
    /// From which web pages.
    pub origins: Origins,
}

impl<E> Endpoint<E> {
    /// The endpoint of this schema.
    pub fn new(app: App, schema: E, settings: &Settings) -> Self {
        let execution = Limited::new(app.clone(), schema, settings);
        let rates = execution.rates().clone();
        Self {
            execution: Watched::new(execution, Arc::clone(&app.metrics)),
            door: Door::new(Bearers::new(app), rates),
            origins: settings.origins.clone(),
        }
    }
}

/// Answers whatever comes to `/graphql`.
pub async fn answer<E: Executor>(
    State(endpoint): State<Endpoint<E>>,
    request: Request,
) -> Response {
    let media = MediaType::accepted(request.headers());
    let answer = if asks_for_socket(request.headers()) {
        socket::open(endpoint, request).await
    } else {
        ask(&endpoint, media, request).await
    };
    answer.unwrap_or_else(|refused| refused.answer(media))
}

/// Others ask for other upgrades with every request, curl for HTTP/2: these get no socket and need none.
fn asks_for_socket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}

async fn ask<E: Executor>(
    endpoint: &Endpoint<E>,
    media: MediaType,
    request: Request,
) -> Result<Response, Refused> {
    let secret = bearer::in_headers(request.headers());
    let address = request.extensions().get::<ClientAddress>().copied();
    let (viewer, sighting) = endpoint.door.identify(address, secret).await?;
    Span::current().record("role", role_name(viewer.role));
    let is_link = request.method() == Method::GET;
    let asked = match *request.method() {
        Method::GET => asked::in_address(request.uri())?,
        Method::POST => asked::in_body(request).await?,
        _ => {
            return Err(Refused::method(
                "GET, POST",
                "ask with POST, or GET for queries",
            ));
        }
    };
    let mut asked = asked.data(viewer).data(sighting);
    if let Some(address) = address {
        asked = asked.data(address);
    }
    let answered = endpoint.execution.answer(asked, is_link).await?;
    Ok(answered.over_http(media))
}
