//! Reads what a request asks. Its token is known before its body is read, so that only those whose work it is to send
//! much may, and no more of it is held at a time than there is room for.

use std::time::Duration;

use async_graphql::Request as GraphQlRequest;
use axum::body::{Bytes, HttpBody};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::StatusCode;
use entity::words::Role;

use super::asked::{self, Asked};
use super::bodies::Bodies;
use super::documents::Documents;
use super::json_values::BYTES_OF_VALUE;
use super::refused::Refused;
use super::room::{Held, Room};

/// Where requests are read. Clones share its room.
#[derive(Clone, Debug)]
pub struct Intake {
    limits: Bodies,
    room: Room,
    documents: Documents,
}

impl Intake {
    /// By these limits; what is long waits for room for so long.
    pub fn new(limits: Bodies, patience: Duration, documents: Documents) -> Self {
        Self {
            limits,
            room: Room::new(limits.held_bytes, patience),
            documents,
        }
    }

    /// What the body of a request asks that comes from somebody with this role. Its room goes with what is made of it.
    pub async fn read(&self, role: Role, request: Request) -> Result<GraphQlRequest, Refused> {
        asked::require_json(request.headers())?;
        let (most_bytes, most_values) = self.most(role);
        refuse_too_long(&request, most_bytes)?;
        let hint = request.body().size_hint();
        let likely = hint.upper().unwrap_or(most_bytes as u64);
        let mut held = self.hold_body(likely, most_values).await?;
        let body = read_at_most(most_bytes, request).await?;
        let asked = Asked::in_object("body", &body)?;
        let needed = weight(body.len() as u64, asked.values());
        if let Some(held) = &mut held {
            held.shrink_to(needed);
        } else if asked.values() > self.limits.max_json_values {
            asked.require_values(most_values)?;
            held = Some(self.room.take(needed).await?);
        }
        drop(body);
        let request = self.documents.request_within(asked, most_values)?;
        Ok(request.data(held))
    }

    fn most(&self, role: Role) -> (usize, u64) {
        let limits = &self.limits;
        match role {
            Role::Admin => (limits.max_admin_body_bytes, limits.max_admin_json_values),
            Role::Analyst | Role::Affiliate => (limits.max_body_bytes, limits.max_json_values),
        }
    }

    /// Room for a long body, which may be all values for all that is known yet.
    async fn hold_body(&self, bytes: u64, most_values: u64) -> Result<Option<Held>, Refused> {
        if bytes <= self.limits.max_body_bytes as u64 {
            return Ok(None);
        }
        let values = (bytes / 2).min(most_values);
        self.room.take(weight(bytes, values)).await.map(Some)
    }
}

/// The body of a request, which may have so many bytes.
pub async fn read_at_most(most: usize, mut request: Request) -> Result<Bytes, Refused> {
    refuse_too_long(&request, most)?;
    DefaultBodyLimit::max(most).apply(&mut request);
    let body = Bytes::from_request(request, &()).await;
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_long(most),
        status => Refused::new(status, rejection.body_text()),
    })
}

/// One that says to be too long is not read at all.
fn refuse_too_long(request: &Request, most: usize) -> Result<(), Refused> {
    if request.body().size_hint().lower() > most as u64 {
        return Err(too_long(most));
    }
    Ok(())
}

/// A body is there twice, as it came and as texts, while values are made of it.
fn weight(bytes: u64, values: u64) -> u64 {
    let values = values.saturating_mul(BYTES_OF_VALUE);
    bytes.saturating_mul(2).saturating_add(values)
}

fn too_long(most: usize) -> Refused {
    let message = format!("the body is longer than {most} bytes");
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}
