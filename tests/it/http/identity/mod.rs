//! The shop's own identity provider: whom it vouches for is let in, and nobody who only looks like that.

mod keys;
mod people;
mod provider;
mod site;
mod streams;
mod traps;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use cashable::app::App;
use cashable::http::{Settings, router};
use clap::Parser;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use self::provider::Provider;
use super::{Answer, post};
use crate::support::world::World;
use crate::support::{START, TestApp};

const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "cashable";
const VIEWER: &str = "{ viewer { name role shops { name } affiliate { code } } }";

/// Settings as the command line takes them.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    settings: Settings,
}

fn settings(arguments: &[&str]) -> Settings {
    let before = [
        "test",
        "--jwt-issuer",
        ISSUER,
        "--jwt-audience",
        "other,cashable",
    ];
    let arguments = before.iter().chain(arguments);
    Arguments::try_parse_from(arguments).unwrap().settings
}

/// A server, and the provider whose keys it has in a file.
struct Scene {
    server: Router,
    provider: Provider,
    keys: std::path::PathBuf,
    _folder: TempDir,
}

impl Scene {
    /// With the keys in a file, and these further settings.
    fn with(app: &App, arguments: &[&str]) -> Self {
        let (provider, folder) = (Provider::new("1"), TempDir::new().unwrap());
        let keys = folder.path().join("jwks.json");
        std::fs::write(&keys, provider.jwks().to_string()).unwrap();
        let mut all = vec!["--jwt-keys", keys.to_str().unwrap()];
        all.extend(arguments);
        let server = router(app.clone(), &settings(&all));
        Self {
            server,
            provider,
            keys,
            _folder: folder,
        }
    }

    fn of(app: &App) -> Self {
        Self::with(app, &[])
    }

    /// What the bearer of these claims is answered.
    async fn ask(&self, claims: &Value) -> Answer {
        ask(&self.server, &self.provider.jwt(claims)).await
    }
}

/// What the bearer of a token is answered who asks who it is.
async fn ask(server: &Router, token: &str) -> Answer {
    ask_for(server, token, VIEWER, json!({})).await
}

async fn ask_for(server: &Router, token: &str, query: &str, variables: Value) -> Answer {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = post(&format!("Bearer {token}"), body);
    let response = server.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body: Body = body;
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// What the provider says of an admin of Tea, for an hour from the start.
fn admin_claims() -> Value {
    let now = START.0 / 1_000;
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "jane", "iat": now, "exp": now + 3_600,
        "name": "Jane", "cashable_role": "ADMIN", "cashable_shop": "Tea"
    })
}

/// The same with other claims, of which null takes one away.
fn claims(changed: Value) -> Value {
    let mut claims = admin_claims();
    let (all, Value::Object(changed)) = (claims.as_object_mut().unwrap(), changed) else {
        panic!("claims are an object");
    };
    for (name, value) in changed {
        match value {
            Value::Null => drop(all.remove(&name)),
            value => drop(all.insert(name, value)),
        }
    }
    claims
}

/// Tea, with the affiliate anna.
async fn tea(app: TestApp) -> World {
    let world = World::open(app).await;
    world.import_complete(1).await;
    world
}

fn assert_refused(answer: &Answer, message: &str) {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text);
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    assert_eq!(answer.message(), message);
}

fn assert_let_in(answer: &Answer) {
    assert_eq!(
        answer.json()["data"]["viewer"]["role"],
        "ADMIN",
        "{}",
        answer.text
    );
}
