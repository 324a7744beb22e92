//! Subscriptions over WebSocket, in the protocol graphql-transport-ws.
//!
//! The first message is read here: it brings the token, and a socket without a good one ends before GraphQL
//! hears of it. So does one whose token is refused later, since it may stay open for days.

use std::future::ready;
use std::time::Duration;

use async_graphql::http::{ClientMessage, WebSocket as Protocol, WebSocketProtocols, WsMessage};
use async_graphql::{Data, Executor};
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::response::Response;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, SplitSink, TakeUntil};
use futures_util::{FutureExt, SinkExt, StreamExt, stream};
use tokio::time::{sleep, timeout};

use super::bearer::{self, Bearers};
use super::endpoint::Endpoint;
use super::refused::Refused;
use crate::error::Error;
use crate::graphql::{ApiError, Viewer};

const PROTOCOL: &str = "graphql-transport-ws";
/// Documents and variables of subscriptions are short.
const MAX_BYTES: usize = 64 << 10;
/// How long a socket may say nothing at first, and how long it may take to take an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a token that was revoked may still be listened with.
const RECHECK: Duration = Duration::from_mins(1);

/// Why a socket ends: a code of the protocol, and words.
struct End(u16, String);

/// Opens a socket, which browsers do for pages of any site without asking us before. A token in the request's header is looked at before, one in the first message after.
pub async fn open<E: Executor>(
    endpoint: Endpoint<E>,
    request: Request,
) -> Result<Response, Refused> {
    if !endpoint.origins.admit(request.headers()) {
        let message = "web pages of this origin may not ask here: see the setting --allowed-origin";
        return Err(Refused::forbidden(message));
    }
    let secret = bearer::in_headers(request.headers()).map(str::to_owned);
    if secret.is_some() {
        endpoint.bearers.identify(secret.as_deref()).await?;
    }
    let (mut parts, _) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
    let upgrade = upgrade.map_err(|rejection| Refused::unreadable(rejection.body_text()))?;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MAX_BYTES);
    if upgrade.selected_protocol().is_none() {
        let message = format!("a WebSocket here must ask for the protocol {PROTOCOL}");
        return Err(Refused::unreadable(message));
    }
    Ok(upgrade.on_upgrade(|socket| hold(endpoint, socket, secret)))
}

/// The life of a socket.
async fn hold<E: Executor>(endpoint: Endpoint<E>, socket: WebSocket, secret: Option<String>) {
    let (mut sink, incoming) = socket.split();
    let texts = incoming
        .take_while(|message| ready(message.is_ok()))
        .filter_map(|message| ready(message.ok().and_then(text)))
        .boxed();
    let end = match talk(endpoint, &mut sink, texts, secret).await {
        Ok(end) | Err(end) => end,
    };
    // Whoever is gone already needs no goodbye.
    let _ = timeout(PATIENCE, sink.send(end.into())).await;
}

fn text(message: Message) -> Option<Bytes> {
    matches!(message, Message::Text(_) | Message::Binary(_)).then(|| message.into_data())
}

/// Greets, then answers until one of the sides has enough.
async fn talk<E: Executor>(
    endpoint: Endpoint<E>,
    sink: &mut SplitSink<WebSocket, Message>,
    mut texts: BoxStream<'static, Bytes>,
    secret: Option<String>,
) -> Result<End, End> {
    let first = timeout(PATIENCE, texts.next()).await;
    let first = first.map_err(|_| End::new(4408, "connection initialisation timeout"))?;
    let first = first.ok_or_else(End::quietly)?;
    let secret = secret_in(&first)?.or(secret);
    let viewer = identify(&endpoint.bearers, secret.as_deref()).await?;
    let texts = stream::once(ready(first)).chain(texts);
    let answers = Protocol::new(endpoint.execution, texts, WebSocketProtocols::GraphQLWS)
        .connection_data(session(viewer))
        .boxed()
        .take_until(refusal(endpoint.bearers, secret).boxed());
    Ok(answer(sink, answers).await)
}

async fn answer(
    sink: &mut SplitSink<WebSocket, Message>,
    mut answers: TakeUntil<BoxStream<'_, WsMessage>, BoxFuture<'_, End>>,
) -> End {
    while let Some(answer) = answers.next().await {
        let sent = match answer {
            WsMessage::Text(text) => timeout(PATIENCE, sink.send(Message::Text(text.into()))).await,
            WsMessage::Close(code, reason) => return End::of(code, reason),
        };
        // Gone, or too slow to be told more.
        if !matches!(sent, Ok(Ok(()))) {
            break;
        }
    }
    answers.take_result().unwrap_or_else(End::quietly)
}

/// The token in the message that every conversation begins with.
fn secret_in(first: &Bytes) -> Result<Option<String>, End> {
    match serde_json::from_slice(first) {
        Ok(ClientMessage::ConnectionInit { payload }) => {
            Ok(payload.and_then(|payload| bearer::in_payload(&payload).map(str::to_owned)))
        }
        Ok(_) => Err(End::new(4401, "the first message must be connection_init")),
        Err(_) => Err(End::new(4400, "that is no message of graphql-transport-ws")),
    }
}

async fn identify(bearers: &Bearers, secret: Option<&str>) -> Result<Viewer, End> {
    let found = bearers.identify(secret).await;
    found
        .map(|(viewer, _)| viewer)
        .map_err(|error| match error {
            Error::Unauthenticated(message) => End(4403, message),
            error => End::new(4500, ApiError::from(error).message()),
        })
}

/// Waits until the token is refused. A database that is away for a while refuses nobody.
async fn refusal(bearers: Bearers, secret: Option<String>) -> End {
    loop {
        sleep(RECHECK).await;
        if let Err(end @ End(4403, _)) = identify(&bearers, secret.as_deref()).await {
            return end;
        }
    }
}

fn session(viewer: Viewer) -> Data {
    let mut data = Data::default();
    data.insert(viewer);
    data
}

impl End {
    fn new(code: u16, reason: &str) -> Self {
        Self(code, reason.to_owned())
    }

    fn quietly() -> Self {
        Self::new(1000, "")
    }

    /// The library's codes as those that clients of the protocol know.
    fn of(code: u16, reason: String) -> Self {
        match code {
            1002 => Self(4400, reason),
            1011 => Self(4401, reason),
            code => Self(code, reason),
        }
    }
}

impl From<End> for Message {
    fn from(End(code, mut reason): End) -> Self {
        // No more fits into a close frame.
        reason.truncate(reason.floor_char_boundary(123));
        Self::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }))
    }
}
