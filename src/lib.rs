//! Cashable tells a shop which of its orders are real and which affiliate commissions are payable.
//!
//! The map: data flows one way.
//!
//! ```text
//! main → http → graphql → { reports, ledger, sync } → { domain, entity, error }
//! sync → { ledger, sources };  demo → { ledger, reports }
//! http → { sync, ledger, sources }, for what platforms send by themselves
//! domain → entity's words only;  entity, migration → nothing of ours
//! ```
//!
//! Invariants, each held by a test: `domain` has no async, no database and no clock. Only `ledger` writes
//! business rows; `reports` never writes. `graphql` names no SeaORM. `entity` knows neither GraphQL nor
//! HTTP. `sources` knows neither database nor clock: it asks platforms and reads their answers, and what is kept
//! of them is `sync`'s business. Time is an argument: `app.clock`. The settling table (R6) is one constant in `domain`.

pub mod app;
pub mod clock;
pub mod config;
pub mod database;
pub mod demo;
pub mod domain;
pub mod error;
pub mod graphql;
pub mod http;
pub mod ledger;
pub mod metrics;
pub mod reports;
pub mod sources;
pub mod stop;
pub mod sync;
pub mod telemetry;
pub mod tls;
