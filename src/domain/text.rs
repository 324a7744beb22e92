//! Text that people and platforms give us: trimmed, bounded, and free of control characters, which
//! PostgreSQL or a terminal could not take.

use super::Invalid;

/// The longest text that is stored for a code, a name or a status, in characters.
pub const MAX_SHORT: usize = 200;
/// The longest note, in characters.
pub const MAX_NOTE: usize = 2_000;

/// A required short text.
pub fn required(field: &'static str, text: &str) -> Result<String, Invalid> {
    bounded(field, text, MAX_SHORT)?
        .ok_or_else(|| Invalid::new(field, format!("{field} must not be empty")))
}

/// An optional note; blank means none.
pub fn note(field: &'static str, text: &str) -> Result<Option<String>, Invalid> {
    bounded(field, text, MAX_NOTE)
}

fn bounded(field: &'static str, text: &str, most: usize) -> Result<Option<String>, Invalid> {
    let text = text.trim();
    if text.chars().count() > most {
        return Err(Invalid::new(
            field,
            format!("{field} must have at most {most} characters"),
        ));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Invalid::new(
            field,
            format!("{field} must not contain control characters"),
        ));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
