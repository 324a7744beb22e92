//! What happened in a shop, in the order in which it did: the history, and among it the ends of sync runs. For
//! those who tell others of it.

use entity::words::WebhookEvent;
use entity::{
    affiliate, affiliate_transaction as transaction, finished_run, order, status_change, sync_run,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::webhook_subjects::Subjects;
use crate::error::Result;

/// Something that happened, and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// The last number of the history then, its own included.
    pub sequence: i64,
    /// The last number of a run that had ended, its own included.
    pub run_number: i64,
    /// What there is to tell of it; unset where nobody wants to know.
    pub to_tell: Option<ToTell>,
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq)]
pub enum ToTell {
    /// A status, a pin, or whether it is there at all has changed.
    Changed(Box<Changed>),
    /// A run ended.
    Finished {
        /// The run.
        run: Box<sync_run::Model>,
        /// The last number of the history when it did.
        after_sequence: i64,
    },
}

/// A row of the history, with what it is about as that is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The row.
    pub change: status_change::Model,
    /// The pin before it; unset for orders.
    pub was_pinned: Option<bool>,
    /// The order that changed, or that the transaction is linked to.
    pub order: Option<order::Model>,
    /// The transaction that changed, and whose it is.
    pub transaction: Option<(transaction::Model, Option<affiliate::Model>)>,
}

/// What lies behind a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
    /// The place in the history.
    pub sequence: i64,
    /// The place among the runs that ended.
    pub run_number: i64,
    /// The last number of the history that is looked at, that number included.
    pub until: i64,
}

/// What happened behind a place, at most `most` of it. What is about none of the `wanted` events is a place and no
/// more.
pub async fn list_happenings(
    db: &impl ConnectionTrait,
    shop_id: i64,
    behind: Behind,
    wanted: &[WebhookEvent],
    most: usize,
) -> Result<Vec<Happened>> {
    let changes = changes_in(db, shop_id, behind, most).await?;
    let runs = runs_in(db, shop_id, behind, most).await?;
    let (mut changes, mut runs) = (changes.into_iter().peekable(), runs.into_iter().peekable());
    let mut rows = Vec::new();
    let mut place = (behind.sequence, behind.run_number);
    while rows.len() < most {
        let run_is_next = match (runs.peek(), changes.peek()) {
            (None, None) => break,
            (Some(run), Some(change)) => run.after_sequence < change.sequence,
            (run, _) => run.is_some(),
        };
        let row = if run_is_next {
            runs.next().map(Row::Run)
        } else {
            changes.next().map(Row::Change)
        };
        let Some(row) = row else { break };
        place = row.place(place);
        rows.push((place, row));
    }
    told(db, shop_id, wanted, rows).await
}

/// A row of either list.
pub(super) enum Row {
    Change(status_change::Model),
    Run(finished_run::Model),
}

impl Row {
    fn place(&self, (sequence, run_number): (i64, i64)) -> (i64, i64) {
        match self {
            Self::Change(change) => (change.sequence, run_number),
            Self::Run(run) => (sequence, run.number),
        }
    }

    fn event(&self) -> WebhookEvent {
        match self {
            Self::Change(change) if change.order_id.is_some() => WebhookEvent::OrderStatusChanged,
            Self::Change(_) => WebhookEvent::TransactionStatusChanged,
            Self::Run(_) => WebhookEvent::SyncFinished,
        }
    }
}

async fn changes_in(
    db: &impl ConnectionTrait,
    shop_id: i64,
    behind: Behind,
    most: usize,
) -> Result<Vec<status_change::Model>> {
    use status_change::Column;
    Ok(status_change::Entity::find()
        .filter(Column::ShopId.eq(shop_id))
        .filter(Column::Sequence.gt(behind.sequence))
        .filter(Column::Sequence.lte(behind.until))
        .order_by_asc(Column::Sequence)
        .limit(most as u64)
        .all(db)
        .await?)
}

async fn runs_in(
    db: &impl ConnectionTrait,
    shop_id: i64,
    behind: Behind,
    most: usize,
) -> Result<Vec<finished_run::Model>> {
    use finished_run::Column;
    Ok(finished_run::Entity::find()
        .filter(Column::ShopId.eq(shop_id))
        .filter(Column::Number.gt(behind.run_number))
        .filter(Column::AfterSequence.lte(behind.until))
        .order_by_asc(Column::Number)
        .limit(most as u64)
        .all(db)
        .await?)
}

async fn told(
    db: &impl ConnectionTrait,
    shop_id: i64,
    wanted: &[WebhookEvent],
    rows: Vec<((i64, i64), Row)>,
) -> Result<Vec<Happened>> {
    let is_wanted = |row: &Row| wanted.contains(&row.event());
    let rows_wanted = || rows.iter().map(|(_, row)| row).filter(|row| is_wanted(row));
    let mut subjects = Subjects::read(db, shop_id, rows_wanted()).await?;
    let mut happened = Vec::with_capacity(rows.len());
    for ((sequence, run_number), row) in rows {
        let to_tell = match row {
            row if !is_wanted(&row) => None,
            Row::Change(change) => Some(subjects.changed(db, change).await?),
            Row::Run(run) => subjects.finished(&run),
        };
        happened.push(Happened {
            sequence,
            run_number,
            to_tell,
        });
    }
    Ok(happened)
}

#[cfg(test)]
mod tests {
    use entity::Instant;
    use entity::words::{StatusActor, SyncState};

    use super::super::fixtures::{Fixture, NEIGHBOUR, SHOP, id, run};
    use super::*;

    fn change(shop_id: i64, sequence: i64) -> status_change::Model {
        status_change::Model {
            shop_id,
            sequence,
            at: Instant(sequence),
            order_id: (sequence % 2 == 0).then(|| id(90)),
            transaction_id: (sequence % 2 == 1).then(|| id(91)),
            from_status: "NEW".to_owned(),
            to_status: "COMPLETE".to_owned(),
            pinned: None,
            actor: StatusActor::Sync,
            actor_name: None,
            sync_run_id: None,
            reason: None,
            note: None,
        }
    }

    /// Every place of the pages of this size, and whether it is to be told.
    async fn walk(fixture: &Fixture, until: i64, size: usize) -> Vec<(i64, i64, bool)> {
        let wanted = [WebhookEvent::OrderStatusChanged, WebhookEvent::SyncFinished];
        let (mut place, mut found) = ((0, 0), Vec::new());
        loop {
            let behind = Behind {
                sequence: place.0,
                run_number: place.1,
                until,
            };
            let page = list_happenings(fixture.db(), SHOP, behind, &wanted, size).await;
            let page = page.expect("a page");
            let Some(last) = page.last() else {
                return found;
            };
            place = (last.sequence, last.run_number);
            let places = page.iter();
            found.extend(places.map(|it| (it.sequence, it.run_number, it.to_tell.is_some())));
        }
    }

    #[tokio::test]
    async fn ends_of_runs_stand_where_they_happened_whatever_the_pages() {
        let fixture = Fixture::open().await;
        let runs = (1..=5).map(|n| run(n, SyncState::Succeeded, false));
        fixture.put(runs.collect()).await;
        for shop_id in [SHOP, NEIGHBOUR] {
            let changes = (1..=6).map(|sequence| change(shop_id, sequence));
            fixture.put(changes.collect()).await;
        }
        let ends = [(1, 0), (2, 2), (3, 2), (4, 5), (5, 6)];
        let ends = ends.map(|(number, after_sequence)| finished_run::Model {
            shop_id: SHOP,
            number,
            run_id: id(u128::from(number.unsigned_abs())),
            after_sequence,
        });
        fixture.put(ends.to_vec()).await;
        #[rustfmt::skip]
        let expected = [
            (0, 1, true), (1, 1, false), (2, 1, true), (2, 2, true), (2, 3, true), (3, 3, false), (4, 3, true),
            (5, 3, false), (5, 4, true), (6, 4, true), (6, 5, true),
        ];
        for size in [1, 2, 3, 100] {
            assert_eq!(walk(&fixture, 6, size).await, expected, "{size}");
            assert_eq!(walk(&fixture, 4, size).await, expected[..7], "{size}");
        }
    }
}
