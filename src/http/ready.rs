//! `/health`: whether the process lives; `/ready`: whether it can answer, which takes a database that is there
//! and migrated. Neither asks for a token, so that however many ask at once, the database is asked once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use serde_json::json;
use tokio::time::timeout;

use crate::app::App;
use crate::error::Error;

/// How long the database has to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Both routes.
pub fn routes(app: App) -> Router {
    let look = Arc::default();
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .with_state(Readiness { app, look })
}

/// Why it cannot answer; nothing where it can.
type Obstacle = Option<&'static str>;

#[derive(Clone)]
struct Readiness {
    app: App,
    look: Arc<Mutex<Option<Shared<BoxFuture<'static, Obstacle>>>>>,
}

impl Readiness {
    /// The look that somebody takes already, or a new one.
    fn look(&self) -> Shared<BoxFuture<'static, Obstacle>> {
        let mut look = self.look.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(under_way) = look.as_ref().filter(|it| it.peek().is_none()) {
            return under_way.clone();
        }
        let new = obstacle(self.app.clone()).boxed().shared();
        look.insert(new).clone()
    }
}

async fn health() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

async fn ready(State(readiness): State<Readiness>) -> Response {
    match readiness.look().await {
        None => Json(json!({ "status": "ready" })).into_response(),
        Some(reason) => {
            let told = Json(json!({ "status": "not ready", "reason": reason }));
            (StatusCode::SERVICE_UNAVAILABLE, told).into_response()
        }
    }
}

async fn obstacle(app: App) -> Obstacle {
    let (reason, cause) = match timeout(PATIENCE, app.require_migrated()).await {
        Ok(Ok(())) => return None,
        Ok(Err(error @ Error::NotMigrated(_))) => ("the database has migrations pending", error),
        Ok(Err(error)) => ("the database fails", error),
        Err(late) => (
            "the database does not answer",
            Error::Unexpected(late.to_string()),
        ),
    };
    tracing::warn!(cause = %cause.in_full(), "not ready: {reason}");
    Some(reason)
}
