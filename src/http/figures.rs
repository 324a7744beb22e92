//! `/metrics`: the figures of the program for Prometheus, on an address of their own, where whoever collects
//! them comes and nobody else does.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::routing::get;
use clap::Args;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::app::App;
use crate::config::parse_listen;
use crate::error::{Error, Result};
use crate::metrics::Snapshot;
use crate::reports;

/// How long the database has to say how old each shop's sync is.
const PATIENCE: Duration = Duration::from_secs(5);
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Where figures are told.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct FigureSettings {
    /// Address and port of /metrics, which needs no token: not one that strangers reach. Off where left out.
    #[arg(long, env = "CASHABLE_METRICS_LISTEN", value_name = "ADDRESS", value_parser = parse_listen)]
    pub metrics_listen: Option<SocketAddr>,
}

impl FigureSettings {
    /// Opens the address, where there is one.
    pub async fn bind(self) -> Result<Option<TcpListener>> {
        let Some(address) = self.metrics_listen else {
            return Ok(None);
        };
        let listener = TcpListener::bind(address).await.map_err(|cause| {
            Error::BadInput(format!(
                "--metrics-listen: cannot listen on {address}: {cause}"
            ))
        })?;
        let address = listener.local_addr().unwrap_or(address);
        tracing::info!("figures on http://{address}/metrics");
        Ok(Some(listener))
    }
}

/// The figures and nothing else.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/metrics", get(figures))
        .with_state(app)
}

async fn figures(State(app): State<App>) -> ([(HeaderName, &'static str); 1], String) {
    let looked_at = reports::list_syncs(app.database.reader(), app.clock.now());
    let shops = match timeout(PATIENCE, looked_at).await {
        Ok(Ok(shops)) => Some(shops),
        Ok(Err(error)) => {
            tracing::warn!(cause = %error.in_full(), "syncs could not be looked at");
            None
        }
        Err(_) => None,
    };
    let pools = app.database.pools().to_vec();
    let text = app.metrics.text(&Snapshot { pools, shops });
    ([(CONTENT_TYPE, TEXT)], text)
}
