//! What writers were told, held against what is stored: each write that was acknowledged is there once, none
//! that was refused is there at all, and no row has changed without the history's telling of it.

use std::collections::{BTreeMap, HashMap};

use entity::words::{StatusActor, TransactionKind};
use entity::{affiliate_transaction as transaction, order, status_change};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::support::TestApp;
use cashable::reports;

/// What some writers of one shop were told.
#[derive(Debug, Default)]
pub struct Traces {
    /// Notes of overrides and deletions that were acknowledged; each write has its own.
    pub notes: Vec<String>,
    /// How many releases were.
    pub releases: usize,
    /// How many transactions were made by hand.
    pub made: usize,
    /// The native status and the total of each order, in cents, as last acknowledged.
    pub orders: BTreeMap<String, (String, i64)>,
    /// What went wrong that no honest use explains.
    pub errors: Vec<String>,
}

impl Traces {
    pub fn add(&mut self, other: Self) {
        self.notes.extend(other.notes);
        self.releases += other.releases;
        self.made += other.made;
        self.orders.extend(other.orders);
        self.errors.extend(other.errors);
    }

    /// Holds what was told against what is stored.
    pub async fn assert_kept(&mut self, app: &TestApp, shop_id: i64) {
        let history = history(app, shop_id).await;
        self.assert_history(&history);
        let rows = transactions(app, shop_id).await;
        let manual = rows
            .iter()
            .filter(|row| row.kind == TransactionKind::Manual);
        assert_eq!(manual.count(), self.made);
        assert_chained(&rows, &history);
        self.assert_orders(app, shop_id).await;
        let shop = reports::find_shop(app.database.reader(), shop_id).await;
        let findings = reports::audit(app.database.reader(), &shop.unwrap().unwrap()).await;
        assert_eq!(findings.unwrap(), Vec::<String>::new());
    }

    fn assert_history(&mut self, history: &[status_change::Model]) {
        for (row, number) in history.iter().zip(1..) {
            assert_eq!(row.sequence, number);
        }
        let by_admin = history.iter().filter(|row| row.actor == StatusActor::Admin);
        let (explained, released): (Vec<_>, Vec<_>) = by_admin.partition(|row| row.note.is_some());
        let mut notes: Vec<_> = explained
            .into_iter()
            .filter_map(|row| row.note.clone())
            .collect();
        notes.sort();
        self.notes.sort();
        assert_eq!(notes, self.notes, "each is there once");
        assert_eq!(released.len(), self.releases);
    }

    async fn assert_orders(&self, app: &TestApp, shop_id: i64) {
        let rows = order::Entity::find()
            .filter(order::Column::ShopId.eq(shop_id))
            .all(app.behind_its_back())
            .await
            .unwrap();
        let stored: BTreeMap<_, _> = rows
            .into_iter()
            .map(|row| (row.external_id, (row.native_status, row.total_minor)))
            .collect();
        assert_eq!(stored, self.orders);
    }
}

async fn history(app: &TestApp, shop_id: i64) -> Vec<status_change::Model> {
    status_change::Entity::find()
        .filter(status_change::Column::ShopId.eq(shop_id))
        .order_by_asc(status_change::Column::Sequence)
        .all(app.behind_its_back())
        .await
        .unwrap()
}

async fn transactions(app: &TestApp, shop_id: i64) -> Vec<transaction::Model> {
    transaction::Entity::find()
        .filter(transaction::Column::ShopId.eq(shop_id))
        .all(app.behind_its_back())
        .await
        .unwrap()
}

/// Each change begins where the one before it ended, and the row is as the last one left it.
fn assert_chained(rows: &[transaction::Model], history: &[status_change::Model]) {
    let mut last: HashMap<_, &status_change::Model> = HashMap::new();
    for row in history {
        if let Some(before) = last.insert(row.transaction_id.or(row.order_id), row) {
            assert_eq!(before.to_status, row.from_status, "{row:?}");
        }
    }
    for row in rows {
        let Some(last) = last.get(&Some(row.id)) else {
            assert!(!row.pinned && row.deleted_at.is_none(), "{row:?}");
            continue;
        };
        let status = if row.deleted_at.is_some() {
            "DELETED".to_owned()
        } else {
            row.status.to_value()
        };
        assert_eq!(
            (&status, Some(row.pinned)),
            (&last.to_status, last.pinned),
            "{row:?}"
        );
    }
}
