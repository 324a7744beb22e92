//! Text that people and platforms give us: trimmed, bounded, and free of control characters, which
//! PostgreSQL or a terminal could not take.

use super::Invalid;

/// The longest text that is stored for a code, a name or a status, in characters.
pub const MAX_SHORT: usize = 200;
/// The longest note, in characters.
pub const MAX_NOTE: usize = 2_000;

/// A required short text, on one line.
pub fn required(field: &'static str, text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Invalid::new(field, format!("{field} must not be empty")));
    }
    refuse(field, text, MAX_SHORT, char::is_control)?;
    Ok(text.to_owned())
}

/// An optional note, which may have lines; blank means none.
pub fn note(field: &'static str, text: &str) -> Result<Option<String>, Invalid> {
    let text = text.trim().replace("\r\n", "\n");
    refuse(field, &text, MAX_NOTE, |c| {
        c.is_control() && c != '\n' && c != '\t'
    })?;
    Ok((!text.is_empty()).then_some(text))
}

/// What is shown of text that nobody has checked: its beginning, on one line, without control characters.
#[must_use]
pub fn shown(text: &str, most: usize) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(most).collect()
}

fn refuse(
    field: &'static str,
    text: &str,
    most: usize,
    is_bad: impl Fn(char) -> bool,
) -> Result<(), Invalid> {
    if text.chars().count() > most {
        let message = format!("{field} must have at most {most} characters");
        return Err(Invalid::new(field, message));
    }
    if text.chars().any(is_bad) {
        let message = format!("{field} must not contain control characters");
        return Err(Invalid::new(field, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_short_and_on_one_line() {
        assert_eq!(shown(" a\r\n\tb\u{0}c  d ", 200), "a b c d");
        assert_eq!(shown("żółw", 2), "żó");
        assert_eq!(shown("\u{0}", 200), "");
    }

    #[test]
    fn notes_have_lines_and_ids_do_not() {
        assert_eq!(note("note", " a\r\n\tb "), Ok(Some("a\n\tb".to_owned())));
        assert_eq!(note("note", "  "), Ok(None));
        assert_eq!(required("code", " anna "), Ok("anna".to_owned()));
        for bad in ["", " ", "a\nb", "a\u{0}b", &"x".repeat(201)] {
            assert!(required("code", bad).is_err(), "{bad:?}");
        }
        assert!(note("note", "a\u{0}b").is_err());
    }
}
