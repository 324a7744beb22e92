//! The way to one endpoint: its address, its secrets, and what its answers mean.

use std::time::Duration;

use entity::Instant;
use entity::webhook_endpoint::Model;

use super::endpoints::secrets_of;
use super::signature::headers;
use crate::app::App;
use crate::sources::http::recipient::Reply;
use crate::sources::{Reach, Recipient, Secret};

/// How long an endpoint may take with a message: it is to note it now, and to work later.
const WITHIN: Duration = Duration::from_secs(15);

/// An endpoint that can be told.
#[derive(Debug)]
pub(super) struct Channel {
    recipient: Recipient,
    secrets: Vec<Secret>,
}

/// Why a message was not taken.
#[derive(Debug)]
pub(super) struct NotTaken {
    /// In words for the shop's admin.
    pub(super) why: String,
    /// How long the endpoint wants to be left alone.
    pub(super) retry_after: Option<Duration>,
    /// Whether it never wants to be told again.
    pub(super) is_gone: bool,
}

impl Channel {
    /// Fails where what was right when the endpoint was made is so no more: a setting, or the key.
    pub(super) fn open(app: &App, endpoint: &Model) -> Result<Self, NotTaken> {
        let reach = Reach {
            answer_within: app.reach.answer_within.min(WITHIN),
            ..app.reach.clone()
        };
        Ok(Self {
            recipient: Recipient::open(&endpoint.url, &reach)
                .map_err(|error| NotTaken::because(&error))?,
            secrets: secrets_of(app, endpoint).map_err(|error| NotTaken::because(&error))?,
        })
    }

    /// Sends a message once.
    pub(super) async fn send(&self, id: &str, now: Instant, body: Vec<u8>) -> Result<(), NotTaken> {
        let headers =
            headers(id, now, &body, &self.secrets).map_err(|error| NotTaken::because(&error))?;
        let reply = self.recipient.tell(headers, body).await;
        NotTaken::by(reply.map_err(|error| NotTaken::because(&error))?)
    }
}

impl NotTaken {
    fn because(why: &impl ToString) -> Self {
        Self {
            why: why.to_string(),
            retry_after: None,
            is_gone: false,
        }
    }

    fn by(reply: Reply) -> Result<(), Self> {
        let why = match reply.status {
            200..=299 => return Ok(()),
            300..=399 => "which leads elsewhere, and messages go nowhere but to the address itself",
            410 => "so it is gone for good",
            _ => "and only 200 to 299 mean that the message was taken",
        };
        Err(Self {
            why: format!("it answered {}, {why}", reply.status),
            retry_after: reply.retry_after,
            is_gone: reply.status == 410,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_is_taken_and_only_410_is_for_good() {
        for (status, is_taken, is_gone) in [
            (200, true, false),
            (204, true, false),
            (302, false, false),
            (400, false, false),
            (410, false, true),
            (503, false, false),
        ] {
            let retry_after = None;
            let taken = NotTaken::by(Reply {
                status,
                retry_after,
            });
            let gone = taken.as_ref().err().is_some_and(|it| it.is_gone);
            assert_eq!((taken.is_ok(), gone), (is_taken, is_gone), "{status}");
        }
    }
}
