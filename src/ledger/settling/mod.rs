//! Settling by sets: a chunk of the queue in one transaction. No row is read into the program.

mod figures;
mod preview;
mod range;
mod sql;
mod statements;

use entity::words::TransactionStatus;
use entity::{Instant, sync_run};
use sea_orm::{ConnectionTrait, DbBackend};
use serde::{Deserialize, Serialize};

pub use preview::{Preview, preview};
pub use sql::{Days, target_status};

use self::figures::move_figures;
use self::range::Range;
use self::statements::{
    catch_up_reopened, set_aside, transitions_of, update_transactions, write_history,
};
use super::runs::hold_on;
use super::{Change, ShopWrite, bulk};
use crate::error::{Error, Result};

/// Settles the next transactions that are due.
#[derive(Debug, Serialize)]
pub struct SettleChunk {
    /// The run, with its figures so far; they are stored with the chunk.
    pub run: sync_run::Model,
    /// When the run began: what is due by then is settled.
    pub at: Instant,
    /// Sources whose orders the run could not look at: what follows them does not become COMPLETED.
    pub unseen: Vec<String>,
    /// How many rows at most.
    pub size: u64,
}

/// What a chunk did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settled {
    /// The run with its figures after the chunk.
    pub run: sync_run::Model,
    /// Whether more is due.
    pub more: bool,
}

/// How many transactions went from one status to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// Before.
    pub from: TransactionStatus,
    /// After.
    pub to: TransactionStatus,
    /// How many.
    pub transactions: i64,
}

impl Change for SettleChunk {
    const NAME: &'static str = "settleChunk";
    type Output = Settled;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Settled> {
        hold_on(shop, self.run.id).await?;
        go_by_indexes(shop.db()).await?;
        let range = Range::next(
            shop.db(),
            shop.shop.shop_id,
            self.at,
            &self.unseen,
            self.size,
        )
        .await?;
        let first = shop.history.next_sequence()?;
        let changed = write_history(shop, &range, first).await?;
        let mut run = self.run.clone();
        let mut failed = 0;
        if changed > 0 {
            add_transitions(&mut run, transitions_of(shop, first).await?)?;
            move_figures(shop, first).await?;
            update_transactions(shop, first).await?;
        }
        if !shop.shop.lock_final_statuses {
            catch_up_reopened(shop, first).await?;
            // Final rows are looked at here too, and leave the queue whatever their orders are.
            failed += set_aside(shop, &range, run.id).await?;
        }
        let left = range.leave_queue(shop.db()).await?;
        failed += set_aside(shop, &range, run.id).await?;
        let stayed = range
            .requeue(shop.db(), shop.shop.lock_final_statuses)
            .await?;
        run.transactions_checked += i64::try_from(left + stayed).unwrap_or(0);
        run.transactions_changed += i64::try_from(changed).unwrap_or(0);
        run.orders_failed += i64::try_from(failed).unwrap_or(0);
        bulk::upsert::<sync_run::Entity>(shop.db(), vec![run.clone()]).await?;
        Ok(Settled {
            run,
            more: range.last.is_some(),
        })
    }
}

impl Transition {
    /// Transitions as a run stores them: from OPEN on, whatever order a database found them in.
    pub fn to_json(transitions: &[Self]) -> Result<serde_json::Value> {
        let mut sorted: Vec<&Self> = transitions.iter().collect();
        sorted.sort_by_key(|transition| (transition.from, transition.to));
        serde_json::to_value(sorted).map_err(unexpected)
    }

    /// Transitions as a run has stored them.
    pub fn from_json(stored: &serde_json::Value) -> Result<Vec<Self>> {
        serde_json::from_value(stored.clone()).map_err(unexpected)
    }
}

/// A chunk is a small part of what there is. PostgreSQL would now and then rather read through the whole queue, which
/// takes ever longer the more is in it of other shops; all else that this transaction does is the chunk.
async fn go_by_indexes(db: &impl ConnectionTrait) -> Result<()> {
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared("SET LOCAL enable_seqscan = off")
            .await?;
    }
    Ok(())
}

fn add_transitions(run: &mut sync_run::Model, new: Vec<Transition>) -> Result<()> {
    let mut transitions = Transition::from_json(&run.transitions)?;
    for transition in new {
        let same =
            |known: &&mut Transition| known.from == transition.from && known.to == transition.to;
        match transitions.iter_mut().find(same) {
            Some(known) => known.transactions += transition.transactions,
            None => transitions.push(transition),
        }
    }
    run.transitions = Transition::to_json(&transitions)?;
    Ok(())
}

fn unexpected(error: impl std::fmt::Display) -> Error {
    Error::Unexpected(error.to_string())
}
