//! What a run has pulled from a platform goes in: orders, what was wrong with some of them, what was missing,
//! and how far the platform was read, all in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use entity::order_source::{self, Column};
use entity::{Instant, sync_run};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::missing::{mark_missed_first, mark_missing, mark_seen, mark_unseen};
use super::order_sources::{is_read_alike, require};
use super::pulled_failures::set_aside;
use super::runs::{count_due, count_unmapped, hold_on};
use super::{Change, ImportCounts, ImportOrders, ShopWrite, bulk};
use crate::domain::order::OrderReport;
use crate::error::{Error, Result};

/// How many orders that could not be taken are asked for again: more than that are no bad orders, but a
/// platform that tells them otherwise than it should.
pub const UNREAD_LIMIT: usize = 1_000;

/// Orders that a platform has told.
#[derive(Debug, Serialize)]
pub struct StorePulled {
    /// The run, with its figures so far; they are stored with the orders.
    pub run: sync_run::Model,
    /// The platform, with how far it is read once these orders are stored.
    pub source: order_source::Model,
    /// The orders, each once.
    pub reports: Vec<OrderReport>,
    /// What was left out of some of them: id and reason.
    pub notes: Vec<(String, String)>,
    /// Orders that could not be read: id and reason.
    pub unread: Vec<(String, String)>,
    /// Ids that were asked for and not found.
    pub missing: Vec<String>,
}

/// What has become of orders that a platform has told.
#[derive(Debug, Serialize, Deserialize)]
pub struct TakenIn {
    /// The run with its figures.
    pub run: sync_run::Model,
    /// The platform, with what it is to be asked for again.
    pub source: order_source::Model,
    /// One of the orders that could not be taken, and are too many to be asked for again. Then the platform is not
    /// read any further than before, so that they are told once more.
    pub left_out: Option<String>,
}

/// A run has pulled what there is, and begins to settle.
#[derive(Debug, Serialize)]
pub struct BeginSettling {
    /// The run with its figures.
    pub run: sync_run::Model,
}

/// Says how reading a platform went.
#[derive(Debug, Serialize)]
pub struct NoteSource {
    /// Which run.
    pub run_id: Uuid,
    /// The platform, with how far it was read and what went wrong.
    pub source: order_source::Model,
}

impl Change for StorePulled {
    const NAME: &'static str = "storePulled";
    type Output = TakenIn;

    async fn apply(&self, shop: &mut ShopWrite) -> Result<Self::Output> {
        hold_on(shop, self.run.id).await?;
        let mut run = self.run.clone();
        let import = ImportOrders {
            source: self.source.name.clone(),
            meanings: BTreeMap::new(),
            reports: self.reports.clone(),
        };
        let counts = import.apply(shop).await?;
        let (mut source, left_out) = self.noted(&counts);
        if left_out.is_some() {
            let stored = require(shop, source.id).await?;
            (source.cursor, source.covered_until) = (stored.cursor, stored.covered_until);
        }
        keep_progress(shop, &source).await?;
        self.mark(shop, &counts).await?;
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        run.orders_read += i64::try_from(self.reports.len() + self.unread.len()).unwrap_or(0);
        run.orders_changed += count(counts.created + counts.changed);
        run.orders_stale += count(counts.stale);
        let failures = self.failures(&counts);
        run.orders_failed += set_aside(shop, run.id, &self.source.name, failures).await?;
        run.orders_unmapped = count_unmapped(shop).await?;
        bulk::upsert::<sync_run::Entity>(shop.db(), vec![run.clone()]).await?;
        Ok(TakenIn {
            run,
            source,
            left_out,
        })
    }
}

impl StorePulled {
    /// Marks which orders this run has looked at, and which not.
    async fn mark(&self, shop: &ShopWrite, counts: &ImportCounts) -> Result<()> {
        let source = &self.source.name;
        if counts.stale > 0 {
            // An old report changes nothing, and shows all the same that the order is there.
            let told = self.reports.iter().map(|it| it.external_id.clone());
            let told: Vec<_> = told.collect();
            mark_seen(shop, source, &told).await?;
        }
        mark_unseen(shop, source, &self.not_taken(counts)).await?;
        let began = self.run.started_at.unwrap_or(self.run.queued_at);
        // One that is there, and only could not be read, was not missed until now.
        let unread = unread_of(&self.source);
        let missing = self.missing.iter().cloned();
        let (first, again): (Vec<_>, Vec<_>) = missing.partition(|id| unread.contains(id));
        mark_missed_first(shop, source, &first).await?;
        mark_missing(shop, source, &again, began).await
    }

    /// The orders that were told and have not gone in.
    fn not_taken(&self, counts: &ImportCounts) -> Vec<String> {
        let refused = counts.failed.iter();
        let refused = refused.filter(|it| !it.taken);
        let refused = refused.map(|it| it.external_id.clone());
        let unread = self.unread.iter().map(|(id, _)| id.clone());
        unread.chain(refused).filter(|id| !id.is_empty()).collect()
    }

    /// What is wrong with which order, each once.
    fn failures(&self, counts: &ImportCounts) -> Vec<(String, String)> {
        let refused = counts.failed.iter();
        let refused = refused.map(|it| (it.external_id.clone(), it.refusal.message.clone()));
        let refused: BTreeMap<_, _> = refused.collect();
        let notes = self.notes.iter().cloned();
        let notes = notes.filter(|(id, _)| !refused.contains_key(id));
        let failures = self.unread.iter().cloned().chain(notes);
        failures.chain(refused.clone()).collect()
    }

    /// The platform with what it is to be asked for again: what could not be taken, until it can or is gone. One
    /// for which there is no room.
    fn noted(&self, counts: &ImportCounts) -> (order_source::Model, Option<String>) {
        let mut unread = unread_of(&self.source);
        let settled = self.reports.iter().map(|it| &it.external_id);
        for external_id in settled.chain(&self.missing) {
            unread.remove(external_id);
        }
        let mut left_out = None;
        for id in self.not_taken(counts) {
            if unread.len() < UNREAD_LIMIT || unread.contains(&id) {
                unread.insert(id);
            } else {
                left_out = Some(id);
            }
        }
        let unread = Vec::from_iter(unread);
        let source = order_source::Model {
            unread: (!unread.is_empty()).then(|| unread.into()),
            ..self.source.clone()
        };
        (source, left_out)
    }
}

impl Change for BeginSettling {
    const NAME: &'static str = "beginSettling";
    /// The run, and when it began to settle: what is due by then is settled.
    type Output = (sync_run::Model, Instant);

    async fn apply(&self, shop: &mut ShopWrite) -> Result<(sync_run::Model, Instant)> {
        hold_on(shop, self.run.id).await?;
        let mut run = self.run.clone();
        run.transactions_due = count_due(shop).await?;
        bulk::upsert::<sync_run::Entity>(shop.db(), vec![run.clone()]).await?;
        Ok((run, shop.now))
    }
}

impl Change for NoteSource {
    const NAME: &'static str = "noteSource";
    type Output = ();

    async fn apply(&self, shop: &mut ShopWrite) -> Result<()> {
        hold_on(shop, self.run_id).await?;
        keep_progress(shop, &self.source).await
    }
}

/// The orders of a platform that could not be taken, and are asked for again.
#[must_use]
pub fn unread_of(source: &order_source::Model) -> BTreeSet<String> {
    let unread = source.unread.clone();
    let unread = unread.and_then(|it| serde_json::from_value(it).ok());
    unread.unwrap_or_default()
}

/// Stores how far a platform was read; what an admin has said of it meanwhile stays. One that is asked elsewhere
/// since, or read by other settings, is not found any more: the next run reads it anew.
async fn keep_progress(shop: &ShopWrite, source: &order_source::Model) -> Result<()> {
    let stored = require(shop, source.id).await?;
    if !is_read_alike(&stored, source) {
        return Err(Error::not_found("source"));
    }
    order_source::Entity::update_many()
        .col_expr(Column::Cursor, Expr::value(source.cursor.clone()))
        .col_expr(Column::CoveredUntil, Expr::value(source.covered_until))
        .col_expr(Column::AskedAfter, Expr::value(source.asked_after))
        .col_expr(Column::GoneAskedAt, Expr::value(source.gone_asked_at))
        .col_expr(Column::Unread, Expr::value(source.unread.clone()))
        .col_expr(Column::PulledAt, Expr::value(source.pulled_at))
        .col_expr(Column::Error, Expr::value(source.error.clone()))
        .filter(Column::ShopId.eq(source.shop_id))
        .filter(Column::Id.eq(source.id))
        .exec(shop.db())
        .await?;
    Ok(())
}
