//! A server in this process, to which platforms send.

use std::net::IpAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use cashable::graphql::{NodeKind, encode};
use cashable::http::{ClientAddress, Settings, router};
use entity::order_source;
use serde_json::Value;
use tower::ServiceExt;

use crate::sources::fake::Delivery;
use crate::support::TestApp;

/// The routes of one server, which counts what is sent to them.
pub struct Door {
    router: Router,
    address: Option<IpAddr>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Door {
    pub fn of(app: &TestApp) -> Self {
        Self {
            router: router((**app).clone(), &Settings::default()),
            address: None,
        }
    }

    /// The same server, sent to from somewhere.
    pub fn from(&self, address: &str) -> Self {
        Self {
            router: self.router.clone(),
            address: Some(address.parse().unwrap()),
        }
    }

    /// A webhook of a source.
    pub async fn hook(&self, source: &order_source::Model, delivery: &Delivery) -> Answer {
        let path = format!("/hooks/{}", id_of(source));
        self.send(&path, &delivery.0, delivery.1.clone()).await
    }

    pub async fn send(&self, path: &str, headers: &HeaderMap, body: impl Into<Body>) -> Answer {
        let mut request = Request::post(path).body(body.into()).unwrap();
        *request.headers_mut() = headers.clone();
        if let Some(address) = self.address {
            request.extensions_mut().insert(ClientAddress(address));
        }
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The status of the request, and the word for what became of it.
    pub fn told(&self) -> (u16, String) {
        let word = self.json()["status"].as_str().unwrap_or("none").to_owned();
        (self.status, word)
    }

    /// The code of the one error.
    pub fn code(&self) -> Value {
        self.json()["errors"][0]["extensions"]["code"].clone()
    }

    pub fn assert_refused(&self, status: StatusCode, code: &str) {
        assert_eq!(
            (self.status, self.code()),
            (status.as_u16(), code.into()),
            "{self:?}"
        );
    }
}

/// What paths and pushes call a source.
pub fn id_of(source: &order_source::Model) -> String {
    encode(NodeKind::OrderSource, source.shop_id, source.id).to_string()
}

/// Headers of these names.
pub fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair =
        |(name, value): &(&'static str, &str)| (name.parse().unwrap(), value.parse().unwrap());
    pairs.iter().map(pair).collect()
}
