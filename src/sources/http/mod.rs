//! How platforms are asked: one question at a time, with limits on time and size, no redirects, and no
//! private addresses unless allowed. Retrying is not decided here.

mod addresses;
mod answer;
mod quoted;
pub mod recipient;
mod request;

use std::error::Error as StdError;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use entity::Instant;
use reqwest::{Client, Method, Response, Url};
use tokio::time;

pub use answer::Answer;
pub use recipient::Recipient;
pub use request::Request;

use self::addresses::{PrivateAddress, PublicAddresses};
use super::{Pauses, SourceError};
use crate::tls;

/// How long a connection may take to come about.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long an answer may take as a whole.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Somebody waits for a check, and holds a place among all who ask meanwhile.
const CHECK_WITHIN: Duration = Duration::from_secs(10);
/// A third of a lease.
const BEAT: Duration = Duration::from_secs(15);
/// How many bytes an answer may have: five hundred full orders are a tenth of that.
const BODY_LIMIT: usize = 32 << 20;

/// How far the program reaches out.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Whether platforms in private networks, and over plain HTTP, may be asked.
    pub allow_private: bool,
    /// How long an answer may take as a whole.
    pub answer_within: Duration,
    /// How long it may take to find out whether orders can be read, with all questions that this takes.
    pub check_within: Duration,
    /// How often a run that waits for a platform says that it is alive.
    pub beat: Duration,
    /// How it waits.
    pub pauses: Pauses,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            allow_private: false,
            answer_within: ANSWER_WITHIN,
            check_within: CHECK_WITHIN,
            beat: BEAT,
            pauses: Pauses::default(),
        }
    }
}

/// The way to one platform.
#[derive(Debug)]
pub struct Http {
    client: Client,
    base: Url,
    reach: Reach,
    min_interval: Duration,
    last_asked: tokio::sync::Mutex<Option<time::Instant>>,
    date: Mutex<Option<Instant>>,
}

impl Http {
    /// To the platform at this address, whose questions lie at least so far apart.
    pub fn open(address: &str, min_interval: Duration, reach: &Reach) -> Result<Self, SourceError> {
        let base = base_url(address)?;
        addresses::check(&base, reach.allow_private)?;
        Ok(Self {
            client: client(reach)?,
            base,
            reach: reach.clone(),
            min_interval,
            last_asked: tokio::sync::Mutex::default(),
            date: Mutex::default(),
        })
    }

    /// A question that changes nothing, at a path below the platform's address.
    pub fn get(&self, path: &str) -> Result<Request, SourceError> {
        Ok(Request::new(Method::GET, self.url(path)?))
    }

    /// A question with a body.
    pub fn post(&self, path: &str) -> Result<Request, SourceError> {
        Ok(Request::new(Method::POST, self.url(path)?))
    }

    /// Asks once.
    pub async fn send(&self, request: Request) -> Result<Answer, SourceError> {
        self.keep_distance().await;
        let (method, path) = (request.method.clone(), request.url.path().to_owned());
        let began = time::Instant::now();
        let answer = self.exchange(request).await;
        let outcome = match &answer {
            Ok(_) => "answered".to_owned(),
            Err(error) => error.to_string(),
        };
        let millis = began.elapsed().as_millis();
        tracing::debug!(host = self.base.host_str(), %method, path, millis, outcome, "asked a platform");
        answer
    }

    /// Whether nobody on the way can read what is asked.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// What time the platform had when it last answered.
    #[must_use]
    pub fn date(&self) -> Option<Instant> {
        *self.date.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn url(&self, path: &str) -> Result<Url, SourceError> {
        self.base
            .join(path.trim_start_matches('/'))
            .map_err(|error| SourceError::Address(error.to_string()))
    }

    /// Waits until the last question lies far enough back.
    async fn keep_distance(&self) {
        let mut last_asked = self.last_asked.lock().await;
        if let Some(last) = *last_asked {
            let left = self.min_interval.saturating_sub(last.elapsed());
            if !left.is_zero() {
                self.reach.pauses.pause(left).await;
            }
        }
        *last_asked = Some(time::Instant::now());
    }

    async fn exchange(&self, request: Request) -> Result<Answer, SourceError> {
        let asked = request.url.clone();
        let mut sent = reqwest::Request::new(request.method, request.url);
        *sent.headers_mut() = request.headers;
        *sent.body_mut() = Some(request.body.into());
        let explain = |error| self.explain(&error);
        let response = self.client.execute(sent).await.map_err(explain)?;
        if let Some(date) = answer::date(response.headers()) {
            *self.date.lock().unwrap_or_else(PoisonError::into_inner) = Some(date);
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read_body(response, explain).await?;
        Answer::read(&asked, status, headers, body)
    }

    /// Without the address of the question, which may hold credentials.
    fn explain(&self, error: &reqwest::Error) -> SourceError {
        if let Some(private) = cause::<PrivateAddress>(error) {
            return SourceError::Address(private.to_string());
        }
        if let Some(tls) = cause::<rustls::Error>(error) {
            return SourceError::Tls(tls.to_string());
        }
        let told = cause::<io::Error>(error).map_or_else(|| root(error), ToString::to_string);
        if error.is_connect() {
            return SourceError::Absent(told);
        }
        if error.is_timeout() {
            return SourceError::Slow(self.reach.answer_within);
        }
        SourceError::Failed(format!("the connection broke: {told}"))
    }
}

async fn read_body(
    mut response: Response,
    explain: impl Fn(reqwest::Error) -> SourceError,
) -> Result<Vec<u8>, SourceError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(&explain)? {
        body.extend_from_slice(&chunk);
        if body.len() > BODY_LIMIT {
            let limit = BODY_LIMIT >> 20;
            return Err(SourceError::Refused(format!(
                "its answer has more than {limit} MB"
            )));
        }
    }
    Ok(body)
}

/// The address with a path that others can be joined to; it has no place for credentials.
fn base_url(address: &str) -> Result<Url, SourceError> {
    let mut url = Url::parse(address.trim()).map_err(|error| {
        SourceError::Address(format!("{error}; it should look like https://shop.example"))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        let why = "credentials do not belong into the address".to_owned();
        return Err(SourceError::Address(why));
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn client(reach: &Reach) -> Result<Client, SourceError> {
    let tls = tls::to_servers().map_err(|error| SourceError::Tls(error.to_string()))?;
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(PublicAddresses {
            allow_private: reach.allow_private,
        })
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .user_agent(concat!("cashable/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_WITHIN)
        .timeout(reach.answer_within)
        .build()
        .map_err(|error| SourceError::Address(root(&error)))
}

/// The first cause of this kind.
fn cause<E: StdError + 'static>(error: &reqwest::Error) -> Option<&E> {
    causes(error).find_map(found_in)
}

/// An error of input and output hides what it was made of, which may be another one.
fn found_in<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    error
        .downcast_ref()
        .or_else(|| found_in(error.downcast_ref::<io::Error>()?.get_ref()?))
}

/// What lies at the bottom of an error.
fn root(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| "no more is known".to_owned(), ToString::to_string)
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}
