//! The schema's history: one migration a change, up and down on both databases.
//!
//! Migrations never import `entity`: what they say must stay as it was on the day they ran.

use sea_orm_migration::prelude::*;

mod distribution;
mod m20261121_000001_initial;
mod m20261124_000002_write_receipts;
mod m20261128_000003_keys_of_callers;
mod m20261128_000004_order_sources;
mod m20261128_000005_webhooks;

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_initial::Migration),
            Box::new(m20261124_000002_write_receipts::Migration),
            Box::new(m20261128_000003_keys_of_callers::Migration),
            Box::new(m20261128_000004_order_sources::Migration),
            Box::new(m20261128_000005_webhooks::Migration),
        ]
    }
}
