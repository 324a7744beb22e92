//! One pass over one shop: pull, settle by chunks, recount, and say how it ended.

use entity::words::SyncState;
use entity::{Instant, sync_run};
use sea_orm::ActiveEnum;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use super::pull::{Pulled, pull};
use crate::app::App;
use crate::error::{Error, Result};
use crate::ledger::{
    self, Author, BeginSettling, FinishRun, Recount, SettleChunk, StartRun, Transition, preview,
    refresh_statistics,
};

/// How many transactions are settled in one database transaction: few enough that an override never
/// waits long.
const CHUNK: u64 = 2_000;

/// From how many transactions on it pays to have the database look how its tables are filled.
const MANY_DUE: i64 = 4_000;

/// Sees a run as it advances.
pub type Watch<'a> = &'a (dyn Fn(&sync_run::Model) + Send + Sync);

/// Carries out a queued run to its end. With `all` it looks at every unsettled row, due or not.
pub async fn run(
    app: &App,
    queued: sync_run::Model,
    all: bool,
    watch: Watch<'_>,
) -> Result<sync_run::Model> {
    let (id, shop_id, dry_run) = (queued.id, queued.shop_id, queued.dry_run);
    let span = info_span!("sync", run = %id, shop_id, dry_run, state = Empty);
    carry_to_end(app, queued, all, watch).instrument(span).await
}

async fn carry_to_end(
    app: &App,
    queued: sync_run::Model,
    all: bool,
    watch: Watch<'_>,
) -> Result<sync_run::Model> {
    let author = Author::run(queued.id);
    let mut run = queued;
    let outcome = carry_out(app, &author, &mut run, all, watch).await;
    run.state = SyncState::Succeeded;
    if let Err(error) = outcome {
        if matches!(error, Error::LeaseLost) {
            tracing::warn!("{error}");
            return Err(error);
        }
        if matches!(error, Error::Stopped) {
            tracing::info!("{error}");
        } else {
            tracing::error!(cause = %error.in_full(), "a sync run failed");
        }
        run.state = SyncState::Failed;
        run.error = Some(error.to_string());
    }
    let shop_id = run.shop_id;
    let run = ledger::write(app, shop_id, &author, &FinishRun { run }).await?;
    watch(&run);
    Span::current().record("state", run.state.to_value());
    Ok(run)
}

async fn carry_out(
    app: &App,
    author: &Author,
    run: &mut sync_run::Model,
    all: bool,
    watch: Watch<'_>,
) -> Result<()> {
    let shop_id = run.shop_id;
    *run = ledger::write(
        app,
        shop_id,
        author,
        &StartRun {
            run_id: run.id,
            all,
        },
    )
    .await?;
    watch(run);
    if run.dry_run {
        let at = run.started_at.unwrap_or(run.queued_at);
        return look_only(app, run, at).await;
    }
    let pulled = pull(app, author, run, watch).await?;
    settle(app, author, run, &pulled, watch).await?;
    run.promoted_counts_repaired =
        ledger::write(app, shop_id, author, &Recount { run_id: run.id }).await?;
    pulled.outcome()
}

/// Settles what is due, what pulling has just made due included.
async fn settle(
    app: &App,
    author: &Author,
    run: &mut sync_run::Model,
    pulled: &Pulled,
    watch: Watch<'_>,
) -> Result<()> {
    let mut at = run.started_at.unwrap_or(run.queued_at);
    if pulled.asked > 0 {
        let begin = BeginSettling { run: run.clone() };
        (*run, at) = ledger::write(app, run.shop_id, author, &begin).await?;
        watch(run);
    }
    if run.transactions_due > MANY_DUE {
        refresh_statistics(app).await;
    }
    // What becomes due from here on is the next run's.
    let mut more = run.transactions_due > 0;
    while more {
        if app.stop.is_asked() {
            return Err(Error::Stopped);
        }
        let chunk = SettleChunk {
            run: run.clone(),
            at,
            unseen: pulled.unseen.clone(),
            size: CHUNK,
        };
        let settled = ledger::write(app, run.shop_id, author, &chunk).await?;
        *run = settled.run;
        watch(run);
        more = settled.more;
    }
    Ok(())
}

/// A dry run: what would change, counted and not done.
async fn look_only(app: &App, run: &mut sync_run::Model, at: Instant) -> Result<()> {
    let snapshot = app.database.snapshot().await?;
    let preview = preview(&snapshot, run.shop_id, at).await?;
    run.transactions_checked = preview.checked;
    run.transactions_due = preview.checked;
    run.transactions_changed = preview.transitions.iter().map(|t| t.transactions).sum();
    run.transitions = Transition::to_json(&preview.transitions)?;
    run.promoted_counts_repaired = preview.counts_to_repair;
    Ok(())
}
