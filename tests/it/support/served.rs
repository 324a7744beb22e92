//! The server at an address of its own, for clients that need one.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use cashable::app::App;
use cashable::http::{Settings, serve};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server that ends with this.
pub struct Served {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Served {
    pub async fn start(app: &App, settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::start_on(listener, app, settings)
    }

    pub fn start_on(listener: TcpListener, app: &App, settings: Settings) -> Self {
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move { drop(stopped.await) };
        let app = app.clone();
        let running = tokio::spawn(async move {
            serve(app, &settings, listener, shutdown).await.unwrap();
        });
        Self {
            address,
            stop,
            running,
        }
    }

    /// Tells it to stop; what is answered ends when it has.
    pub fn stop(self) -> JoinHandle<()> {
        drop(self.stop);
        self.running
    }

    /// Its answer to a request, over a connection that ends with the answer.
    pub async fn answer(&self, request: Request<Body>) -> Response {
        let wire = TcpStream::connect(self.address).await.unwrap();
        let (mut requests, connection) = handshake(TokioIo::new(wire)).await.unwrap();
        tokio::spawn(connection);
        requests.send_request(request).await.unwrap().map(Body::new)
    }
}
