//! Platforms, each played by a fake made from its public description, and what the engine makes of them.
//!
//! A platform is one file here too: a [`fake::Fake`] that renders the orders of a [`shop::FakeShop`] as the
//! platform would, and one line, `source_contract!(TheFake)`, which runs every case of `contract` against it on
//! both databases. What goes wrong on the way (refusals, failures, half answers) is played by `server` for all.

mod contract;
mod fake;
mod gone;
mod leases;
mod outages;
mod pulling;
mod server;
mod shop;
mod vendure;
mod vendure_answers;
mod walks;
mod withholding;
mod woocommerce;
mod woocommerce_answers;
