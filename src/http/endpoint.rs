//! `/graphql`: who asks, what, and the answer. Nothing is read of a request before its token is known to be
//! good, but for sockets, where browsers can only send it in their first message.

use std::sync::Arc;

use async_graphql::{Executor, Request as GraphQlRequest};
use axum::extract::{Request, State};
use axum::http::header::UPGRADE;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use tracing::Span;

use super::asked::Asked;
use super::bearer::Bearers;
use super::bodies::Bodies;
use super::client_address::ClientAddress;
use super::documents::{Documents, Guarded};
use super::limits::{Door, Limited};
use super::media::MediaType;
use super::origin::Origins;
use super::refused::Refused;
use super::settings::Settings;
use super::streams::Streams;
use super::watched::{Watched, role_name};
use super::{asked, bearer, socket, sse};
use crate::app::App;

/// What every request to `/graphql` needs.
#[derive(Clone)]
pub struct Endpoint<E> {
    /// Who may ask.
    pub door: Door,
    /// How long a request may be.
    pub bodies: Bodies,
    /// What may be asked by id alone.
    pub documents: Documents,
    /// What runs operations.
    pub execution: Watched<Limited<Guarded<E>>>,
    /// From which web pages.
    pub origins: Origins,
    /// What is followed.
    pub streams: Streams,
}

impl<E> Endpoint<E> {
    /// The endpoint of this schema.
    pub fn new(app: App, schema: E, settings: &Settings) -> Self {
        let documents = Documents::new(&settings.persisted);
        let execution = Limited::new(app.clone(), documents.guard(schema), settings);
        let rates = execution.rates().clone();
        let metrics = Arc::clone(&app.metrics);
        let bearers = Bearers::new(app, settings);
        let door = Door::new(bearers.clone(), rates);
        Self {
            execution: Watched::new(execution, metrics),
            streams: Streams::new(door.clone(), bearers, settings.streams),
            door,
            bodies: settings.bodies,
            documents,
            origins: settings.origins.clone(),
        }
    }

    /// What a request asks, and for whom; nothing is run yet.
    pub async fn receive(
        &self,
        media: MediaType,
        request: Request,
    ) -> Result<GraphQlRequest, Refused> {
        let secret = bearer::in_headers(request.headers());
        let address = request.extensions().get::<ClientAddress>().copied();
        let (viewer, sighting) = self.door.identify(address, secret).await?;
        Span::current().record("role", role_name(viewer.role));
        let is_link = request.method() == Method::GET;
        let asked = match *request.method() {
            Method::GET => Asked::in_address(request.uri())?,
            Method::POST => {
                asked::require_json(request.headers())?;
                let body = self.bodies.read(viewer.role, request).await?;
                Asked::in_object("body", &body)?
            }
            _ => {
                return Err(Refused::method(
                    "GET, POST",
                    "ask with POST, or GET for queries",
                ));
            }
        };
        let mut asked = self.documents.request(asked)?;
        if is_link {
            self.execution.refuse_changes(&mut asked, media)?;
        }
        let asked = asked.data(viewer).data(sighting);
        Ok(match address {
            Some(address) => asked.data(address),
            None => asked,
        })
    }
}

/// Answers whatever comes to `/graphql`.
pub async fn answer<E: Executor>(
    State(endpoint): State<Endpoint<E>>,
    request: Request,
) -> Response {
    if asks_for_socket(request.headers()) {
        let opened = socket::open(endpoint, request).await;
        return opened.unwrap_or_else(|refused| refused.answer(MediaType::Json));
    }
    let Some(media) = MediaType::accepted(request.headers()) else {
        return Refused::not_acceptable().answer(MediaType::Json);
    };
    let answer = match media {
        MediaType::Json | MediaType::GraphQl => ask(&endpoint, media, request).await,
        MediaType::EventStream => sse::answer(&endpoint, request).await,
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
    let asked = endpoint.receive(media, request).await?;
    let answered = endpoint.execution.answer(asked).await;
    Ok(answered.over_http(media))
}
