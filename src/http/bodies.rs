//! How long a request may be. Its token is known before its body is read, so that only those whose work it is to
//! send much may.

use axum::body::{Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::StatusCode;
use clap::Args;
use clap::builder::RangedU64ValueParser;
use entity::words::Role;

use super::refused::Refused;

/// How many bytes a request to the API may have.
#[derive(Args, Clone, Copy, Debug)]
pub struct Bodies {
    /// How long a request to the API may be.
    #[arg(
        long,
        env = "CASHABLE_MAX_BODY_BYTES",
        value_name = "BYTES",
        default_value_t = Self::default().max_body_bytes,
        value_parser = bytes()
    )]
    pub max_body_bytes: usize,

    /// How long one may be with an admin's token, whose imports are long.
    #[arg(
        long,
        env = "CASHABLE_MAX_ADMIN_BODY_BYTES",
        value_name = "BYTES",
        default_value_t = Self::default().max_admin_body_bytes,
        value_parser = bytes()
    )]
    pub max_admin_body_bytes: usize,
}

impl Default for Bodies {
    /// An import of 5,000 orders has some 1.6 MB, and ten times that with long words.
    fn default() -> Self {
        Self {
            max_body_bytes: 256 << 10,
            max_admin_body_bytes: 16 << 20,
        }
    }
}

/// Less than a kilobyte has no room for a question, more than a gigabyte none in memory.
fn bytes() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1 << 10..=1 << 30)
}

impl Bodies {
    /// The body of a request from somebody with this role.
    pub async fn read(self, role: Role, request: Request) -> Result<Bytes, Refused> {
        let most = match role {
            Role::Admin => self.max_admin_body_bytes,
            Role::Analyst | Role::Affiliate => self.max_body_bytes,
        };
        read_at_most(most, request).await
    }
}

/// The body of a request, which may have so many bytes. One that says to have more is not read at all.
pub async fn read_at_most(most: usize, mut request: Request) -> Result<Bytes, Refused> {
    if request.body().size_hint().lower() > most as u64 {
        return Err(too_long(most));
    }
    DefaultBodyLimit::max(most).apply(&mut request);
    let body = Bytes::from_request(request, &()).await;
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_long(most),
        status => Refused::new(status, rejection.body_text()),
    })
}

fn too_long(most: usize) -> Refused {
    let message = format!("the body is longer than {most} bytes");
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}
