//! A client's end of a socket, in words of graphql-transport-ws.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderName;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::served::Served;

const PROTOCOL: &str = "graphql-transport-ws";

/// A socket over whatever carries it.
pub struct Socket(WebSocketStream<Box<dyn Wire>>);

/// What a socket goes over.
pub trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

impl Socket {
    /// Opens one over a wire to the server, with these headers beside those that it needs.
    pub async fn over(
        wire: impl Wire + 'static,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Error> {
        let mut request = "ws://localhost/graphql".into_client_request()?;
        let own = [("sec-websocket-protocol", PROTOCOL)];
        // The last of a name counts.
        for (name, value) in own.iter().chain(headers) {
            let name = HeaderName::from_static(name);
            request.headers_mut().insert(name, value.parse()?);
        }
        let wire: Box<dyn Wire> = Box::new(wire);
        Ok(Self(client_async(request, wire).await?.0))
    }

    /// Opens one to this server.
    pub async fn open(server: &Served, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let wire = TcpStream::connect(server.address).await?;
        Self::over(wire, headers).await
    }

    /// Says who it is, and is let in.
    pub async fn enter(&mut self, bearer: &str) {
        let payload = json!({ "Authorization": bearer });
        self.send(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(self.told().await, json!({ "type": "connection_ack" }));
    }

    pub async fn send(&mut self, message: Value) {
        self.send_text(message.to_string()).await.unwrap();
    }

    pub async fn send_text(&mut self, text: String) -> Result<(), Error> {
        self.0.send(Message::text(text)).await
    }

    pub async fn send_frame(&mut self, frame: Message) -> Result<(), Error> {
        self.0.send(frame).await
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        let payload = json!({ "query": query });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }

    /// The next message.
    pub async fn told(&mut self) -> Value {
        match self.next().await {
            Ok(told) => told,
            Err(end) => panic!("it has ended: {end:?}"),
        }
    }

    /// The type of the next message, its id and its payload.
    pub async fn heard(&mut self) -> (String, String, Value) {
        let mut told = self.told().await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (
            text(&told["type"]),
            text(&told["id"]),
            told["payload"].take(),
        )
    }

    /// The data of the only answer to an operation.
    pub async fn data(&mut self, id: &str, query: &str) -> Value {
        self.subscribe(id, query).await;
        let (kind, of, mut answer) = self.heard().await;
        assert_eq!((kind.as_str(), of.as_str()), ("next", id), "{answer}");
        assert_eq!(answer.get("errors"), None);
        let end = self.told().await;
        assert_eq!(end, json!({ "type": "complete", "id": id }));
        answer["data"].take()
    }

    /// How it ends: the code, and the reason; none where it is cut off.
    pub async fn end(&mut self) -> Option<(u16, String)> {
        match self.next().await {
            Ok(told) => panic!("it has not ended: {told}"),
            Err(end) => end,
        }
    }

    /// The code that it ends with.
    pub async fn code(&mut self) -> u16 {
        self.end().await.map_or(0, |(code, _)| code)
    }

    /// The next message, or how it ends. Signs of life are passed over.
    pub async fn next(&mut self) -> Result<Value, Option<(u16, String)>> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Err(Some((frame.code.into(), frame.reason.to_string())));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return Err(None),
            }
        }
    }

    /// The next frame, whatever it is.
    pub async fn frame(&mut self) -> Message {
        self.0.next().await.unwrap().unwrap()
    }

    /// Reads no more, and writes nothing either: what carries it is all that is left.
    pub fn abandon(self) -> Box<dyn Wire> {
        self.0.into_inner()
    }
}
