//! Platforms, each played by a fake made from its public description, and what the engine makes of them.
//!
//! A platform is one file here too: a [`fake::Fake`] that renders the orders of a [`shop::FakeShop`] as the
//! platform would, and one line, `source_contract!(TheFake)`, which runs every case of `contract` against it on
//! both databases. What goes wrong on the way (refusals, failures, half answers) is played by `server` for all.

mod checking;
pub mod contract;
mod cscart;
mod cscart_answers;
mod failing_orders;
pub mod fake;
mod gone;
mod leases;
pub mod listening;
mod network;
mod odd_texts;
mod outages;
mod pulling;
mod reconnecting;
mod schedule;
pub mod server;
pub mod shop;
mod shopware6;
mod shopware6_answers;
mod shopware6_fixed;
mod shopware6_history;
mod shopware6_questions;
mod shopware6_search;
mod shopware6_webhooks;
mod stops;
mod switched_off;
mod vendure;
mod vendure_answers;
mod walks;
mod withholding;
pub mod woocommerce;
mod woocommerce_answers;
mod woocommerce_webhooks;
