//! The reconciler: one pass over one shop, its driver and its schedule (R17 to R22).
//!
//! A run takes no hints: it looks at what is due and at what the rows say, so running it twice changes
//! nothing the second time, and one that was cut off is made good by the next (R19).

mod connecting;
mod pass;
mod pull;
mod scheduler;

use entity::sync_run;
use entity::words::SyncTrigger;

pub use connecting::{NewSource, SecretOf, asking, connect_source, find_secret, hook_secrets};
pub use pass::{Watch, run};
pub use pull::Asking;
pub use scheduler::{keep_schedule, sync_due_shops};

use crate::app::App;
use crate::error::Result;
use crate::ledger::{self, Author, QueueRun, QueuedRun};

/// Asks for a run; where one is under way, that is the answer (R18).
pub async fn request(
    app: &App,
    shop_id: i64,
    author: &Author,
    trigger: SyncTrigger,
    dry_run: bool,
) -> Result<QueuedRun> {
    ledger::write(app, shop_id, author, &QueueRun { trigger, dry_run }).await
}

/// Carries a queued run out while the caller goes on; how it ended stands in the run.
pub fn spawn(app: &App, queued: sync_run::Model) {
    let app = app.clone();
    tokio::spawn(async move {
        // A failure is logged and stored with the run where it happens.
        let _ = run(&app, queued, false, &|_| {}).await;
    });
}
