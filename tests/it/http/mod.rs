//! The server from outside: who is let in, what is understood, and what is refused how.

mod asking;
mod bad_input;
mod bearers;
mod bodies;
mod cross_origin;
mod documents;
mod identity;
mod limits;
mod logs;
mod page;
mod probes;
pub mod process;
mod slow;
mod sockets;
mod stops;
mod tokens;
mod traces;
pub mod wire;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use cashable::app::App;
use cashable::http::{Settings, router};
use cashable::ledger::{Author, CreateToken, NewShop, create_shop, shop_id_of, write};
use clap::Parser;
use entity::words::{Role, StatusActor};
use entity::{Instant, access_token};
use serde_json::Value;
use tower::ServiceExt;

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The code of the one error.
    fn code(&self) -> Value {
        self.json()["errors"][0]["extensions"]["code"].clone()
    }

    fn message(&self) -> String {
        self.json()["errors"][0]["message"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

async fn send(app: &App, request: Request<Body>) -> Answer {
    send_to(app, &Settings::default(), request).await
}

/// Sends to a server that was started so.
async fn send_to(app: &App, settings: &Settings, request: Request<Body>) -> Answer {
    let response = router(app.clone(), settings)
        .oneshot(request)
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// The settings that these flags make.
fn settings(flags: &[&str]) -> Settings {
    #[derive(Parser)]
    struct Server {
        #[command(flatten)]
        settings: Settings,
    }
    Server::parse_from([&["server"], flags].concat()).settings
}

/// A question as JSON, with this `Authorization`.
fn post(authorization: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/graphql")
        .header(header::AUTHORIZATION, authorization)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.into())
        .unwrap()
}

/// A shop, and an admin's token in it: its row, and the header that carries it.
async fn admin(app: &App, expires_at: Option<Instant>) -> (access_token::Model, String) {
    let shop = NewShop {
        name: "Acme".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
    };
    create_shop(app, &shop).await.unwrap();
    let create = CreateToken {
        name: "Ada".to_owned(),
        role: Role::Admin,
        affiliate_id: None,
        expires_at,
    };
    let created = write(app, shop_id_of("Acme"), &author(), &create)
        .await
        .unwrap();
    (created.token, format!("Bearer {}", created.secret))
}

fn author() -> Author {
    Author::new(StatusActor::Admin, "test")
}
