//! `/graphql`: who asks, what, and the answer. Nothing is read of a request before its token is known to be
//! good, but for sockets, where browsers can only send it in their first message.

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Request as GraphQlRequest};
use axum::extract::{Request, State};
use axum::http::header::UPGRADE;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;

use super::asked::Asked;
use super::bearer::Bearers;
use super::bodies::Bodies;
use super::documents::{Documents, Guarded};
use super::execution::Execution;
use super::media::MediaType;
use super::operation::operation_of;
use super::refused::Refused;
use super::settings::Settings;
use super::{asked, bearer, socket};
use crate::app::App;

/// What every request to `/graphql` needs.
#[derive(Clone)]
pub struct Endpoint<E> {
    /// Who may ask.
    pub bearers: Bearers,
    /// How long a request may be.
    pub bodies: Bodies,
    /// What may be asked by id alone.
    pub documents: Documents,
    /// What runs operations.
    pub execution: Execution<Guarded<E>>,
}

impl<E> Endpoint<E> {
    /// The endpoint of this schema.
    pub fn new(app: App, schema: E, settings: &Settings) -> Self {
        let documents = Documents::new(&settings.persisted);
        Self {
            execution: Execution::new(app.clone(), documents.guard(schema)),
            bearers: Bearers::new(app),
            bodies: settings.bodies,
            documents,
        }
    }

    /// What a request asks, and for whom; nothing is run yet.
    async fn receive(&self, request: Request) -> Result<GraphQlRequest, Refused> {
        let secret = bearer::in_headers(request.headers());
        let (viewer, sighting) = self.bearers.identify(secret).await?;
        let asked = match *request.method() {
            Method::GET => {
                let asked = Asked::in_address(request.uri())?;
                queries_only(self.documents.request(asked)?)?
            }
            Method::POST => {
                asked::require_json(request.headers())?;
                let body = self.bodies.read(viewer.role, request).await?;
                self.documents.request(Asked::in_object("body", &body)?)?
            }
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
    if asks_for_socket(request.headers()) {
        let opened = socket::open(endpoint, request).await;
        return opened.unwrap_or_else(|refused| refused.answer(MediaType::Json));
    }
    let Some(media) = MediaType::accepted(request.headers()) else {
        return Refused::not_acceptable().answer(MediaType::Json);
    };
    let answer = match media {
        MediaType::Json | MediaType::GraphQl => ask(&endpoint, media, request).await,
        MediaType::EventStream => Err(Refused::not_acceptable()),
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
    let request = endpoint.receive(request).await?;
    Ok(media.answer(&endpoint.execution.execute(request).await))
}

/// Following a link changes nothing. What cannot be parsed goes on: GraphQL says what is wrong with it.
fn queries_only(mut asked: GraphQlRequest) -> Result<GraphQlRequest, Refused> {
    match operation_of(&mut asked) {
        Ok(Some(operation)) if operation.kind != OperationType::Query => Err(Refused::method(
            "POST",
            "only queries can be asked with GET",
        )),
        Ok(_) | Err(_) => Ok(asked),
    }
}
