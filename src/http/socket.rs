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
use tracing::{Instrument, Span};

use super::bearer;
use super::client_address::ClientAddress;
use super::endpoint::Endpoint;
use super::limits::Door;
use super::refused::Refused;
use super::server::{Expendable, Seat};
use crate::error::Error;
use crate::graphql::{ApiError, Viewer};
use crate::stop::Stop;

const PROTOCOL: &str = "graphql-transport-ws";
/// Documents and variables of subscriptions are short.
const MAX_BYTES: usize = 64 << 10;
/// How long a socket may say nothing at first, and how long it may take to take an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a token that was revoked may still be listened with.
const RECHECK: Duration = Duration::from_mins(1);

/// Who is at the other end: where, and with which token.
type Caller = (Option<ClientAddress>, Option<String>);

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
    let address = request.extensions().get::<ClientAddress>().copied();
    if secret.is_some() {
        endpoint.door.identify(address, secret.as_deref()).await?;
    }
    let (mut parts, _) = request.into_parts();
    let stop = parts.extensions.get::<Stop>().cloned().unwrap_or_default();
    let seat = parts.extensions.get::<Seat>().cloned();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
    let upgrade = upgrade.map_err(|rejection| Refused::unreadable(rejection.body_text()))?;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MAX_BYTES);
    if upgrade.selected_protocol().is_none() {
        let message = format!("a WebSocket here must ask for the protocol {PROTOCOL}");
        return Err(Refused::unreadable(message));
    }
    // Its lines in the log are found by the id of the request.
    let span = Span::current();
    let caller = (address, secret);
    Ok(upgrade
        .on_upgrade(move |socket| hold(endpoint, socket, caller, stop, seat).instrument(span)))
}

/// The life of a socket.
async fn hold<E: Executor>(
    endpoint: Endpoint<E>,
    socket: WebSocket,
    caller: Caller,
    stop: Stop,
    seat: Option<Seat>,
) {
    let (mut sink, incoming) = socket.split();
    let texts = incoming
        .take_while(|message| ready(message.is_ok()))
        .filter_map(|message| ready(message.ok().and_then(text)))
        .boxed();
    // Until it is known who is there, the place may be needed for another.
    let expendable = seat.as_ref().map(Seat::expendable);
    let end = tokio::select! {
        Ok(end) | Err(end) = talk(endpoint, &mut sink, texts, caller, expendable) => end,
        () = stop.asked() => End::new(1001, "the server is being stopped"),
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
    (address, secret): Caller,
    expendable: Option<Expendable>,
) -> Result<End, End> {
    let first = timeout(PATIENCE, texts.next()).await;
    let first = first.map_err(|_| End::new(4408, "connection initialisation timeout"))?;
    let first = first.ok_or_else(End::quietly)?;
    let caller = (address, secret_in(&first)?.or(secret));
    let viewer = identify(&endpoint.door, &caller).await?;
    drop(expendable);
    let texts = stream::once(ready(first)).chain(texts);
    let answers = Protocol::new(endpoint.execution, texts, WebSocketProtocols::GraphQLWS)
        .connection_data(session(viewer, address))
        .boxed()
        .take_until(refusal(endpoint.door, caller).boxed());
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

async fn identify(door: &Door, (address, secret): &Caller) -> Result<Viewer, End> {
    let found = door.identify(*address, secret.as_deref()).await;
    found
        .map(|(viewer, _)| viewer)
        .map_err(|error| match error {
            Error::Unauthenticated(message) => End(4403, message),
            error @ Error::RateLimited { .. } => End::new(4429, &error.to_string()),
            error => End::new(4500, ApiError::from(error).message()),
        })
}

/// Waits until the token is refused. A database that is away for a while refuses nobody.
async fn refusal(door: Door, caller: Caller) -> End {
    loop {
        sleep(RECHECK).await;
        if let Err(end @ End(4403, _)) = identify(&door, &caller).await {
            return end;
        }
    }
}

fn session(viewer: Viewer, address: Option<ClientAddress>) -> Data {
    let mut data = Data::default();
    data.insert(viewer);
    if let Some(address) = address {
        data.insert(address);
    }
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
