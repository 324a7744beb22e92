//! A socket as something to talk over: whole messages in, whole messages out, and nobody waits for ever.

use std::error::Error;
use std::io::Error as IoError;
use std::iter::successors;
use std::time::Duration;

use axum::Error as SocketError;
use axum::body::Bytes;
use axum::extract::ws::Message;
use futures_util::future::pending;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::timeout;

use super::close::Close;
use super::message::Heard;
use super::pace::Pace;

/// How long the other side may take to take a message.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// What messages go over: a socket, but for tests.
pub trait Wire:
    Stream<Item = Result<Message, SocketError>> + Sink<Message, Error = SocketError> + Unpin + Send
{
}

impl<T> Wire for T where
    T: Stream<Item = Result<Message, SocketError>>
        + Sink<Message, Error = SocketError>
        + Unpin
        + Send
{
}

/// Our end of a socket.
pub struct Line<W> {
    wire: W,
    pace: Pace,
    has_heard: bool,
    is_deaf: bool,
}

impl<W: Wire> Line<W> {
    /// Talks over this wire, on which messages come at this pace.
    pub fn new(wire: W, pace: Pace) -> Self {
        Self {
            wire,
            pace,
            has_heard: true,
            is_deaf: false,
        }
    }

    /// Waits for the next message; an error where there will be none. Can be given up without losing one.
    pub async fn hear(&mut self) -> Result<Heard, Close> {
        loop {
            let frame = tokio::select! {
                // What is there must not be taken for what is missing.
                biased;
                frame = self.wire.next() => frame.ok_or_else(Close::quietly)?,
                () = self.pace.too_slow() => return Err(Close::slow()),
            };
            self.has_heard = true;
            if let Ok(frame) = &frame {
                self.pace.came(frame);
            }
            match frame {
                Ok(Message::Text(text)) => return Heard::read(&text),
                Ok(Message::Binary(_)) => return Err(Close::invalid("a message is a text")),
                // The library has answered; whoever asks must take that too.
                Ok(Message::Ping(_)) => taken(self.wire.flush()).await?,
                Ok(Message::Pong(_)) => {}
                Ok(Message::Close(_)) => return Err(Close::quietly()),
                Err(error) if is_gone(&error) => return Err(Close::quietly()),
                Err(_) => {
                    self.is_deaf = true;
                    return Err(Close::invalid("that is no message, or too long a one"));
                }
            }
        }
    }

    /// Sends a message.
    pub async fn tell(&mut self, text: String) -> Result<(), Close> {
        taken(self.wire.send(Message::Text(text.into()))).await
    }

    /// Asks for a sign of life; an error where there was none since this was last asked. Every socket gives one
    /// by itself, and whatever lies between keeps it open for that.
    pub async fn knock(&mut self) -> Result<(), Close> {
        if !std::mem::take(&mut self.has_heard) {
            return Err(Close::silent());
        }
        taken(self.wire.send(Message::Ping(Bytes::new()))).await
    }

    /// Says why it ends. What is on its way is read before, or left to lie for a while where it cannot be: cut off in
    /// the middle of it, the other side would not read our goodbye.
    pub async fn close(mut self, close: Close) {
        let goodbye = async {
            let _ = self.wire.send(close.into()).await;
            while let Some(Ok(_)) = self.wire.next().await {}
            if self.is_deaf {
                pending::<()>().await;
            }
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }
}

/// Whether nobody is at the other end any more, and so nobody reads what is said.
fn is_gone(error: &SocketError) -> bool {
    let mut causes = successors(Some(error as &dyn Error), |error| (*error).source());
    causes.any(<dyn Error>::is::<IoError>)
}

/// Whoever does not take what is sent is gone, or too slow to be told more.
async fn taken(sending: impl Future<Output = Result<(), SocketError>>) -> Result<(), Close> {
    match timeout(PATIENCE, sending).await {
        Ok(sent) => sent.map_err(|_| Close::quietly()),
        Err(_) => Err(Close::silent()),
    }
}
