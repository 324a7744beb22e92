//! A server on a real address, and callers who speak HTTP by hand: also wrongly, slowly or not at all.

use std::time::Duration;

use cashable::app::App;
use cashable::http::{Settings, serve};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server in this process, until it is dropped or stopped.
pub struct Served {
    pub address: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<cashable::error::Result<()>>,
}

impl Served {
    pub async fn with(app: &App, settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move { drop(stopped.await) };
        let app = app.clone();
        let running = tokio::spawn(async move { serve(app, &settings, listener, shutdown).await });
        Self {
            address,
            stop,
            running,
        }
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// Stops, which must not take long.
    pub async fn stop(self) {
        drop(self.stop);
        let ended = tokio::time::timeout(Duration::from_secs(20), self.running).await;
        ended.expect("it stops").unwrap().unwrap();
    }
}

/// What a server answers: everything as it came.
pub async fn exchange(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    read_to_close(&mut stream).await
}

/// All that comes until the other side closes, politely or not.
pub async fn read_to_close(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut bytes = [0; 4_096];
    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
        answer.extend_from_slice(&bytes[..count]);
    }
    String::from_utf8(answer).unwrap()
}

/// The request that asks this, on a connection of its own.
pub fn question(bearer: &str, headers: &str, query: &str) -> String {
    body_of(bearer, headers, &serde_json::json!({ "query": query }))
}

/// The same with whatever a body may have.
pub fn body_of(bearer: &str, headers: &str, body: &Value) -> String {
    let body = body.to_string();
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\n{headers}\
         Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// The JSON of an answer.
pub fn json_of(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").expect(answer);
    serde_json::from_str(body).expect(answer)
}
