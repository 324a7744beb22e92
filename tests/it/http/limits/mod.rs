//! What is refused before it is run, how much may be asked, and what is told of it: from outside, on every way
//! that an operation can come.

mod attacks;
mod costs;
mod crowds;
mod documents;
mod errors;
mod events;
mod generous;
mod guesses;
mod rates;
mod socket;
mod values;
mod ways;
mod work;

use std::net::IpAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use cashable::app::App;
use cashable::http::{ClientAddress, Settings, router};
use cashable::ledger::{CreateToken, shop_id_of, write};
use entity::words::Role;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Answer, admin, author, post};
use crate::support::TestApp;

/// A server in this process, asked by one bearer.
#[derive(Clone)]
struct Server {
    router: Router,
    bearer: String,
    address: Option<IpAddr>,
}

impl Server {
    /// Of a new shop on SQLite.
    async fn on_sqlite(settings: &Settings) -> (TestApp, Self) {
        let app = TestApp::on_sqlite().await;
        let (_, bearer) = admin(&app, None).await;
        let server = Self::new(&app, settings, bearer);
        (app, server)
    }

    fn new(app: &App, settings: &Settings, bearer: String) -> Self {
        let router = router(app.clone(), settings);
        Self {
            router,
            bearer,
            address: None,
        }
    }

    /// The same server, asked by somebody else.
    fn asked_by(&self, bearer: &str) -> Self {
        Self {
            bearer: bearer.to_owned(),
            ..self.clone()
        }
    }

    /// The same server, asked from somewhere.
    fn asked_from(&self, address: &str) -> Self {
        Self {
            address: Some(address.parse().unwrap()),
            ..self.clone()
        }
    }

    async fn ask(&self, query: &str) -> Answer {
        self.ask_with(query, json!({})).await
    }

    async fn ask_with(&self, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables });
        self.send(post(&self.bearer, body.to_string())).await
    }

    async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(address) = self.address {
            request.extensions_mut().insert(ClientAddress(address));
        }
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

impl Answer {
    /// The extensions of the one error.
    fn told(&self) -> Value {
        self.json()["errors"][0]["extensions"].clone()
    }

    /// What it cost.
    fn cost(&self) -> u64 {
        self.json()["extensions"]["cost"]["requested"]
            .as_u64()
            .unwrap()
    }

    fn assert_data(&self) {
        assert!(self.json()["data"].is_object(), "{}", self.text);
        assert_eq!(self.json().get("errors"), None, "{}", self.text);
    }
}

/// Another token in the same shop, which is an analyst's.
async fn another_token(app: &App) -> String {
    let create = CreateToken {
        name: "Bob".to_owned(),
        role: Role::Analyst,
        affiliate_id: None,
        expires_at: None,
    };
    let created = write(app, shop_id_of("Acme"), &author(), &create)
        .await
        .unwrap();
    format!("Bearer {}", created.secret)
}

/// A query that is always answered.
const PLAIN: &str = "{ viewer { name } }";

/// A text so many times, with a number in place of its mark.
fn numbered(times: usize, text: &str) -> String {
    let numbered = |number: usize| text.replace('#', &number.to_string());
    (0..times).map(numbered).collect::<Vec<_>>().concat()
}
