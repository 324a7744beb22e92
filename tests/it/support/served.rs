//! The server at an address of its own, for clients that need one.

use std::net::SocketAddr;

use cashable::app::App;
use cashable::http::{Settings, serve};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A server that ends with this.
pub struct Served {
    pub address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Served {
    pub async fn start(app: &App, settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move { drop(stopped.await) };
        let app = app.clone();
        tokio::spawn(async move { serve(app, &settings, listener, shutdown).await });
        Self {
            address,
            _stop: stop,
        }
    }
}
