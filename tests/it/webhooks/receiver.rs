//! Somebody who is told things, on the loopback: notes them, and answers as the test wants it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::any};
use futures_util::future::BoxFuture;
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How a message is answered; 204 where nothing else is said.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    Status(u16),
    /// 503, and to come again after so many seconds.
    Busy(u64),
    /// Elsewhere.
    Redirect,
    /// Nothing, for good.
    Silence,
}

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Told {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub message: Value,
}

/// What happens while a message is taken.
type Meanwhile = Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

#[derive(Default)]
struct Inside {
    told: Mutex<Vec<Told>>,
    answers: Mutex<HashMap<String, VecDeque<Answer>>>,
    meanwhile: OnceLock<Meanwhile>,
    came: Notify,
}

/// A receiver, which ends with this.
pub struct Receiver {
    address: String,
    inside: Arc<Inside>,
    serving: JoinHandle<()>,
}

impl Receiver {
    pub async fn open() -> Self {
        let inside = Arc::<Inside>::default();
        let router = Router::new()
            .fallback(any(take))
            .with_state(Arc::clone(&inside));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            address,
            inside,
            serving,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// How the next messages to a path are answered, one after the other.
    pub fn answer(&self, path: &str, answers: &[Answer]) {
        let mut all = self.inside.answers.lock().unwrap();
        all.entry(path.to_owned()).or_default().extend(answers);
    }

    /// What happens from now on while a message is taken.
    pub fn meanwhile(&self, happens: impl Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static) {
        assert!(self.inside.meanwhile.set(Box::new(happens)).is_ok());
    }

    /// What came since this was last asked.
    pub fn told(&self) -> Vec<Told> {
        std::mem::take(&mut *self.inside.told.lock().unwrap())
    }

    /// The same of one path, and the others are forgotten.
    pub fn told_at(&self, path: &str) -> Vec<Told> {
        let mut told = self.told();
        told.retain(|it| it.path == path);
        told
    }

    /// Waits until so many have come that nobody has asked for.
    pub async fn wait_for(&self, count: usize) {
        loop {
            let came = self.inside.came.notified();
            if self.inside.told.lock().unwrap().len() >= count {
                return;
            }
            came.await;
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Told {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    /// How many of its signatures were made with this secret, by the specification's crate.
    pub fn signatures_of(&self, secret: &str) -> usize {
        let seconds = self.header("webhook-timestamp").parse().unwrap();
        let webhook = Webhook::new(secret).unwrap();
        let expected = webhook.sign(self.id(), seconds, &self.body).unwrap();
        let signatures = self.header("webhook-signature").split(' ');
        signatures.filter(|it| **it == expected).count()
    }
}

async fn take(
    State(inside): State<Arc<Inside>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.to_string();
    let answer = {
        let mut answers = inside.answers.lock().unwrap();
        answers.get_mut(&path).and_then(VecDeque::pop_front)
    };
    inside.told.lock().unwrap().push(Told {
        path,
        headers,
        message: serde_json::from_slice(&body).unwrap(),
        body: body.to_vec(),
    });
    if let Some(happens) = inside.meanwhile.get() {
        happens().await;
    }
    inside.came.notify_waiters();
    match answer {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Answer::Status(status)) => {
            (StatusCode::from_u16(status).unwrap(), "no <b>thanks</b>").into_response()
        }
        Some(Answer::Busy(seconds)) => {
            let wait = [("retry-after", HeaderValue::from(seconds))];
            (StatusCode::SERVICE_UNAVAILABLE, wait).into_response()
        }
        Some(Answer::Redirect) => {
            let to = [("location", HeaderValue::from_static("/elsewhere"))];
            (StatusCode::TEMPORARY_REDIRECT, to).into_response()
        }
        Some(Answer::Silence) => std::future::pending().await,
    }
}
