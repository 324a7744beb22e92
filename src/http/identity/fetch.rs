//! The provider's JWKS read from its address or from a file: within bounds, since whoever sends it may be slow,
//! send without end, or send us elsewhere.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};

use crate::error::{Error, Result};
use crate::tls;

/// No provider has so many keys, in bytes.
const MAX_BYTES: usize = 256 << 10;
/// From the first word to the last.
const TIME: Duration = Duration::from_secs(5);

/// What lies at an address. Once a minute at most, so that no connection is worth keeping.
pub(super) async fn fetch(address: &Url) -> Result<Vec<u8>, String> {
    let client = client().map_err(|error| error.to_string())?;
    let answer = client
        .get(address.clone())
        .send()
        .await
        .map_err(|error| say(&error))?;
    if answer.status() != StatusCode::OK {
        return Err(format!("the answer was {}", answer.status()));
    }
    let (mut answer, mut body) = (answer, Vec::new());
    while let Some(part) = answer.chunk().await.map_err(|error| say(&error))? {
        body.extend_from_slice(&part);
        require_short(&body)?;
    }
    Ok(body)
}

/// What is in a file.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let mut content = Vec::new();
    let file = File::open(path).map_err(|cause| cause.to_string())?;
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    file.take(most + 1)
        .read_to_end(&mut content)
        .map_err(|cause| cause.to_string())?;
    require_short(&content)?;
    Ok(content)
}

fn require_short(content: &[u8]) -> Result<(), String> {
    if content.len() > MAX_BYTES {
        return Err(format!("it is longer than {} KiB", MAX_BYTES >> 10));
    }
    Ok(())
}

fn client() -> Result<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls::to_servers()?)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .timeout(TIME)
        .build()
        .map_err(|error| Error::Unexpected(say(&error)))
}

/// An error with its causes, of which the last says most.
fn say(error: &reqwest::Error) -> String {
    let error: &dyn std::error::Error = error;
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
