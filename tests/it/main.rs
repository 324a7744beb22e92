//! The program's tests from outside: one binary, each test on a database of its own.
//!
//! What touches the database is written once and runs on SQLite and PostgreSQL; see `support`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod architecture;
mod clients;
mod commands;
mod demo;
mod graphql_reads;
mod histories;
mod hooks;
mod http;
mod idempotency;
mod independent_count;
mod roles;
mod rules;
mod schema;
mod settling;
mod sharding;
mod sources;
mod streams;
mod subscriptions;
mod support;
mod user_errors;
mod whole;
