//! Whatever answers on the loopback, where a fake would answer too well.

use axum::Router;
use axum::handler::Handler;
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// It answers every question alike, until it is dropped.
pub struct Listening {
    pub address: String,
    serving: JoinHandle<()>,
}

impl Listening {
    pub async fn with<T: 'static>(answer: impl Handler<T, ()>) -> Self {
        let router = Router::new().fallback(any(answer));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, serving }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
