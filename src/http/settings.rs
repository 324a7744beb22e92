//! What whoever runs the server may set of it: one group for each thing that a request meets on its way.

use clap::Args;

use super::bodies::Bodies;
use super::documents::DocumentSettings;

/// The settings of the server; each group says its own defaults.
#[derive(Args, Clone, Debug, Default)]
pub struct Settings {
    /// How long requests may be.
    #[command(flatten)]
    pub bodies: Bodies,
    /// Which documents the server keeps.
    #[command(flatten)]
    pub persisted: DocumentSettings,
}
