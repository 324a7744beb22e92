//! What an admin, a shop or the schedule can do to a shop, each made ready so that it can be done once.

use cashable::app::App;
use cashable::error::Error;
use cashable::ledger::{self, Author, Change, FinishRun, QueueRun, Recount, SettleChunk, StartRun};
use entity::words::{SyncState, SyncTrigger};
use serde_json::{Value, json};

use crate::support::graphql::ask;
use crate::support::world::{World, document_of, olga};

/// A kind of write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Import,
    Override,
    Release,
    Delete,
    Create,
    Sync,
}

/// A write that is ready to be made.
#[derive(Debug)]
pub enum Ready {
    Mutation {
        name: &'static str,
        selection: &'static str,
        input: Value,
    },
    Sync,
}

impl Deed {
    /// Makes ready for a write of what bears this label, which was not there before.
    pub async fn ready(self, world: &World, label: &str) -> Ready {
        let (name, selection, input) = match self {
            Self::Sync => {
                let orders =
                    (1..=3).map(|it| world.old_order(&format!("{label}-{it}"), "complete"));
                world.import(orders.collect()).await;
                return Ready::Sync;
            }
            Self::Import => {
                world.import(json!([world.old_order(label, "new")])).await;
                let second = format!("{label}-2");
                let orders = json!([
                    world.old_order(label, "complete"),
                    world.old_order(&second, "new")
                ]);
                (
                    "importOrders",
                    "created changed",
                    json!({ "orders": orders }),
                )
            }
            Self::Create => {
                world.import(json!([world.old_order("any", "new")])).await;
                let anna = world.affiliate("anna").await;
                let input = json!({"affiliateId": anna, "kind": "MANUAL", "amount": "5", "currency": "EUR"});
                ("createTransaction", "transaction { id }", input)
            }
            Self::Override | Self::Release | Self::Delete => self.ready_for_one(world, label).await,
        };
        Ready::Mutation {
            name,
            selection,
            input,
        }
    }

    /// A write of one transaction.
    async fn ready_for_one(
        self,
        world: &World,
        label: &str,
    ) -> (&'static str, &'static str, Value) {
        world
            .import(json!([world.old_order(label, "complete")]))
            .await;
        let transaction = world.transaction(label).await;
        let id = &transaction["id"];
        match self {
            Self::Release => {
                world.set(&transaction, "CANCELLED").await;
                let input = json!({ "transactionId": id });
                ("releaseTransactionOverride", "transaction { id }", input)
            }
            Self::Delete => {
                let input = json!({"transactionId": id, "reason": "OTHER"});
                ("deleteTransaction", "deletedTransactionId", input)
            }
            _ => {
                let input = json!({"transactionId": id, "status": "CANCELLED", "reason": "OTHER"});
                ("overrideTransactionStatus", "transaction { id }", input)
            }
        }
    }
}

impl Ready {
    /// The same with a key, so that it may be repeated; a run is asked for without.
    pub fn with_key(mut self, key: &str) -> Self {
        if let Self::Mutation { input, .. } = &mut self {
            input["idempotencyKey"] = json!(key);
        }
        self
    }

    /// Does it; an error is what the caller was told.
    pub async fn make(&self, world: &World) -> Result<(), String> {
        self.make_by(&world.app, world).await
    }

    /// Does it by another replica.
    pub async fn make_by(&self, app: &App, world: &World) -> Result<(), String> {
        let Self::Mutation {
            name,
            selection,
            input,
        } = self
        else {
            return sync_by_twos(app, world.shop_id)
                .await
                .map_err(|error| error.to_string());
        };
        let document = document_of(name, selection);
        let answer = ask(app, &world.admin, &document, json!({ "input": input })).await;
        let refused = &answer["data"][name]["userErrors"];
        if answer.get("errors").is_none() && *refused == json!([]) {
            return Ok(());
        }
        Err(answer.to_string())
    }
}

/// A whole run, two transactions a chunk.
async fn sync_by_twos(app: &App, shop_id: i64) -> Result<(), Error> {
    let shop = (app, shop_id);
    let queue = QueueRun {
        trigger: SyncTrigger::Manual,
        dry_run: false,
    };
    let run_id = write(shop, &olga(), &queue).await?.run.id;
    let author = Author::run(run_id);
    let mut run = write(shop, &author, &StartRun { run_id, all: false }).await?;
    let at = run.started_at.unwrap();
    loop {
        let settled = write(
            shop,
            &author,
            &SettleChunk {
                run,
                at,
                unseen: Vec::new(),
                size: 2,
            },
        )
        .await?;
        run = settled.run;
        if !settled.more {
            break;
        }
    }
    run.promoted_counts_repaired = write(shop, &author, &Recount { run_id }).await?;
    run.state = SyncState::Succeeded;
    write(shop, &author, &FinishRun { run }).await?;
    Ok(())
}

async fn write<C: Change>(
    (app, shop_id): (&App, i64),
    author: &Author,
    change: &C,
) -> Result<C::Output, Error> {
    ledger::write(app, shop_id, author, change).await
}
