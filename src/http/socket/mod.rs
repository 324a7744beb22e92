//! Subscriptions over WebSocket, and whatever else can be asked, in the protocol graphql-transport-ws.
//!
//! A token may come with the request or in the first message, since browsers can send it only there. A socket
//! without a good one ends before GraphQL hears of it; so does one whose token is refused later. When the server
//! stops, what is asked once over a socket is answered before it ends.

mod close;
mod conversation;
mod line;
mod message;
mod operations;
mod pace;

use async_graphql::Executor;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::Response;
use futures_util::future::pending;
use tracing::{Instrument, Span};

use super::bearer;
use super::endpoint::Endpoint;
use super::refused::Refused;
use super::server::Seat;
use super::streams::{Follower, Place};
use close::Close;
use conversation::Conversation;
use line::{Line, Wire};
use pace::Pace;

const PROTOCOL: &str = "graphql-transport-ws";
/// How much is read at a time. What the library takes otherwise would be most of what a socket costs.
const READ_BUFFER: usize = 4 << 10;

/// Opens a socket, which browsers do for pages of any site without asking us before. A token in the request's
/// header is looked at before, one in the first message after.
pub async fn open<E: Executor>(
    endpoint: Endpoint<E>,
    request: Request,
) -> Result<Response, Refused> {
    if !endpoint.origins.admit(request.headers()) {
        let message = "web pages of this origin may not ask here: see the setting --allowed-origin";
        return Err(Refused::forbidden(message));
    }
    let (mut parts, _) = request.into_parts();
    let caller = caller(&endpoint, &parts).await?;
    let upgrade = upgrade(&endpoint, &mut parts).await?;
    // Its lines in the log are found by the id of the request.
    let span = Span::current();
    Ok(upgrade.on_upgrade(move |socket| hold(endpoint, socket, caller).instrument(span)))
}

/// The life of a socket, from which it is cut off where its place is needed for another.
async fn hold<E: Executor>(endpoint: Endpoint<E>, socket: WebSocket, caller: Caller) {
    let seat = caller.seat.clone();
    let talking = async {
        let limit = endpoint.streams.settings().socket_message_timeout.0;
        let mut line = Line::new(socket, Pace::new(seat.clone(), limit));
        let close = talk(&endpoint, &mut line, caller).await;
        let _expendable = seat.as_ref().map(Seat::expendable);
        line.close(close).await;
    };
    let told_to_leave = async {
        match &seat {
            Some(seat) => seat.told_to_leave().await,
            None => pending().await,
        }
    };
    tokio::select! {
        () = talking => {}
        () = told_to_leave => {}
    }
}

/// Whoever is at the other end, as far as is known yet.
struct Caller {
    follower: Follower,
    place: Option<Place>,
    seat: Option<Seat>,
}

async fn caller<E>(endpoint: &Endpoint<E>, parts: &Parts) -> Result<Caller, Refused> {
    let secret = bearer::in_headers(&parts.headers);
    let follower = endpoint.streams.follower(secret, &parts.extensions);
    let mut place = None;
    if secret.is_some() {
        let (viewer, _) = follower.identify().await?;
        place = Some(follower.take_place(&viewer)?);
    }
    let seat = parts.extensions.get::<Seat>().cloned();
    Ok(Caller {
        follower,
        place,
        seat,
    })
}

async fn upgrade<E>(
    endpoint: &Endpoint<E>,
    parts: &mut Parts,
) -> Result<WebSocketUpgrade, Refused> {
    let upgrade = WebSocketUpgrade::from_request_parts(parts, &()).await;
    let upgrade = upgrade.map_err(|rejection| Refused::unreadable(rejection.body_text()))?;
    let max_size = endpoint.streams.settings().socket_message_size << 10;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .max_message_size(max_size)
        .max_frame_size(max_size);
    if upgrade.selected_protocol().is_none() {
        let message = format!("a WebSocket here must ask for the protocol {PROTOCOL}");
        return Err(Refused::unreadable(message));
    }
    Ok(upgrade)
}

/// All that is said over a socket. Until it is known whose it is, it may have to go for another.
async fn talk<E: Executor>(
    endpoint: &Endpoint<E>,
    line: &mut Line<impl Wire>,
    caller: Caller,
) -> Close {
    let Caller {
        follower,
        place,
        seat,
    } = caller;
    let settings = endpoint.streams.settings();
    let mut conversation =
        Conversation::new(&endpoint.execution, &endpoint.documents, settings, line);
    let expendable = seat.as_ref().map(Seat::expendable);
    let held = async {
        let follower = tokio::select! {
            greeted = conversation.greet(follower.clone()) => greeted?,
            end = follower.stopped() => return Err(end.into()),
        };
        let _place = enter(&follower, place).await?;
        drop(expendable);
        tokio::select! {
            held = conversation.hold(&follower) => held,
            end = follower.ended() => Err(end.into()),
        }
    };
    held.await.err().unwrap_or_else(Close::quietly)
}

/// The place of whoever is let in. A token in the first message goes before one in the header.
async fn enter(follower: &Follower, place: Option<Place>) -> Result<Place, Close> {
    let (viewer, _) = follower.identify().await.map_err(Close::refused)?;
    drop(place);
    Ok(follower.take_place(&viewer)?)
}
