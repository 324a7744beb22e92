//! What whoever runs the server may set of it: one group for each thing that a request meets on its way.

use clap::Args;

use super::origin::Origins;
use super::server::ServerSettings;
use super::streams::StreamSettings;

/// The settings of the server; each group says its own defaults.
#[derive(Args, Clone, Debug, Default)]
pub struct Settings {
    /// Which web pages may ask.
    #[command(flatten)]
    pub origins: Origins,
    /// How much may be followed.
    #[command(flatten)]
    pub streams: StreamSettings,
    /// How long the server waits, and for how many.
    #[command(flatten)]
    pub server: ServerSettings,
}
