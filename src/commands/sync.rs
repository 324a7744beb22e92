//! `cashable sync`: one run now, then a table of what changed.

use std::process::ExitCode;

use cashable::config::Config;
use cashable::error::{Error, Result};
use cashable::ledger::Transition;
use cashable::sync;
use clap::Args;
use entity::sync_run;
use entity::words::{StatusActor, SyncState, SyncTrigger};
use sea_orm::ActiveEnum;

use super::output::say;
use super::serve::ask_when_told;
use super::{author, progress, require_shop};

#[derive(Debug, Args)]
pub struct Sync {
    /// Which shop.
    #[arg(long)]
    shop: String,
    /// Show what would change of what is stored, and change nothing. No platform is asked, so that what is new there
    /// is not counted.
    #[arg(long)]
    dry_run: bool,
    /// Look at every unsettled transaction, due or not.
    #[arg(long, conflicts_with = "dry_run")]
    all: bool,
}

impl Sync {
    pub async fn run(&self, config: &Config) -> Result<ExitCode> {
        let app = config.open().await?;
        let shop = require_shop(&app, &self.shop).await?;
        let author = author(StatusActor::Sync);
        let queued =
            sync::request(&app, shop.shop_id, &author, SyncTrigger::Cli, self.dry_run).await?;
        if queued.already_running {
            let what = if self.dry_run { "dry run" } else { "sync" };
            say!("a {what} of {} is under way already", shop.name);
            return Ok(ExitCode::SUCCESS);
        }
        // A platform may take its time, and whoever waits may have enough of it.
        tokio::spawn(ask_when_told(app.stop.clone()));
        let run = run_with_bar(&app, queued.run, self.all).await?;
        if run.state == SyncState::Failed {
            return Err(Error::Unexpected(run.error.unwrap_or_default()));
        }
        print(&run)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Carries a run out, with a progress bar on a terminal.
pub async fn run_with_bar(
    app: &cashable::app::App,
    queued: sync_run::Model,
    all: bool,
) -> Result<sync_run::Model> {
    let bar = progress::bar("syncing", Some(0));
    let whole = |count: i64| u64::try_from(count).unwrap_or(0);
    let watch = |run: &sync_run::Model| {
        // Orders come before transactions; how many there will be, nobody knows.
        let (done, all) = match run.transactions_checked {
            0 => (run.orders_read, run.orders_read.max(run.transactions_due)),
            checked => (checked, run.transactions_due),
        };
        bar.set_length(whole(all));
        bar.set_position(whole(done));
    };
    let run = sync::run(app, queued, all, &watch).await;
    bar.finish_and_clear();
    run
}

/// Shows what a run changed.
pub fn print(run: &sync_run::Model) -> Result<()> {
    let would = if run.dry_run { "would be " } else { "" };
    if run.orders_read > 0 {
        say!(
            "{} orders read from platforms, {} changed",
            run.orders_read,
            run.orders_changed
        );
    }
    say!("{:<12} {:<12} {:>12}", "from", "to", "transactions");
    for transition in Transition::from_json(&run.transitions)? {
        say!(
            "{:<12} {:<12} {:>12}",
            transition.from.to_value(),
            transition.to.to_value(),
            transition.transactions
        );
    }
    say!(
        "{} transactions looked at, {} {would}changed",
        run.transactions_checked,
        run.transactions_changed
    );
    say!(
        "{} promoted-order counts {would}put right",
        run.promoted_counts_repaired
    );
    if run.orders_failed > 0 {
        say!(
            "{} orders set aside; the API lists them under syncRun.failures",
            run.orders_failed
        );
    }
    Ok(())
}
