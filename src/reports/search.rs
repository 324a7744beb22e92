//! Search by prefix as ranges, which indexes answer and both databases understand alike.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::Condition;

/// Text of `column` that begins with `prefix`, byte by byte; the column sorts by bytes.
pub(super) fn starts_with(column: impl ColumnTrait, prefix: &str) -> Condition {
    Condition::all()
        .add(column.gte(prefix))
        .add_option(successor(prefix).map(|next| column.lt(next)))
}

/// Text of `column`, which is stored in small letters, that begins with `prefix` in capitals or not.
///
/// The last sigma of a word has a small letter of its own, and a prefix does not tell whether its word goes on.
pub(super) fn starts_with_in_any_case(column: impl ColumnTrait, prefix: &str) -> Condition {
    let goes_on: String = prefix.chars().flat_map(char::to_lowercase).collect();
    let mut spellings = vec![prefix.to_lowercase(), goes_on];
    spellings.dedup();
    spellings.iter().fold(Condition::any(), |any, spelling| {
        any.add(starts_with(column, spelling))
    })
}

/// The least text that is larger than every text with this prefix, if there is one.
fn successor(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // A range of characters leaves out the surrogates, which are none.
        if let Some(next) = (last..=char::MAX).nth(1) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_successor_of_a_prefix_is_the_next_text_without_it() {
        for (prefix, next) in [
            ("1", Some("2")),
            ("A-9", Some("A-:")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("", None),
        ] {
            assert_eq!(successor(prefix).as_deref(), next, "{prefix}");
        }
    }
}
