//! A provider's address: serves a JWKS, counts how often it is asked, and can be made to misbehave.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What is answered.
#[derive(Clone)]
pub enum Says {
    Jwks(Value),
    Text(StatusCode, String),
    Elsewhere(String),
    /// Nothing, as long as anybody listens.
    Nothing,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<(Says, usize)>>);

pub struct Site {
    shared: Shared,
    address: String,
    server: JoinHandle<()>,
}

impl Site {
    pub async fn with(jwks: Value) -> Self {
        let shared = Shared(Arc::new(Mutex::new((Says::Jwks(jwks), 0))));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/jwks", listener.local_addr().unwrap());
        let routes = Router::new()
            .route("/jwks", get(answer))
            .with_state(shared.clone());
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            shared,
            address,
            server,
        }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.shared.0.lock().unwrap().1
    }

    pub fn say(&self, says: Says) {
        self.shared.0.lock().unwrap().0 = says;
    }

    /// Nobody is there any more.
    pub fn go(&self) {
        self.server.abort();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shared): State<Shared>) -> Response {
    let says = {
        let mut shared = shared.0.lock().unwrap();
        shared.1 += 1;
        shared.0.clone()
    };
    match says {
        Says::Jwks(jwks) => axum::Json(jwks).into_response(),
        Says::Text(status, text) => (status, text).into_response(),
        Says::Elsewhere(address) => (StatusCode::FOUND, [(LOCATION, address)]).into_response(),
        Says::Nothing => {
            tokio::time::sleep(Duration::from_mins(5)).await;
            StatusCode::OK.into_response()
        }
    }
}
