//! `/graphql`: who asks, what, and the answer. Nothing is read of a request before its token is known to be
//! good, but for sockets, where browsers can only send it in their first message.

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Request as GraphQlRequest};
use axum::extract::{Request, State};
use axum::http::header::UPGRADE;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;

use super::bearer::Bearers;
use super::execution::Execution;
use super::media::MediaType;
use super::operation::operation_of;
use super::origin::Origins;
use super::refused::Refused;
use super::settings::Settings;
use super::streams::Streams;
use super::{asked, bearer, socket, sse};
use crate::app::App;

/// What every request to `/graphql` needs.
#[derive(Clone)]
pub struct Endpoint<E> {
    /// Who may ask.
    pub bearers: Bearers,
    /// What runs operations.
    pub execution: Execution<E>,
    /// From which web pages.
    pub origins: Origins,
    /// What is followed.
    pub streams: Streams,
}

impl<E> Endpoint<E> {
    /// The endpoint of this schema.
    pub fn new(app: App, schema: E, settings: &Settings) -> Self {
        let bearers = Bearers::new(app.clone());
        Self {
            execution: Execution::new(app, schema),
            streams: Streams::new(bearers.clone(), settings.streams),
            bearers,
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
        let (viewer, sighting) = self.bearers.identify(secret).await?;
        let asked = match *request.method() {
            Method::GET => unchanging_only(media, asked::in_address(request.uri())?)?,
            Method::POST => asked::in_body(request).await?,
            _ => {
                return Err(Refused::method(
                    "GET, POST",
                    "ask with POST, or GET for queries",
                ));
            }
        };
        Ok(asked.data(viewer).data(sighting))
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
    } else if media == MediaType::EventStream {
        sse::answer(&endpoint, request).await
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
    let request = endpoint.receive(media, request).await?;
    Ok(media.answer(&endpoint.execution.execute(request).await))
}

/// Following a link changes nothing, and only a stream of events can be followed for long. What cannot be parsed
/// goes on: GraphQL says what is wrong with it.
fn unchanging_only(media: MediaType, mut asked: GraphQlRequest) -> Result<GraphQlRequest, Refused> {
    let kind = operation_of(&mut asked).ok().flatten().map(|it| it.kind);
    match (kind, media) {
        (Some(OperationType::Subscription), MediaType::EventStream)
        | (None | Some(OperationType::Query), _) => Ok(asked),
        (Some(_), _) => Err(Refused::method(
            "POST",
            "only queries can be asked with GET",
        )),
    }
}
