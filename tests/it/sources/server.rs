//! A fake platform on the loopback, and what goes wrong on the way to any platform.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::response::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::fake::Fake;
use super::shop::FakeShop;

/// What happens to a question instead of an answer, or to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// This status, with a word of explanation.
    Status(u16),
    /// 429 with so many seconds to wait.
    Busy(u64),
    /// The first half of the answer.
    Half,
    /// A page for people.
    Page,
    /// The answer to the question before.
    Again,
    /// No answer in time.
    Silence,
    /// The connection closes.
    Closed,
}

/// What happens at the platform when so many questions for orders have been answered.
type Event = (usize, Box<dyn FnOnce(&mut FakeShop) + Send>);

/// What fakes and tests share.
#[derive(Clone, Default)]
pub struct Server(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    shop: FakeShop,
    troubles: VecDeque<Trouble>,
    events: Vec<Event>,
    /// The last answer that was as it should be.
    last: Option<(Parts, Bytes)>,
    /// Path, query and body of each question for orders since they were last asked for.
    questions: Vec<String>,
    /// How many questions for orders there were in all.
    asked: usize,
    /// How often a token was bought.
    sign_ins: usize,
}

impl Server {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }

    /// The shop as it is there now.
    pub fn shop(&self) -> FakeShop {
        self.inside().shop.clone()
    }

    /// Changes the shop.
    pub fn with<T>(&self, change: impl FnOnce(&mut FakeShop) -> T) -> T {
        change(&mut self.inside().shop)
    }

    /// How many questions for orders there were in all.
    pub fn asked(&self) -> usize {
        self.inside().asked
    }

    /// How often a token was bought. A fake takes the last one only, and so makes it of this number.
    pub fn sign_ins(&self) -> usize {
        self.inside().sign_ins
    }
}

/// A fake that listens.
pub struct Platform<F> {
    pub server: Server,
    pub address: String,
    serving: JoinHandle<()>,
    fake: PhantomData<F>,
}

impl<F: Fake> Platform<F> {
    pub async fn open() -> Self {
        let server = Server::default();
        let router = F::routes()
            .layer(from_fn_with_state(server.clone(), on_the_way::<F>))
            .with_state(server.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            server,
            address,
            serving,
            fake: PhantomData,
        }
    }

    /// Changes the shop there.
    pub fn with<T>(&self, change: impl FnOnce(&mut FakeShop) -> T) -> T {
        self.server.with(change)
    }

    /// What happens to the next questions for orders, one after the other.
    pub fn trouble(&self, troubles: &[Trouble]) {
        self.server.inside().troubles.extend(troubles);
    }

    /// From here on nothing goes wrong.
    pub fn stop_troubling(&self) {
        self.server.inside().troubles.clear();
    }

    /// What happens there once so many more questions for orders were answered.
    pub fn after(&self, questions: usize, event: impl FnOnce(&mut FakeShop) + Send + 'static) {
        let mut inside = self.server.inside();
        let at = inside.asked + questions;
        inside.events.push((at, Box::new(event)));
    }

    /// The questions for orders since this was last asked.
    pub fn questions(&self) -> Vec<String> {
        std::mem::take(&mut self.server.inside().questions)
    }
}

impl<F> Platform<F> {
    /// Nobody listens there any more.
    pub async fn close(mut self) {
        self.serving.abort();
        let aborted = (&mut self.serving).await;
        assert!(aborted.unwrap_err().is_cancelled());
    }
}

impl<F> Drop for Platform<F> {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Counts a question, does to it what is to go wrong, and lets happen what is to happen after it.
async fn on_the_way<F: Fake>(
    State(server): State<Server>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let is_sign_in = F::is_sign_in(parts.uri.path(), &body);
    let question = format!("{} {}", parts.uri, String::from_utf8_lossy(&body));
    let request = Request::from_parts(parts, Body::from(body));
    if is_sign_in {
        server.inside().sign_ins += 1;
        return dated(&server, next.run(request).await);
    }
    let trouble = {
        let mut inside = server.inside();
        inside.questions.push(question);
        inside.asked += 1;
        inside.troubles.pop_front().unwrap_or(Trouble::None)
    };
    let answer = match trouble {
        Trouble::None => kept(&server, next.run(request).await).await,
        Trouble::Again => {
            let (parts, body) = server.inside().last.clone().unwrap();
            Response::from_parts(parts, Body::from(body))
        }
        Trouble::Half => half(next.run(request).await).await,
        Trouble::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, "{\"message\":\"no\"}").into_response()
        }
        Trouble::Busy(seconds) => {
            let wait = [("retry-after", seconds.to_string())];
            (StatusCode::TOO_MANY_REQUESTS, wait, "later").into_response()
        }
        Trouble::Page => {
            "<html><body>Briefly unavailable for maintenance</body></html>".into_response()
        }
        Trouble::Silence => std::future::pending().await,
        Trouble::Closed => {
            let broken = futures_util::stream::iter([Err::<&str, _>(std::io::Error::other("cut"))]);
            Response::new(Body::from_stream(broken))
        }
    };
    happen(&server);
    dated(&server, answer)
}

fn happen(server: &Server) {
    let mut inside = server.inside();
    let asked = inside.asked;
    let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut inside.events)
        .into_iter()
        .partition(|(at, _)| *at <= asked);
    inside.events = later;
    for (_, event) in due {
        event(&mut inside.shop);
    }
}

/// A platform says what time it is there.
fn dated(server: &Server, mut answer: Response) -> Response {
    let now = DateTime::from_timestamp_millis(server.inside().shop.now.0).unwrap();
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let headers = answer.headers_mut();
    headers.insert("date", HeaderValue::from_str(&date).unwrap());
    answer
}

/// The answer, kept to be given again.
async fn kept(server: &Server, answer: Response) -> Response {
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    server.inside().last = Some((parts.clone(), body.clone()));
    Response::from_parts(parts, Body::from(body))
}

async fn half(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap();
    parts.headers.remove("content-length");
    Response::from_parts(parts, Body::from(whole.slice(..whole.len() / 2)))
}
