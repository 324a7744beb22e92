//! Orders pulled from the platforms that a shop is connected to: what has changed there since the last time,
//! and whatever is not final here, since on some platforms a new status does not show as a change.
//!
//! A platform that fails takes nothing from the others. What was known settles all the same, but for what
//! would become COMPLETED by orders that this run could not look at; and then the run fails, so that the last
//! sync time stays where it was (R21) and an admin sees why.

mod asking;
mod changes;
mod open;
mod puller;
mod reports;
mod stopped;

use entity::{order_source, sync_run};
use uuid::Uuid;

pub use asking::Asking;
pub use reports::report_of;

use self::puller::Puller;
use self::stopped::Stopped;
use super::Watch;
use crate::app::App;
use crate::error::{Error, Result};
use crate::ledger::{self, Author, KeepLease, read_again, require_shop, sources_of};
use crate::sources::kind_of;

/// What was read of a source is not what would be read of it now.
const CHANGED: &str = "it was changed while it was read; the next run reads it anew";

/// What pulling has left.
#[derive(Debug, Default)]
pub struct Pulled {
    /// How many platforms were asked.
    pub asked: usize,
    /// The sources whose orders could not all be looked at, or are not asked since they are switched off.
    pub unseen: Vec<String>,
    /// What went wrong with which source.
    pub errors: Vec<String>,
}

impl Pulled {
    /// A source could not be read, or not to its end.
    fn miss(&mut self, source: String, reason: &str) {
        tracing::warn!(source, reason, "a platform was not read");
        self.errors.push(format!("{source}: {reason}"));
        self.unseen.push(source);
    }

    /// How a run ends that has pulled this.
    pub fn outcome(self) -> Result<()> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(Error::Source(self.errors.join("; ")))
    }
}

/// Pulls from every platform of the run's shop. Meanwhile the run's lease is kept, however long a platform takes;
/// once that is lost, nothing more is asked.
pub async fn pull(
    app: &App,
    author: &Author,
    run: &mut sync_run::Model,
    watch: Watch<'_>,
) -> Result<Pulled> {
    let (shop_id, run_id) = (run.shop_id, run.id);
    // Both go on at once: either may be in the middle of a transaction that the other waits for.
    tokio::select! {
        pulled = Box::pin(pull_all(app, author, run, watch)) => pulled,
        lost = keep_lease(app, author, shop_id, run_id) => Err(lost),
    }
}

/// Says again and again that the run is alive, and why it is not any more.
async fn keep_lease(app: &App, author: &Author, shop_id: i64, run_id: Uuid) -> Error {
    loop {
        tokio::time::sleep(app.reach.beat).await;
        let kept = ledger::write(app, shop_id, author, &KeepLease { run_id }).await;
        if let Err(error) = kept {
            return error;
        }
    }
}

async fn pull_all(
    app: &App,
    author: &Author,
    run: &mut sync_run::Model,
    watch: Watch<'_>,
) -> Result<Pulled> {
    let mut pulled = Pulled::default();
    let (db, shop_id) = (app.database.reader(), run.shop_id);
    let sources = read_again(|| sources_of(db, shop_id)).await?;
    let (on, off): (Vec<_>, Vec<_>) = sources.into_iter().partition(|it| it.enabled);
    // What is not asked may have been returned meanwhile.
    pulled.unseen.extend(off.into_iter().map(|it| it.name));
    for source in on.into_iter().filter(is_pulled) {
        pulled.asked += 1;
        let name = source.name.clone();
        let shop = read_again(|| require_shop(db, shop_id)).await?;
        let mut platform = Puller::new(app, author, run, watch, shop, source);
        match platform.pull().await {
            Ok(()) => {}
            Err(Stopped::Ours(error)) => return Err(error),
            Err(Stopped::Disconnected) => {
                // Its row is another one now, where there still is one.
                let left = read_again(|| sources_of(db, shop_id)).await?;
                if left.iter().any(|it| it.name == name) {
                    pulled.miss(name, CHANGED);
                }
            }
            Err(stopped) => pulled.miss(name, &stopped.reason().unwrap_or_default()),
        }
    }
    Ok(pulled)
}

fn is_pulled(source: &order_source::Model) -> bool {
    !kind_of(&source.kind).is_ok_and(|kind| kind.pull.is_none())
}
