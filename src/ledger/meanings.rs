//! R1: what the words of a source mean in a shop, by its own table first and by the defaults after that.

use std::collections::{BTreeMap, HashMap};

use entity::status_mapping;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::ShopWrite;
use super::order_sources::kind_of;
use crate::domain::status::{Meaning, default_meaning};
use crate::error::Result;

/// The words of one source.
#[derive(Clone, Debug)]
pub(super) struct Meanings {
    /// The kind of platform, whose defaults hold.
    kind: String,
    exact: HashMap<String, Meaning>,
    /// The same words in lower case: platforms change the case of their words, and a shop's own rule must
    /// not lose to a default for that.
    in_any_case: BTreeMap<String, Meaning>,
}

impl Meanings {
    /// The shop's table for this source.
    pub(super) async fn load(shop: &ShopWrite, source: &str) -> Result<Self> {
        let rows = status_mapping::Entity::find()
            .filter(status_mapping::Column::ShopId.eq(shop.shop.shop_id))
            .filter(status_mapping::Column::Source.eq(source))
            .all(shop.db())
            .await?;
        let mut meanings = Self {
            kind: kind_of(shop, source).await?,
            exact: HashMap::new(),
            in_any_case: BTreeMap::new(),
        };
        for row in rows {
            meanings.set(&row.native_status, Meaning::parse(&row.maps_to)?);
        }
        Ok(meanings)
    }

    /// What a word means; unset where no table knows it.
    pub(super) fn of(&self, native: &str) -> Option<Meaning> {
        self.exact
            .get(native)
            .or_else(|| self.in_any_case.get(&native.to_lowercase()))
            .copied()
            .or_else(|| default_meaning(&self.kind, native))
    }

    /// What the shop's table says of just this word.
    pub(super) fn told(&self, native: &str) -> Option<Meaning> {
        self.exact.get(native).copied()
    }

    pub(super) fn set(&mut self, native: &str, meaning: Meaning) {
        self.exact.insert(native.to_owned(), meaning);
        self.in_any_case.insert(native.to_lowercase(), meaning);
    }
}
