//! An address outside that is told things, by the same rules by which platforms are asked. What it answers is
//! looked at no further than its status.

use std::io;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, Url};

use super::addresses::{self, PrivateAddress};
use super::{Reach, answer, cause, client, root};
use crate::sources::SourceError;

/// How many bytes of an answer are read, so that the connection can be used again.
const BODY_READ: usize = 64 << 10;

/// The way to one address.
#[derive(Debug)]
pub struct Recipient {
    client: Client,
    url: Url,
    within: Duration,
}

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// When it wants to be told again, where it says so.
    pub retry_after: Option<Duration>,
}

impl Recipient {
    /// To this address, which is used as it is.
    pub fn open(address: &str, reach: &Reach) -> Result<Self, SourceError> {
        let url = parse(address, reach.allow_private)?;
        Ok(Self {
            client: client(reach)?,
            url,
            within: reach.answer_within,
        })
    }

    /// Sends this as JSON, once; an error says why nothing was answered.
    pub async fn tell(
        &self,
        headers: [(&'static str, String); 3],
        body: Vec<u8>,
    ) -> Result<Reply, String> {
        let mut request = reqwest::Request::new(Method::POST, self.url.clone());
        *request.headers_mut() = heads(headers)?;
        *request.body_mut() = Some(body.into());
        let response = self.client.execute(request).await;
        let response = response.map_err(|error| self.explain(&error))?;
        let reply = Reply {
            status: response.status().as_u16(),
            retry_after: answer::retry_after(response.headers()),
        };
        read_away(response).await;
        Ok(reply)
    }

    /// Without the address, whose path may be a secret.
    fn explain(&self, error: &reqwest::Error) -> String {
        if let Some(private) = cause::<PrivateAddress>(error) {
            return private.to_string();
        }
        if let Some(tls) = cause::<rustls::Error>(error) {
            return format!("the connection is not secure: {tls}");
        }
        if error.is_timeout() {
            return format!("it did not answer within {} seconds", self.within.as_secs());
        }
        let told = cause::<io::Error>(error).map_or_else(|| root(error), ToString::to_string);
        if error.is_connect() {
            return format!("nobody answers there: {told}");
        }
        format!("the connection broke: {told}")
    }
}

/// An address that may be told things.
pub fn parse(address: &str, allow_private: bool) -> Result<Url, SourceError> {
    let mut url = Url::parse(address.trim()).map_err(|error| {
        SourceError::Address(format!(
            "{error}; it should look like https://crm.example/hooks"
        ))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        let why = "a user and a password do not belong into it".to_owned();
        return Err(SourceError::Address(why));
    }
    addresses::check(&url, allow_private)?;
    url.set_fragment(None);
    Ok(url)
}

fn heads(headers: [(&'static str, String); 3]) -> Result<HeaderMap, String> {
    let json = HeaderValue::from_static("application/json");
    let mut heads = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
    for (name, value) in headers {
        let value = HeaderValue::from_str(&value).map_err(|error| error.to_string())?;
        heads.insert(HeaderName::from_static(name), value);
    }
    Ok(heads)
}

/// Its status is what counts: whatever goes wrong from here on only costs the connection.
async fn read_away(mut response: Response) {
    let mut left = BODY_READ;
    while let Ok(Some(chunk)) = response.chunk().await {
        let Some(rest) = left.checked_sub(chunk.len()) else {
            return;
        };
        left = rest;
    }
}
