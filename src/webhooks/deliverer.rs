//! Who tells: in the background of the server, each endpoint by itself, so that a slow one keeps nobody waiting.
//! Which of several replicas does it is settled by the endpoint's lease.

use std::time::Duration;

use entity::webhook_endpoint::Model;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Compose;
use super::delivery::{Turn, deliver};
use crate::app::App;
use crate::error::Result;
use crate::reports;

/// How often to look whether another process has changed something, or time has passed for a second try.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long to let changes gather, where they come one after the other.
const GATHER: Duration = Duration::from_millis(100);
/// How many endpoints are told at the same time.
const AT_ONCE: usize = 64;

/// Tells whatever there is to tell until the program is asked to end; messages under way come to their end.
pub async fn keep_delivering(app: App, compose: Compose) {
    let mut turns = JoinSet::new();
    while !app.stop.is_asked() {
        if let Err(error) = begin(&app, compose, &mut turns).await {
            tracing::error!(cause = %error.in_full(), "nobody could look for webhooks to send");
        }
        tokio::select! {
            () = app.stop.asked() => {}
            // Either way it is time to look again.
            _ = timeout(LOOK_EVERY, app.changed.notified()) => sleep(GATHER).await,
        }
        while turns.try_join_next().is_some() {}
    }
    turns.join_all().await;
}

/// Tells what there is to tell now, and returns when it is told or put off.
pub async fn deliver_once(app: &App, compose: Compose) -> Result<()> {
    loop {
        let mut turns = JoinSet::new();
        begin(app, compose, &mut turns).await?;
        let turns = turns.join_all().await;
        if !turns.contains(&Turn::More) {
            return Ok(());
        }
    }
}

/// Begins a turn of each endpoint that has something to be told.
async fn begin(app: &App, compose: Compose, turns: &mut JoinSet<Turn>) -> Result<()> {
    let mut endpoints = reports::endpoints_to_tell(app.database.reader(), app.clock.now()).await?;
    // Where there are more than can be told at once, chance says who waits.
    fastrand::shuffle(&mut endpoints);
    endpoints.truncate(AT_ONCE.saturating_sub(turns.len()));
    for endpoint in endpoints {
        turns.spawn(turn(app.clone(), compose, endpoint));
    }
    Ok(())
}

async fn turn(app: App, compose: Compose, endpoint: Model) -> Turn {
    match deliver(&app, compose, &endpoint).await {
        Ok(Turn::More) => {
            app.changed.notify_one();
            Turn::More
        }
        Ok(Turn::Over) => Turn::Over,
        Err(error) => {
            let (shop_id, cause) = (endpoint.shop_id, error.in_full());
            tracing::error!(shop_id, endpoint = %endpoint.id, %cause, "an endpoint could not be told");
            Turn::Over
        }
    }
}
