//! The platforms that there are: one line each.

use super::platform::Kind;
use super::rees46;
use super::vendure;
use super::woocommerce;
use crate::domain::Invalid;

/// Every kind of platform.
pub const KINDS: &[&Kind] = &[&rees46::KIND, &vendure::KIND, &woocommerce::KIND];

/// The kind with this name.
pub fn kind_of(name: &str) -> Result<&'static Kind, Invalid> {
    let found = KINDS.iter().find(|kind| kind.name == name.trim());
    found.copied().ok_or_else(|| {
        let known: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        Invalid::new(
            "kind",
            format!(
                "there is no platform {:?}; there are: {}",
                name.trim(),
                known.join(", ")
            ),
        )
    })
}
