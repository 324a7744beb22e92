//! Whatever answers on the loopback, where a fake would answer too well.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// It answers every question alike, until it is dropped.
pub struct Listening {
    pub address: String,
    asked: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Listening {
    pub async fn with<T: 'static>(answer: impl Handler<T, ()>) -> Self {
        let asked = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&asked);
        let counting = from_fn(move |request: Request, next: Next| {
            count.fetch_add(1, Ordering::Relaxed);
            next.run(request)
        });
        let router = Router::new().fallback(any(answer)).layer(counting);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            asked,
            serving,
        }
    }

    /// How many questions there were.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
