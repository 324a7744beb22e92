//! `cashable serve`: the server and the schedule of syncs, until it is told to stop.

use std::process::ExitCode;

use cashable::app::App;
use cashable::config::{Config, Listen};
use cashable::error::{Error, Result};
use cashable::stop::Stop;
use cashable::{http, sync};
use clap::Args;
use tokio::net::TcpListener;
use tokio::time::timeout;

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    listen: Listen,
    #[command(flatten)]
    settings: http::Settings,
}

impl Serve {
    pub async fn run(&self, config: &Config) -> Result<ExitCode> {
        let statements = self.settings.work.statement_seconds;
        let app = config.open_with(Some(statements)).await?;
        let listener = bind(self.listen).await?;
        // Port 0 asks the system for a free one, which it has found by now.
        let address = listener.local_addr().unwrap_or(self.listen.listen);
        tracing::info!("listening on http://{address}");
        serve(app, &self.settings, listener).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Opens the address to listen on.
pub async fn bind(listen: Listen) -> Result<TcpListener> {
    TcpListener::bind(listen.listen).await.map_err(|cause| {
        Error::BadInput(format!(
            "--listen: cannot listen on {}: {cause}",
            listen.listen
        ))
    })
}

/// Serves and keeps the schedule until the process is told to stop. Then requests and chunks of syncs that have
/// begun come to their end, as far as there is time.
pub async fn serve(app: App, settings: &http::Settings, listener: TcpListener) -> Result<()> {
    let stop = app.stop.clone();
    stop.spawn(sync::keep_schedule(app.clone()));
    stop.spawn(sync::keep_hints(app.clone()));
    tokio::spawn(ask_when_told(stop.clone()));
    let serving = async {
        let served = http::serve(app, settings, listener, stop.asked()).await;
        // It may have failed, and nobody has asked.
        stop.ask();
        served
    };
    let syncing = async {
        stop.asked().await;
        timeout(settings.server.stop_timeout.0, stop.done()).await
    };
    let (served, synced) = tokio::join!(serving, syncing);
    if synced.is_err() {
        tracing::warn!("syncs were cut off in a chunk: the next runs make them good");
    }
    tracing::info!("stopped");
    served
}

/// Asks for an end once the process is told to stop.
pub async fn ask_when_told(stop: Stop) {
    told_to_stop().await;
    tracing::info!("stopping: what was begun comes to its end");
    stop.ask();
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
