//! A sync now.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::words::{StatusActor, SyncTrigger};

use super::door::{in_input, require_admin};
use crate::error::Error;
use crate::graphql::errors::Result;
use crate::graphql::object::SyncRun;
use crate::graphql::reads::{app, reads, viewer};
use crate::graphql::user_error::UserError;
use crate::ledger::Author;
use crate::sync;

#[derive(Debug, Default)]
pub struct SyncMutations;

/// Which shop to sync, and how.
#[derive(Debug, Default, InputObject)]
pub struct TriggerSyncInput {
    /// The shop; may be left out where the viewer sees exactly one.
    shop_id: Option<ID>,
    /// True only shows what would change of what is stored. No platform is asked.
    dry_run: Option<bool>,
    /// Chosen by the caller: the same key within 24 hours gets the first answer and starts nothing again.
    idempotency_key: Option<String>,
}

/// The run that was asked for.
#[derive(Debug, SimpleObject)]
#[graphql(serial)]
pub struct TriggerSyncPayload {
    /// The run, which goes on: follow it with syncRun or syncProgress. Null where none was started.
    run: Option<SyncRun>,
    /// Whether it was under way before: a shop has one run at a time, and one dry run.
    already_running: bool,
    /// Why no run was started, such as SYNC_DISABLED; empty where one was.
    user_errors: Vec<UserError>,
}

#[Object(serial)]
impl SyncMutations {
    /// Starts a sync of the shop and answers at once. While a run is under way, that run is the answer, and so is
    /// a dry run to whoever asks for another.
    /// Requires ADMIN.
    async fn trigger_sync(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which shop, and whether only to look.")] input: Option<TriggerSyncInput>,
    ) -> Result<TriggerSyncPayload> {
        require_admin(ctx)?;
        let (app, viewer) = (app(ctx)?, viewer(ctx)?);
        let input = input.unwrap_or_default();
        let shop_id = viewer.shop_of(input.shop_id.as_ref())?;
        let author = Author::new(StatusActor::Admin, viewer.name.clone())
            .once(viewer.token_id, input.idempotency_key);
        let dry_run = input.dry_run.unwrap_or(false);
        reads(ctx)?.renew();
        match sync::request(app, shop_id, &author, SyncTrigger::Manual, dry_run).await {
            Ok(queued) => {
                if !queued.already_running {
                    sync::spawn(app, queued.run.clone());
                }
                Ok(TriggerSyncPayload {
                    run: Some(queued.run.into()),
                    already_running: queued.already_running,
                    user_errors: Vec::new(),
                })
            }
            Err(Error::Refused(refusal)) => Ok(TriggerSyncPayload {
                run: None,
                already_running: false,
                user_errors: vec![in_input(refusal).into()],
            }),
            Err(error) => Err(error.into()),
        }
    }
}
