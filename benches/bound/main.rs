//! `bound`: what Cashable is held against. For three fixed questions it sends the same JSON as Cashable does,
//! by one hand-written statement each, and knows neither GraphQL nor tokens nor snapshots. Asked for `before`, it
//! answers GraphQL instead, without limits.
//!
//! It is no part of the product, and its only user is `bench`.

mod before;
mod database;
mod json;
mod kpi;
mod orders;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::database::Database;

/// An answer; what goes wrong is for the driver to read.
type Answer<T> = Result<axum::Json<T>, (StatusCode, String)>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(port), what) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: bound DATABASE_URL PORT [before]".into());
    };
    let routes = match what.as_deref() {
        Some("before") => before::routes(&url).await?,
        _ => bare(&url).await?,
    };
    let routes = routes.route("/health", get(async || "ok"));
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, routes).await?)
}

async fn bare(url: &str) -> Result<Router, Box<dyn std::error::Error>> {
    let database = Database::connect(url).await?;
    Ok(Router::new()
        .route("/page", get(orders::page))
        .route("/order", get(orders::order))
        .route("/kpi/{grain}", get(kpi::kpi))
        .with_state(database))
}

fn failed(cause: impl std::fmt::Display) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, cause.to_string())
}
