//! What is looked at in the moment that somebody asks for figures: the pools, and how old each shop's sync is.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// How it stands now.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The pools of connections to the database.
    pub pools: Vec<PoolUse>,
    /// The shops whose sync is on; none where the database does not say.
    pub shops: Option<Vec<ShopSync>>,
}

/// A pool of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    /// What it is for.
    pub name: &'static str,
    /// How many connections it may have.
    pub most: u32,
    /// How many it has.
    pub open: u32,
    /// How many of those nobody uses.
    pub idle: u32,
}

/// How a shop's sync stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopSync {
    /// The shop's name.
    pub shop: String,
    /// Milliseconds since the last success (R21); none where there was none.
    pub age_millis: Option<i64>,
    /// How the last run goes or went, in the API's spelling; none where there was none.
    pub last_run: Option<String>,
    /// Whether a run succeeded within two intervals (R21).
    pub is_healthy: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolLabel {
    pool: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ShopLabel {
    shop: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RunLabel {
    shop: String,
    state: String,
}

impl Snapshot {
    /// Adds the figures of this moment.
    pub(super) fn register(&self, registry: &mut Registry) {
        self.register_pools(registry);
        let is_up = Gauge::<i64>::default();
        is_up.set(self.shops.is_some().into());
        registry.register(
            "database_up",
            "Whether the database answered just now",
            is_up,
        );
        self.register_syncs(registry);
    }

    fn register_pools(&self, registry: &mut Registry) {
        let connections = Family::<PoolLabel, Gauge>::default();
        for it in &self.pools {
            for (state, count) in [
                ("max", it.most),
                ("open", it.open),
                ("idle", it.idle),
                ("in_use", it.open.saturating_sub(it.idle)),
            ] {
                let pool = it.name;
                let label = PoolLabel { pool, state };
                connections.get_or_create(&label).set(count.into());
            }
        }
        registry.register(
            "pool_connections",
            "Connections to the database",
            connections,
        );
    }

    fn register_syncs(&self, registry: &mut Registry) {
        let ages = Family::<ShopLabel, Gauge>::default();
        let health = Family::<ShopLabel, Gauge>::default();
        let runs = Family::<RunLabel, Gauge>::default();
        for it in self.shops.iter().flatten() {
            let shop = it.shop.clone();
            let label = ShopLabel { shop: shop.clone() };
            health.get_or_create(&label).set(it.is_healthy.into());
            if let Some(millis) = it.age_millis {
                ages.get_or_create(&label).set(millis / 1_000);
            }
            if let Some(state) = it.last_run.clone() {
                runs.get_or_create(&RunLabel { shop, state }).set(1);
            }
        }
        registry.register_with_unit(
            "sync_age",
            "Time since the last sync that succeeded, of each shop whose sync is on",
            Unit::Seconds,
            ages,
        );
        registry.register("sync_last_run", "The state of each shop's last sync", runs);
        registry.register(
            "sync_healthy",
            "Whether a sync succeeded within two intervals",
            health,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn pools_and_syncs_stand_as_they_are_now() {
        let sync = |shop: &str, age_millis, last_run: Option<&str>| ShopSync {
            shop: shop.to_owned(),
            age_millis,
            last_run: last_run.map(str::to_owned),
            is_healthy: age_millis.is_some(),
        };
        let pools = vec![PoolUse {
            name: "read",
            most: 16,
            open: 5,
            idle: 3,
        }];
        let shops = vec![
            sync("Tea", Some(61_999), Some("FAILED")),
            sync("New", None, None),
        ];
        let text = Metrics::default().text(&Snapshot {
            pools,
            shops: Some(shops),
        });
        for line in [
            r#"cashable_pool_connections{pool="read",state="in_use"} 2"#,
            r#"cashable_pool_connections{pool="read",state="max"} 16"#,
            r#"cashable_sync_age_seconds{shop="Tea"} 61"#,
            r#"cashable_sync_last_run{shop="Tea",state="FAILED"} 1"#,
            r#"cashable_sync_healthy{shop="Tea"} 1"#,
            r#"cashable_sync_healthy{shop="New"} 0"#,
            "cashable_database_up 1",
        ] {
            assert!(
                text.lines().any(|it| it == line),
                "{line} is not in\n{text}"
            );
        }
        assert_eq!(text.matches("New").count(), 1, "{text}");
        assert!(
            Metrics::default()
                .text(&Snapshot::default())
                .contains("cashable_database_up 0")
        );
    }
}
