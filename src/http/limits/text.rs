//! The text of a document before it is parsed: its length, and how deep its brackets nest.
//!
//! Parsing takes long for long texts, and the parser descends once for each bracket, of which a few hundred
//! would end the process with its stack.

/// What begins and ends a string of several lines.
const BLOCK: &[u8] = br#"""""#;

/// How deep brackets nest, outside of strings and comments.
///
/// Like the parser, it reads a block string that does not end as an empty string and another. Behind the first
/// of these none ends, so that no part of the text is looked through more than twice.
pub fn nesting(text: &str) -> u64 {
    let (mut depth, mut deepest) = (0_u64, 0);
    let mut block_strings_end = true;
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
                after
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                after
            }
            b'#' => behind_comment(after),
            b'"' if block_strings_end && rest.starts_with(BLOCK) => {
                let behind = behind_block_string(rest);
                block_strings_end = behind.is_some();
                behind.unwrap_or_else(|| behind_string(after))
            }
            b'"' => behind_string(after),
            _ => after,
        };
    }
    deepest
}

fn behind_comment(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    &text[end.unwrap_or(text.len())..]
}

/// No string goes on in the next line: one that seems to is none.
fn behind_string(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b'"', after @ ..] => return after,
            [b'\n' | b'\r', ..] | [] => return text,
            [b'\\', _, after @ ..] | [_, after @ ..] => after,
        };
    }
}

fn behind_block_string(text: &[u8]) -> Option<&[u8]> {
    let mut text = text.strip_prefix(BLOCK)?;
    loop {
        text = match text {
            [b'"', b'"', b'"', after @ ..] => return Some(after),
            [b'\\', b'"', b'"', b'"', after @ ..] | [_, after @ ..] => after,
            [] => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn brackets_of_all_kinds_are_counted() {
        for (text, expected) in [
            ("", 0),
            ("{a}", 1),
            ("{a{b}c{d}}", 2),
            ("{a(b:[{c:[1]}])}", 5),
            ("}}}{a", 1),
            ("query($a:[[[Int]]]){a}", 4),
            ("{a #{{{{\n{b}}", 2),
            ("{a #{{{{\r{b}}", 2),
            (r#"{a(b:"[[[[")}"#, 2),
            (r#"{a(b:"\"[[[[")}"#, 2),
            (r#"{a(b:"\\",c:[1])}"#, 3),
            (r#"{a(b:"""[[["[["[[""")}"#, 2),
            (r#"{a(b:"""\"""[[[[""")}"#, 2),
            (r#"{a(b:"""""",c:[1])}"#, 3),
            ("{a(b:\"x\n[[[", 5),
        ] {
            assert_eq!(nesting(text), expected, "{text}");
        }
    }

    /// The parser tries a block string that does not end as an empty string and another one.
    #[test]
    fn a_block_string_that_does_not_end_hides_nothing() {
        let text = format!(r#"{{a(b:["""x"{}{}])}}"#, "[".repeat(9), "]".repeat(9));
        assert!(parse_query(&text).is_ok());
        assert_eq!(nesting(&text), 12);
    }
}
