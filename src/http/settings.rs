//! What whoever runs the server may set of it: one group for each thing that a request meets on its way.

use clap::Args;

use super::limits::{DocumentLimits, RateLimits, WorkLimits};

/// The settings of the server; each group says its own defaults.
#[derive(Args, Clone, Debug, Default)]
pub struct Settings {
    /// What documents may hold.
    #[command(flatten)]
    pub documents: DocumentLimits,
    /// Who may ask how much.
    #[command(flatten)]
    pub rates: RateLimits,
    /// How much is worked on.
    #[command(flatten)]
    pub work: WorkLimits,
}
