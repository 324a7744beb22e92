//! What whoever runs the server may set of it: one group for each thing that a request meets on its way.

use clap::Args;

use super::identity::IdentitySettings;

/// The settings of the server; each group says its own defaults.
#[derive(Args, Clone, Debug, Default)]
pub struct Settings {
    /// Who else vouches for callers.
    #[command(flatten)]
    pub identity: IdentitySettings,
}
