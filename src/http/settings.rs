//! What whoever runs the server may set of it: one group for each thing that a request meets on its way.

use clap::Args;

use super::bodies::Bodies;
use super::documents::DocumentSettings;
use super::figures::FigureSettings;
use super::identity::IdentitySettings;
use super::limits::{DocumentLimits, RateLimits, WorkLimits};
use super::origin::Origins;
use super::server::ServerSettings;
use super::streams::StreamSettings;

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
    /// Which web pages may ask.
    #[command(flatten)]
    pub origins: Origins,
    /// Where figures are told.
    #[command(flatten)]
    pub figures: FigureSettings,
    /// How much may be followed.
    #[command(flatten)]
    pub streams: StreamSettings,
    /// How long the server waits, and for how many.
    #[command(flatten)]
    pub server: ServerSettings,
    /// How long requests may be.
    #[command(flatten)]
    pub bodies: Bodies,
    /// Which documents the server keeps.
    #[command(flatten)]
    pub persisted: DocumentSettings,
    /// Who else vouches for callers.
    #[command(flatten)]
    pub identity: IdentitySettings,
}
