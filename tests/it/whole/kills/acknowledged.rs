//! What a server acknowledged before it was killed is there; what it did not answer any more is there wholly or
//! not at all, and once when it is asked for again.

use entity::{order, status_change};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::Trial;
use super::lives::{Asked, Told, orders_of};
use crate::support::graphql::data;
use crate::support::world::text;

impl Trial {
    /// What was acknowledged is there, and what was not is so wholly or not at all; asked again, it is done.
    pub(super) async fn check_imports(&mut self, told: Told) {
        if let Some(asked) = &told.unanswered {
            let stored = self.count_orders(&orders_of(asked)).await;
            assert!([0, 10].contains(&stored), "{stored} of 10 orders");
            self.ask_again(asked).await;
        }
        for asked in told.acknowledged.iter().chain(&told.unanswered) {
            let orders = orders_of(asked);
            assert_eq!(self.count_orders(&orders).await, 10);
            self.orders.extend(orders);
        }
    }

    pub(super) async fn check_overrides(&mut self, told: Told) {
        for asked in &told.acknowledged {
            assert_eq!(self.count_changes(asked).await, 1, "{asked:?}");
        }
        if let Some(asked) = &told.unanswered {
            assert!(self.count_changes(asked).await <= 1, "{asked:?}");
            self.ask_again(asked).await;
            assert_eq!(self.count_changes(asked).await, 1, "{asked:?}");
        }
        let all = told.acknowledged.iter().chain(&told.unanswered);
        self.notes
            .extend(all.map(|asked| text(&asked.input["note"])));
    }

    /// The same with the same key, by another process.
    async fn ask_again(&self, asked: &Asked) {
        let input = json!({"input": asked.input});
        let answer = data(&self.world.app, &self.world.admin, &asked.document(), input).await;
        assert_eq!(answer[asked.name]["userErrors"], json!([]), "{asked:?}");
    }

    pub(super) async fn count_orders(&self, ids: &[String]) -> u64 {
        let ids = order::Column::ExternalId.is_in(ids);
        let orders = order::Entity::find().filter(ids);
        orders
            .count(self.world.app.behind_its_back())
            .await
            .unwrap()
    }

    async fn count_changes(&self, asked: &Asked) -> u64 {
        let note = status_change::Column::Note.eq(text(&asked.input["note"]));
        let changes = status_change::Entity::find().filter(note);
        changes
            .count(self.world.app.behind_its_back())
            .await
            .unwrap()
    }
}
