//! Orders that platforms hinted at are fetched, each platform's by few questions, while the server runs.

use std::time::Duration;

use entity::words::StatusActor;
use entity::{order_source, shop};
use futures_util::future::join_all;

use super::connecting::asking;
use super::hints::Batch;
use super::pull::report_of;
use crate::app::App;
use crate::error::{Error, Result};
use crate::ledger::{self, Author, StoreHinted, find_source, require_shop};
use crate::sources::{Reported, kind_of};

/// How long hints are gathered before their orders are fetched: platforms send several for one step of an order.
const GATHERED: Duration = Duration::from_secs(2);

/// Fetches what is hinted at until the program is asked to end.
pub async fn keep_hints(app: App) {
    let stop = app.stop.clone();
    while !stop.is_asked() {
        let gathered = async {
            app.hints.told().await;
            app.reach.pauses.pause(GATHERED).await;
        };
        tokio::select! {
            () = gathered => {}
            () = stop.asked() => return,
        }
        for batch in app.hints.take() {
            let app = app.clone();
            stop.spawn(async move { fetch(&app, batch).await });
        }
    }
}

/// Fetches what is hinted at by now.
pub async fn fetch_hinted(app: &App) {
    join_all(app.hints.take().into_iter().map(|batch| fetch(app, batch))).await;
}

/// What cannot be fetched is left to the next run.
async fn fetch(app: &App, batch: Batch) {
    let outcome = tokio::select! {
        outcome = fetch_orders(app, &batch) => outcome,
        () = app.stop.asked() => return,
    };
    if let Err(error) = outcome {
        let (shop_id, source) = (batch.source.shop_id, batch.source.id);
        tracing::warn!(shop_id, %source, cause = %error.in_full(), "hinted orders were not fetched");
    }
}

async fn fetch_orders(app: &App, batch: &Batch) -> Result<()> {
    let db = app.database.reader();
    let shop = require_shop(db, batch.source.shop_id).await?;
    let source = find_source(db, shop.shop_id, batch.source.id).await?;
    let Some(source) = source.filter(|it| it.enabled && shop.sync_enabled) else {
        return Ok(());
    };
    let Some(pull) = kind_of(&source.kind)?.pull else {
        return Ok(());
    };
    let mut asking = asking(app, &source)?;
    for ids in batch.external_ids.chunks(pull.ids_at_once) {
        let orders = asking.by_ids(ids).await;
        let orders = orders.map_err(|error| Error::Source(error.to_string()))?;
        store(app, &shop, &source, orders).await?;
    }
    Ok(())
}

/// What is wrong with an order, or that it is missing, is for a run to tell.
async fn store(
    app: &App,
    shop: &shop::Model,
    source: &order_source::Model,
    orders: Vec<Reported>,
) -> Result<()> {
    let readable = orders.into_iter().flatten();
    let reports = readable.filter_map(|order| report_of(order, &shop.currency).ok());
    let change = StoreHinted {
        source: source.clone(),
        reports: reports.map(|(report, _)| report).collect(),
    };
    let author = Author::new(StatusActor::Sync, source.name.clone());
    ledger::write(app, shop.shop_id, &author, &change).await?;
    Ok(())
}
