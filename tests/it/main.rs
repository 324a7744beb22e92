//! The program's tests from outside: one binary, each test on a database of its own.
//!
//! What touches the database is written once and runs on SQLite and PostgreSQL; see `support`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod architecture;
mod counters;
mod demo;
mod figures;
mod graphql_reads;
mod histories;
mod history;
mod http;
mod idempotency;
mod money;
mod overrides;
mod periods;
mod races;
mod roles;
mod schedule;
mod schema;
mod settling;
mod snapshots;
mod subscriptions;
mod support;
mod sync_health;
mod sync_runs;
