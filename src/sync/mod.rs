//! The reconciler: one pass over one shop, its driver and its schedule (R17 to R22).
//!
//! A run takes no hints: it looks at what is due and at what the rows say, so running it twice changes
//! nothing the second time, and one that was cut off is made good by the next (R19).

mod checking;
mod checks;
mod connecting;
mod hinted;
mod hints;
mod pass;
mod places;
mod pull;
mod receiving;
mod reconnecting;
mod scheduler;

use entity::sync_run;
use entity::words::SyncTrigger;

pub use checking::{SourceCheck, SourceProblem, check_source};
pub use checks::Checks;
pub use connecting::{
    NewSource, SecretOf, WaysIn, asking, connect_source, find_secret, hook_secrets,
    is_in_environment, ways_in,
};
pub use hinted::{fetch_hinted, keep_hints};
pub use hints::{Hints, SourceId};
pub use pass::{Watch, run};
pub use pull::Asking;
pub use receiving::{Received, is_secret_of, receive_hook, receive_push};
pub use reconnecting::{SourceUpdate, update_source};
pub use scheduler::{Schedule, keep_schedule, sync_due_shops};

use crate::app::App;
use crate::error::Result;
use crate::ledger::{self, Author, QueueRun, QueuedRun};

/// Asks for a run, or a dry one; where one of its kind is under way, that is the answer (R18).
pub async fn request(
    app: &App,
    shop_id: i64,
    author: &Author,
    trigger: SyncTrigger,
    dry_run: bool,
) -> Result<QueuedRun> {
    ledger::write(app, shop_id, author, &QueueRun { trigger, dry_run }).await
}

/// Carries a queued run out while the caller goes on; how it ended stands in the run. The end of the program
/// waits for it.
pub fn spawn(app: &App, queued: sync_run::Model) {
    let stop = app.stop.clone();
    let app = app.clone();
    stop.spawn(async move {
        // A failure is logged and stored with the run where it happens.
        if let Ok(run) = run(&app, queued, false, &|_| {}).await {
            log_end(&run);
        }
    });
}

/// Nobody looks at the runs of a server, so that the log tells of them.
fn log_end(run: &sync_run::Model) {
    tracing::info!(
        run = %run.id,
        shop_id = run.shop_id,
        state = ?run.state,
        checked = run.transactions_checked,
        changed = run.transactions_changed,
        "a sync run ended"
    );
}
