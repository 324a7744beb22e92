//! A client's end of a socket, on which operations are asked.

use cashable::app::App;
use cashable::http::{Settings, serve};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A server that answers on sockets for as long as this is kept.
pub struct Served {
    address: String,
    _stop: oneshot::Sender<()>,
}

/// An open socket that was let in.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Served {
    pub async fn over(app: &App, settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("ws://{}/graphql", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move { drop(stopped.await) };
        let app = app.clone();
        tokio::spawn(async move { serve(app, &settings, listener, shutdown).await });
        Self {
            address,
            _stop: stop,
        }
    }

    pub async fn open(&self, bearer: &str) -> Socket {
        let mut request = self.address.as_str().into_client_request().unwrap();
        let protocol = "graphql-transport-ws".parse().unwrap();
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", protocol);
        let mut socket = Socket(connect_async(request).await.unwrap().0);
        let payload = json!({ "Authorization": bearer });
        socket
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.hear().await.unwrap()["type"], "connection_ack");
        socket
    }
}

impl Socket {
    /// The payload of the first answer to an operation: one answer of GraphQL, or the list of errors alone. None
    /// where the socket ends instead.
    pub async fn ask(&mut self, query: &str) -> Option<Value> {
        self.say(json!({ "id": "1", "type": "subscribe", "payload": { "query": query } }))
            .await;
        let answer = self.hear().await?;
        assert_eq!(answer["id"], "1", "{answer}");
        match answer["type"].as_str() {
            Some("next") => {
                self.say(json!({ "id": "1", "type": "complete" })).await;
                Some(answer["payload"].clone())
            }
            Some("error") => Some(json!({ "errors": answer["payload"] })),
            _ => panic!("{answer} is no answer"),
        }
    }

    async fn say(&mut self, message: Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .unwrap();
    }

    async fn hear(&mut self) -> Option<Value> {
        loop {
            let message = self.0.next().await?.ok()?;
            let Message::Text(text) = message else {
                return None;
            };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] != "complete" {
                return Some(message);
            }
        }
    }
}
